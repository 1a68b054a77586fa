"""One login a run, and one channel for each endpoint it calls and one more at most, all closed.

A run that asks every member needs a channel to each; the one more is for ranges, whose responses
gRPC limits by channel. Pages of metrics are fetched by HTTP and not counted.
"""

import json
import re
import socket
import threading
from contextlib import closing, suppress
from http.client import HTTPConnection

import pytest

from pyetcdctl.cli.registry import READING
from pyetcdctl.client import failover, links
from tests.runner import run_here
from tests.server import enable_authentication, running, write

LOGINS = re.compile(r'grpc_server_started_total\{grpc_method="Authenticate"[^}]*\} (\d+)')
OF_GRPC = b"PRI * HTTP/2.0"

READS = {
    "__complete": "__complete keys -- get /registry/",
    "alarm list": "alarm list",
    "auth status": "auth status",
    "batch": "batch",
    "copy": "copy --to OTHER --dest-user USER --dest-prefix /copied/ /registry/leases/ --dry-run",
    "diff": "diff @REVISION --prefix /registry/leases/",
    "doctor": "doctor --for 100ms",
    "downgrade validate": "downgrade validate 3.4.0",
    "du": "du /registry/leases/",
    "endpoint hashkv": "endpoint hashkv",
    "endpoint health": "endpoint health",
    "endpoint status": "endpoint status",
    "export": "export /registry/leases/",
    "get": "get / --prefix",
    "history": "history /registry/leases/",
    "kubernetes describe": "kubernetes describe nodes",
    "kubernetes encryption": "kubernetes encryption status",
    "kubernetes get": "kubernetes get pods -A",
    "kubernetes prefixes": "kubernetes prefixes",
    "kubernetes resources": "kubernetes resources",
    "kubernetes restore": "kubernetes restore -n kube-system configmaps",
    "kubernetes versions": "kubernetes versions",
    "lease list": "lease list",
    "lease timetolive": "lease timetolive 1",
    "member list": "member list -w table",
    "role get": "role get root",
    "role list": "role list",
    "snapshot save": "snapshot save FOLDER/backup.db",
    "top": "top --once --for 100ms",
    "tree": "tree / --depth 1",
    "user get": "user get root",
    "user list": "user list",
    "watch": "watch -i",
}
"""A line for every command that reads a server."""
WITHOUT_SERVER = {
    *("completion", "discover", "help", "options", "sandbox", "version", "wal"),
    *("context add", "context delete", "context list", "context show", "context use"),
    *("kubernetes decode", "kubernetes encode", "kubernetes explain", "kubernetes path"),
    *("snapshot check", "snapshot redact", "snapshot restore", "snapshot status"),
}
WRITES = (
    *("put logins v", "txn", "endpoint status --cluster", "lock logins -- sh -c :"),
    *("lease keep-alive --once 1", "del logins", "compaction 1", "defrag", "defrag --cluster"),
)
INPUTS = {
    "txn": "\n\nget k\n\n",
    "watch -i": "watch / --prefix --rev 1\n",
    "batch": "get k\ntree / --depth 1\nendpoint status\n",
}


class Counter:
    """A way to a server that counts gRPC's connections."""

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
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        with client, socket.create_connection(self._target) as server:
            back = threading.Thread(target=_copy, args=(server, client), daemon=True)
            back.start()
            first = client.recv(65536)
            self.total += first.startswith(OF_GRPC)
            with suppress(OSError):
                server.sendall(first)
            _copy(client, server)
            if first.startswith(OF_GRPC):
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
    """Return how often its members were logged in to."""
    return sum(_logins_at(url.partition("://")[2]) for url in etcd.client_urls)


def _logins_at(address):
    with closing(HTTPConnection(address)) as connection:
        connection.request("GET", "/metrics")
        return int(LOGINS.search(connection.getresponse().read().decode())[1])


def status_of(etcd):
    """Return the status of its first member, by etcdctl."""
    env = {"ETCDCTL_ENDPOINTS": etcd.endpoint}
    (found,) = json.loads(etcd.etcdctl("endpoint", "status", "-w", "json", env=env).stdout)
    return found["Status"]


