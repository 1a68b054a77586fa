"""The responses of a watch, written as JSON without a message in between."""

import json

import pytest

from pyetcdctl.output.as_json import json_object
from pyetcdctl.output.events import json_response
from pyetcdctl.rpc.kv import ResponseHeader
from pyetcdctl.rpc.watch import WatchResponse

LATER_FIELD = b"\x2a\x03new"


@pytest.mark.parametrize(
    "header",
    [
        ResponseHeader(),
        ResponseHeader(revision=1),
        ResponseHeader(cluster_id=2**64 - 1, member_id=2**63, revision=2**62, raft_term=300),
        ResponseHeader(cluster_id=1, revision=-1),
    ],
)
@pytest.mark.parametrize("more", [b"", LATER_FIELD], ids=["", "with a field of a later release"])
def test_a_header_is_written_like_any_other(header, more):
    encoded = header.encode() + more
    response = WatchResponse.parse(b"\x0a" + bytes([len(encoded)]) + encoded)
    written = json_response(response).decode()
    assert written.startswith(f'{{"Header":{json_object(header)},"Events":null,')
    assert json.loads(written)["CompactRevision"] == 0
