"""Codes and texts as Go writes them, and errors as the server words them."""

import pytest

from pyetcdctl.client.connection import Deadline
from pyetcdctl.client.retried_calls import AUTHENTICATE
from pyetcdctl.client.status import KNOWN, go_name
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.rpc.kv import PUT, PutRequest
from pyetcdctl.rpc.lease import GRANT


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("OK", "OK"),
        ("CANCELLED", "Canceled"),
        ("UNKNOWN", "Unknown"),
        ("INVALID_ARGUMENT", "InvalidArgument"),
        ("DEADLINE_EXCEEDED", "DeadlineExceeded"),
        ("RESOURCE_EXHAUSTED", "ResourceExhausted"),
        ("FAILED_PRECONDITION", "FailedPrecondition"),
        ("DATA_LOSS", "DataLoss"),
        ("UNAUTHENTICATED", "Unauthenticated"),
    ],
)
def test_a_code_has_gos_name(code, name):
    assert go_name(code) == name


def test_etcds_own_errors_are_known():
    assert len(KNOWN) == 63
    assert "etcdserver: mvcc: database space exceeded" in KNOWN


def test_an_error_that_no_command_provokes_has_the_servers_words(etcd, open_connection):
    """The commands check values and permissions themselves, and choose no ids."""
    connection = open_connection(etcd.endpoint)
    lease = api.LeaseGrantRequest(TTL=600, ID=77).SerializeToString()
    connection.unary(GRANT, lease, deadline=Deadline.after(30), repeatable=True)
    nothing = api.AuthRoleGrantPermissionRequest(name="r").SerializeToString()
    for method, request, reported in (
        (PUT, PutRequest(key=b"k", value=b"v", ignore_value=True).encode(), "value is provided"),
        (GRANT, lease, "lease already exists"),
        ("/etcdserverpb.Auth/RoleGrantPermission", nothing, "permission not given"),
        (
            AUTHENTICATE,
            api.AuthenticateRequest(name="a", password="b").SerializeToString(),
            "authentication is not enabled",
        ),
    ):
        with pytest.raises(CallFailed) as failure:
            connection.unary(method, request, deadline=Deadline.after(30), repeatable=False)
        assert failure.value.message == f"etcdserver: {reported}"
