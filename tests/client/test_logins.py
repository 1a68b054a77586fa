"""One login and few channels for a command, all closed: counted between client and server."""

import re
import socket
import threading
from contextlib import closing, suppress
from http.client import HTTPConnection

import pytest

from tests.runner import run_here
from tests.server import enable_authentication, running

LOGINS = re.compile(r'grpc_server_started_total\{grpc_method="Authenticate"[^}]*\} (\d+)')


class Counter:
    """A way to a server that counts the connections."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self._target = (host, int(port))
        self._ended = threading.Semaphore(0)
        self.total = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = "{}:{}".format(*self.listener.getsockname())
        threading.Thread(target=self._accept, daemon=True).start()

    def wait_for_ends(self, count):
        """Wait until so many connections have been closed by the client."""
        for _ in range(count):
            assert self._ended.acquire(timeout=30), "a channel was left open"

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.total += 1
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        with client, socket.create_connection(self._target) as server:
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            _copy(client, server)
            self._ended.release()
            back.join()


def _copy(source, target):
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def guarded():
    """A cluster with the sample that demands a password, behind a counter."""
    with running(sample=True) as server:
        etcd = enable_authentication(server)
        counter = Counter(etcd.address)
        with closing(counter.listener):
            yield etcd, counter


def logins(etcd):
    with closing(HTTPConnection(etcd.address)) as connection:
        connection.request("GET", "/metrics")
        return int(LOGINS.search(connection.getresponse().read().decode())[1])


@pytest.mark.parametrize(
    "line",
    [
        *("get / --prefix", "put logins v", "txn", "tree / --depth 1", "member list -w table"),
        *("kubernetes get all -A", "kubernetes resources", "endpoint status --cluster"),
        *("user list", "lock logins -- sh -c :", "lease keep-alive --once 1"),
    ],
)
def test_a_command_logs_in_once_and_opens_at_most_two_channels(guarded, line):
    etcd, counter = guarded
    env = {"ETCDCTL_ENDPOINTS": counter.endpoint, "ETCDCTL_USER": etcd.user}
    before, channels = logins(etcd), counter.total
    run_here(*line.split(), env=env, input="\n\nget k\n\n" if line == "txn" else "")
    assert logins(etcd) - before == 1
    opened = counter.total - channels
    # The doctor measures the member itself beside what it asks the cluster.
    assert 1 <= opened <= (4 if line == "user list" else 2)
    counter.wait_for_ends(opened)


def test_a_lock_held_for_long_logs_in_once(guarded):
    etcd, counter = guarded
    env = {"ETCDCTL_ENDPOINTS": counter.endpoint, "ETCDCTL_USER": etcd.user}
    before, channels = logins(etcd), counter.total
    held = run_here("lock", "long", "--ttl=2", "--", "sleep", "1.5", env=env)
    assert (held.exit_code, logins(etcd) - before, counter.total - channels) == (0, 1, 1)
    counter.wait_for_ends(1)
