"""A write whose response is lost: never sent twice, and reported as perhaps applied."""

import socket
import threading

import pytest

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import commit, put
from pyetcdctl.client.status import PERHAPS_APPLIED
from pyetcdctl.errors import CallFailed, DeadlineExceeded
from pyetcdctl.rpc.kv import PutRequest
from pyetcdctl.rpc.txn import RequestOp, TxnRequest
from tests.server import freeze

MARK = b"the write whose answer is lost"


class AnswerEater:
    """Carries bytes to a server and back until the mark has passed: the response closes the
    connection.
    """

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.marks_seen = 0
        self._lines = []
        self._requests = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listener.close()
        self._cut()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._requests.append((client, server))
            self._lines += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source, target):
        try:
            while data := source.recv(65536):
                self.marks_seen += MARK in data
                if self.marks_seen and (source, target) not in self._requests:
                    self._cut()
                    return
                target.sendall(data)
        except OSError:
            return

    def _cut(self):
        lines, self._lines = self._lines, []
        for line in lines:
            line.shutdown(socket.SHUT_RDWR)
            line.close()


@pytest.fixture
def eater(etcd):
    between = AnswerEater(etcd.address)
    yield between
    between.close()


def put_of(connection, prefix):
    put(connection, PutRequest(key=f"{prefix}k".encode(), value=MARK), Deadline.after(5))


def txn_of(connection, prefix):
    request = PutRequest(key=f"{prefix}k".encode(), value=MARK)
    commit(connection, TxnRequest(success=[RequestOp(request_put=request)]), Deadline.after(5))


@pytest.mark.parametrize("write", [put_of, txn_of])
def test_a_write_is_sent_once_and_its_fate_is_called_unknown(eater, open_connection, prefix, write):
    with pytest.raises(CallFailed) as failure:
        write(open_connection(eater.endpoint), prefix)
    assert failure.value.advice[0] == PERHAPS_APPLIED
    assert eater.marks_seen == 1


def test_a_frozen_server_may_have_applied_a_write(own_etcd, open_connection, prefix):
    etcd = own_etcd()
    connection = open_connection(etcd.endpoint)
    put(connection, PutRequest(key=b"k", value=b"v"), Deadline.after(5))
    freeze(etcd.members[0])
    with pytest.raises(DeadlineExceeded) as failure:
        put(connection, PutRequest(key=b"k", value=b"v"), Deadline.after(0.5))
    assert PERHAPS_APPLIED in failure.value.advice


def test_a_server_that_is_not_there_has_applied_nothing(open_connection, free_port):
    with pytest.raises(DeadlineExceeded) as failure:
        put(
            open_connection(f"127.0.0.1:{free_port}"),
            PutRequest(key=b"k", value=b"v"),
            Deadline.after(0.5),
        )
    assert PERHAPS_APPLIED not in failure.value.advice
