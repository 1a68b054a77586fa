"""A server that speaks gRPC and is not etcd: one clear line, no traceback."""

import ssl
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from pyetcdctl.rpc import etcdserverpb_pb2 as api
from tests.http2 import responding
from tests.runner import run_here
from tests.stand_in import serving as serving_methods

NONSENSE = b"\xff\xff\xff\xff\xff"


class Answers(grpc.GenericRpcHandler):
    """Answers every call with the same bytes."""

    def __init__(self, response):
        self.response = response

    def service(self, handler_call_details):
        if "Stream" in handler_call_details.method:
            return grpc.unary_stream_rpc_method_handler(lambda request, context: [self.response])
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self.response)


@pytest.fixture(scope="module")
def serving():
    """A function that runs a server with one response to everything; it returns the address."""
    with ThreadPoolExecutor() as workers:
        servers = []

        def serve(response):
            server = grpc.server(workers, handlers=[Answers(response)])
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
def test_nonsense_is_reported_in_one_line(serving, words):
    done = run_here(*words, "--endpoints", serving(NONSENSE))
    assert done.stderr.startswith("Error: the server's response makes no sense: ")
    assert (done.stderr.count("\n"), done.stdout, done.exit_code) == (1, b"", 1)


def test_nonsense_for_a_login_is_a_bad_response_too(serving):
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


def test_a_proxy_that_demands_a_client_certificate_is_named(secure_etcd):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(secure_etcd.cert.replace("client", "server"), server_key(secure_etcd))
    context.set_alpn_protocols(["h2"])
    with responding({":status": "400"}, context) as endpoint:
        words = ("put", "k", "v", "--endpoints", f"https://{endpoint}", "--cacert", secure_etcd.ca)
        without = run_here(*words)
        given = run_here(*words, "--cert", secure_etcd.cert, "--key", secure_etcd.key)
    assert "A proxy responded with HTTP status 400" in without.stderr
    advice = "  It may demand a client certificate, and none was given.\n  Try:  --cert FILE"
    assert advice in without.stderr
    assert advice not in given.stderr


def server_key(etcd):
    return etcd.key.replace("client", "server")


UNKNOWN = {
    "unknown service etcdserverpb.Auth": "The server does not have this part of etcd's API",
    "unknown method RangeStream for service etcdserverpb.KV": "Etcd has this call from 3.7 on",
    "RangeStream does not support custom sort orders": "Try:  the same without --stream",
    "unknown method Put for service etcdserverpb.KV": "it is an older etcd, or it is not etcd",
    "sortOrder is not implemented by kine": "does not implement what was asked for: it is not etcd",
}


@pytest.mark.parametrize(("details", "meaning"), UNKNOWN.items(), ids=list(UNKNOWN))
def test_what_a_server_does_not_implement_is_explained_by_its_own_words(details, meaning):
    def refuse(request, context):
        context.abort(grpc.StatusCode.UNIMPLEMENTED, details)

    with serving_methods({}, refuse) as endpoint:
        failed = run_here("user", "list", "--endpoints", endpoint)
    assert failed.exit_code == 1
    assert failed.stderr.startswith(f"Error: rpc error: code = Unimplemented desc = {details}\n")
    assert meaning in failed.stderr


@pytest.mark.parametrize(
    ("version", "meaning"),
    [
        ("3.5.13", "reports release 3.5.13, which has auth status in etcd: it is not etcd itself."),
        ("3.4.9", "auth status needs etcd 3.5 or later; "),
    ],
)
def test_the_release_is_blamed_only_where_it_is_to_blame(version, meaning):
    def refuse(request, context):
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "unknown service etcdserverpb.Auth")

    status = api.StatusResponse(version=version).SerializeToString()
    methods = {"/etcdserverpb.Maintenance/Status": lambda request, context: status}
    with serving_methods(methods, refuse) as endpoint:
        assert meaning in run_here("auth", "status", "--endpoints", endpoint).stderr
