"""A learner refuses most calls, one of etcd 3.6 and later watches, too; older are at hand.

So a substitute server responds to every call as such a learner does.
"""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from tests.runner import run_here

LEARNER = "etcdserver: rpc not supported for learner"


class Learner(grpc.GenericRpcHandler):
    def service(self, details):
        def refuse(requests, context):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, LEARNER)

        return grpc.stream_stream_rpc_method_handler(refuse)


@pytest.fixture
def learner():
    server = grpc.server(ThreadPoolExecutor(2), handlers=[Learner()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.mark.parametrize(
    ("line", "way"),
    [
        ("watch k", "--endpoints of a voting member"),
        ("put k v", "--endpoints of a voting member"),
        ("member list --consistency=s", "--endpoints of a voting member"),
        ("get k", "--consistency=s, or --endpoints of a voting member"),
        ("tree", "--consistency=s, or --endpoints of a voting member"),
    ],
)
def test_a_call_that_a_learner_refuses_names_the_way_out(learner, line, way):
    refused = run_here(*line.split(), "--endpoints", learner)
    assert refused.stderr == (
        f"Error: {LEARNER}\n"
        "  A learner has no vote: it serves no watches, no writes and no reads but its own.\n"
        f"  Try:  {way}\n"
    )
    assert (refused.stdout, refused.exit_code) == (b"", 1)
