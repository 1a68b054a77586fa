"""Codes and texts as Go writes them."""

import pytest

from pyetcdctl.client.status import KNOWN, go_name


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
