"""The relay's private socket."""

import socket
import subprocess
import sys

import pytest

from pyetcdctl.client.relay import Relay

ASK = """
import socket, sys
with socket.socket(socket.AF_UNIX) as peer:
    peer.settimeout(10)
    peer.connect(b"\\0" + sys.argv[1].encode())
    print(peer.recv(100))
"""


@pytest.fixture
def relay():
    """A relay to a server that says a word, if it were reached."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def connect(timeout):
            connected = socket.create_connection(listener.getsockname(), timeout)
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"secret")
            return connected

        made = Relay(connect)
        yield made
        made.close()


def ask(name):
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(10)
        peer.connect(b"\0" + name.encode())
        return peer.recv(100)


def test_this_process_is_carried_to_the_server(relay):
    assert ask(relay.target.partition(":")[2]) == b"secret"


def test_no_other_process_may_use_the_relay(relay):
    done = subprocess.run(
        [sys.executable, "-c", ASK, relay.target.partition(":")[2]], capture_output=True, check=True
    )

    assert done.stdout == b"b''\n"


def test_a_closed_relay_accepts_no_more(relay):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        another = Relay(lambda timeout: socket.create_connection(unused.getsockname(), timeout))
        another.close()

        with pytest.raises(ConnectionRefusedError):
            ask(another.target.partition(":")[2])
