"""Kubernetes' objects in a store that serves etcd's API over SQL."""

import pytest

from tests.client.kine import NewKine, OldKine
from tests.runner import run_here
from tests.stand_in import serving

NAMES = (*("default", "kube-system", "shop"),)


@pytest.fixture(params=[OldKine, NewKine])
def kine(request):
    keys = [f"/registry/namespaces/{name}".encode() for name in NAMES]
    keys += [b"/registry/pods/shop/web", b"/bootstrap/1", b"/registry/health"]
    store = request.param(keys)
    with serving(store.methods()) as endpoint:
        store.endpoint = endpoint
        yield store


def test_objects_are_listed_without_a_look_at_other_folders(kine):
    words = ("kubernetes", "get", "ns", "-o", "name")
    shown = run_here(*words, env={"ETCDCTL_ENDPOINTS": kine.endpoint})
    assert shown.stdout.decode().splitlines() == [f"namespace/{name}" for name in NAMES]
    assert shown.stderr == ""
    read = {request.key for request in kine.requests if request.range_end}
    assert read
    assert all(key.startswith(b"/registry/namespaces/") for key in read)
