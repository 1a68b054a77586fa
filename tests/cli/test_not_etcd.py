"""A server that speaks gRPC and is not etcd: one clear line, no traceback."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from tests.http2 import responding
from tests.runner import run_here

NONSENSE = b"\xff\xff\xff\xff\xff"


class Answers(grpc.GenericRpcHandler):
    """Answers every call with the same bytes."""

    def __init__(self, answer):
        self.answer = answer

    def service(self, handler_call_details):
        if "Stream" in handler_call_details.method:
            return grpc.unary_stream_rpc_method_handler(lambda request, context: [self.answer])
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self.answer)


@pytest.fixture(scope="module")
def serving():
    """A function that runs a server with one answer to everything; it returns the address."""
    with ThreadPoolExecutor() as workers:
        servers = []

        def serve(answer):
            server = grpc.server(workers, handlers=[Answers(answer)])
            port = server.add_insecure_port("127.0.0.1:0")
            server.start()
            servers.append(server)
            return f"127.0.0.1:{port}"

        yield serve
        for server in servers:
            server.stop(None).wait()


@pytest.mark.parametrize(
    "words",
    [
        ("get", "k"),
        ("get", "k", "--prefix"),
        ("put", "k", "v"),
        ("del", "k"),
        ("tree",),
        ("tree", "--depth", "1"),
    ],
    ids=" ".join,
)
def test_nonsense_is_told_in_one_line(serving, words):
    done = run_here(*words, "--endpoints", serving(NONSENSE))
    assert done.stderr.startswith("Error: the server's response makes no sense: ")
    assert (done.stderr.count("\n"), done.stdout, done.exit_code) == (1, b"", 1)


def test_nonsense_for_a_login_is_a_bad_answer_too(serving):
    done = run_here("get", "k", "--user", "u:p", "--endpoints", serving(NONSENSE))
    assert done.stderr.startswith("Error: the server's response makes no sense: ")
    assert done.exit_code == 1


def test_a_tree_needs_a_revision(serving):
    done = run_here("tree", "--endpoints", serving(b""))
    assert done.stderr == "Error: the server's response makes no sense: it names no revision\n"
    assert done.exit_code == 1


@pytest.mark.parametrize("words", [("put", "k", "v"), ("member", "list"), ("lease", "list")])
def test_success_without_a_message_makes_no_sense(words):
    headers = {":status": "200", "content-type": "application/grpc", "grpc-status": "0"}
    with responding(headers) as endpoint:
        done = run_here(*words, "--endpoints", endpoint)
    nonsense = "Error: the server's response makes no sense: "
    assert done.stderr == f"{nonsense}the server reported success and sent no message\n"
    assert done.exit_code == 1


def test_a_proxy_without_a_server_is_named():
    with responding({":status": "404"}) as endpoint:
        done = run_here("put", "k", "v", "--endpoints", endpoint)
    assert "  A proxy responded with HTTP status 404, not etcd" in done.stderr
    assert done.exit_code == 1
