"""A learner of etcd 3.6 and later refuses watches; the servers at hand are older.

So a server stands in that answers every call as such a learner does.
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


def test_a_watch_on_a_learner_fails_and_names_the_way_out(learner):
    watched = run_here("watch", "k", "--endpoints", learner)
    assert watched.stderr == (
        f"Error: {LEARNER}\n"
        "  A learner has no vote, and serves no watches.\n"
        "  Try:  --endpoints of a voting member, as `member list` names them\n"
    )
    assert (watched.stdout, watched.exit_code) == (b"", 1)