@pytest.fixture
def opened(monkeypatch):
    """The links that are opened, each with whether it is closed."""
    state = []
    original = links.open_link

    class Watched:
        def __init__(self, link, endpoint):
            self.address = endpoint.authority
            self.channel, self.relay = link.channel, link.relay
            self.is_closed = False
            self._link = link
            state.append(self)

        def close(self):
            self.is_closed = True
            self._link.close()

    def open_link(endpoint, settings, *, by_relay=False):
        return Watched(original(endpoint, settings, by_relay=by_relay), endpoint)

    monkeypatch.setattr(links, "open_link", open_link)
    return state


def test_every_command_that_reads_a_server_is_counted():
    assert READS.keys() | WITHOUT_SERVER == READING
    assert not READS.keys() & WITHOUT_SERVER


@pytest.mark.parametrize("line", [*READS.values(), *WRITES])
def test_a_command_logs_in_once_and_opens_at_most_two_channels(guarded, opened, line, tmp_path):
    etcd, counter = guarded
    env = {"ETCDCTL_ENDPOINTS": counter.endpoint, "ETCDCTL_USER": etcd.user}
    env["PYETCDCTL_COMPLETION_TIMEOUT"] = "30s"
    places = {"OTHER": etcd.address, "USER": etcd.user, "FOLDER": str(tmp_path)}
    if "REVISION" in line:
        places["REVISION"] = str(status_of(etcd)["header"]["revision"])
    words = re.sub(r"[A-Z]{4,}", lambda found: places[found[0]], line).split()
    before, channels = logins(etcd), counter.total
    result = run_here(*words, env=env, input=INPUTS.get(line, ""))
    assert logins(etcd) - before == (2 if line.startswith("copy") else 1), result.stderr

    called = counter.total - channels
    assert 1 <= called <= 2
    assert len([link for link in opened if link.address == counter.endpoint]) <= 2
    assert all(link.is_closed for link in opened)
    counter.wait_for_ends(called)


@pytest.fixture(scope="module")
def three_guarded():
    """Three members that demand a password."""
    with running(size=3) as server:
        write(server, [(f"/registry/k{number}", "v") for number in range(500)])
        yield enable_authentication(server)


@pytest.mark.parametrize(
    "line",
    [
        *("endpoint status", "endpoint health", "endpoint hashkv", "endpoint status --cluster"),
        *(
            "get / --prefix",
            "tree",
            "member list",
            "doctor --for 50ms",
            "defrag",
            "top --once --for 100ms",
        ),
        *("lock logins -- sh -c :", "alarm list"),
    ],
)
def test_several_given_members_share_one_login(three_guarded, opened, line):
    etcd = three_guarded
    before = logins(etcd)
    result = run_here(*line.split(), env=etcd.environment)
    assert result.exit_code in (0, 1), result.stderr
    assert logins(etcd) - before == 1, result.stderr
    assert 1 <= len(opened) <= len(etcd.members) + 1
    assert all(link.is_closed for link in opened)


def test_members_of_two_clusters_have_a_login_each(guarded, three_guarded, monkeypatch):
    """The token of one would let a server of the other wait for an entry of its log."""
    other, _ = guarded
    assert status_of(three_guarded)["raftIndex"] > status_of(other)["raftIndex"]
    monkeypatch.setattr(failover, "_shuffled", lambda endpoints: endpoints)
    env = {"ETCDCTL_ENDPOINTS": f"{three_guarded.address},{other.address}"}
    result = run_here("endpoint", "hashkv", env={**env, "ETCDCTL_USER": other.user})
    assert (result.exit_code, result.stdout.count(b"\n")) == (0, 2), result.stderr


def test_a_lock_held_for_long_logs_in_once(guarded):
    etcd, counter = guarded
    env = {"ETCDCTL_ENDPOINTS": counter.endpoint, "ETCDCTL_USER": etcd.user}
    before, channels = logins(etcd), counter.total
    held = run_here("lock", "long", "--ttl=2", "--", "sleep", "1.5", env=env)
    assert (held.exit_code, logins(etcd) - before, counter.total - channels) == (0, 1, 1)
    counter.wait_for_ends(1)
