"""A response that is larger than it can be is refused before it is decoded."""

import resource

import pytest

from pyetcdctl.client.response_limits import (
    OF_ONE_VALUE,
    PAGE_RESPONSE_BYTES,
    SMALL,
    SMALL_RESPONSE_BYTES,
    VALUE_RESPONSE_BYTES,
)
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from tests.runner import run_here
from tests.stand_in import serving


@pytest.mark.parametrize(
    ("words", "bound"),
    [
        ("put k v", VALUE_RESPONSE_BYTES),
        ("put k v --prev-kv", VALUE_RESPONSE_BYTES),
        ("lease list", VALUE_RESPONSE_BYTES),
        ("user list", VALUE_RESPONSE_BYTES),
        ("member list", SMALL_RESPONSE_BYTES),
        ("alarm list", SMALL_RESPONSE_BYTES),
        ("compaction 5", SMALL_RESPONSE_BYTES),
        ("del k --prefix", PAGE_RESPONSE_BYTES),
        ("txn", PAGE_RESPONSE_BYTES),
    ],
)
def test_a_response_beyond_its_bound_is_refused(words, bound):
    with serving({}, lambda request, context: bytes(bound + 1)) as endpoint:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        where = ("--endpoints", endpoint, "--command-timeout=30s")
        failed = run_here(*words.split(), *where, input="\n\nput k v\n\n")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert failed.exit_code != 0
    assert f"received message larger than max ({bound + 1} vs. {bound})" in failed.stderr
    assert grown * 1024 < 8 * bound


def test_a_large_previous_value_is_within_the_bound():
    value = bytes(20 << 20)
    response = api.PutResponse()
    response.prev_kv.key, response.prev_kv.value = b"k", value
    sent = response.SerializeToString()
    with serving({}, lambda request, context: sent) as endpoint:
        done = run_here("put", "k", "v", "--prev-kv", "--endpoints", endpoint)
    assert (done.exit_code, done.stdout) == (0, b"OK\nk\n" + value + b"\n")


def test_every_bounded_method_exists():
    services = api.DESCRIPTOR.services_by_name
    for name, methods in (*SMALL.items(), *OF_ONE_VALUE.items()):
        if name.startswith("etcdserverpb."):
            known = services[name.partition(".")[2]].methods_by_name
            assert set(methods) - {"Compact"} <= set(known) | {"Compact"}
