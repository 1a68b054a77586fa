"""Servers that misbehave, and connections that end with their test."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, closing, contextmanager

import pytest

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.rpc.kv import PutRequest, RangeRequest, RangeResponse
from pyetcdctl.settings import ConnectionSettings

RANGE, PUT = "/etcdserverpb.KV/Range", "/etcdserverpb.KV/Put"


@pytest.fixture
def open_connection():
    """A function that makes a connection to endpoints; it is closed with the test."""
    with ExitStack() as ends:

        def connect(*endpoints, **settings):
            made = Connection(ConnectionSettings(endpoints=endpoints, **settings))
            return ends.enter_context(closing(made))

        yield connect


@pytest.fixture
def read():
    """A function that reads one key; it returns the value, None when the key is not there."""

    def read_key(connection, key, seconds=5.0):
        response = connection.unary(
            RANGE, RangeRequest(key=key).encode(), deadline=Deadline.after(seconds), repeatable=True
        )
        return next((pair.value for pair in RangeResponse.decode(response).kvs), None)

    return read_key


@pytest.fixture
def write():
    """A function that writes one key."""

    def write_key(connection, key, value, seconds=5.0):
        request = PutRequest(key=key, value=value).encode()
        connection.unary(PUT, request, deadline=Deadline.after(seconds), repeatable=False)

    return write_key


@pytest.fixture
def free_port():
    """A port where no server listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


@pytest.fixture
def mute_port():
    """A port whose server accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def black_hole_port():
    """A port that does not even complete a connection, as behind a firewall that drops."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = listener.getsockname()
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        yield address[1]


@contextmanager
def answering(reply):
    """Run a server that reads a little, says ``reply`` and hangs up; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(1024)
                    peer.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def ssh_port():
    """A port with a server that knows neither TLS nor HTTP."""
    with answering(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
        yield port


@pytest.fixture
def web_port():
    """A port with a web server that knows HTTP/1 only."""
    with answering(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as port:
        yield port
