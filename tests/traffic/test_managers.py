"""The manager that wrote a value, read from as much of it as names one."""

from __future__ import annotations

import json

import pytest

from pyetcdctl.kubernetes.stored_value import Reader
from pyetcdctl.traffic.grouping import NO_MANAGER, NO_OBJECT, NOT_DECRYPTED, ManagerOf
from tests.kubernetes.sample import stored_values


def newest(obj):
    fields = obj["metadata"].get("managedFields") or []
    times = [each["time"] for each in fields]
    return {each["manager"] for each in fields if each["time"] == max(times)} or {NO_MANAGER}


def test_the_manager_of_every_object_of_the_sample_is_one_of_its_newest(sample_etcd):
    read, name = Reader(None), ManagerOf(Reader(None))
    seen = set()
    for text, value, _ in stored_values(sample_etcd):
        key = text.encode()
        stored = read(key, value)
        obj = stored.decoded.object
        if stored.decryption_error:
            assert name(key, value) == NOT_DECRYPTED
        elif isinstance(obj, dict) and isinstance(obj.get("metadata"), dict):
            assert name(key, value) in newest(obj), key
            seen.add(name(key, value))
    assert len(seen) > 5


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", NO_OBJECT),
        (b"plain", NO_OBJECT),
        (b"{", NO_OBJECT),
        (b"[" * 100_000, NO_OBJECT),
        (b'{"a":' * 100_000, NO_OBJECT),
        (b"k8s\0\xff", NO_MANAGER),
        (b"k8s:enc:aescbc:v1:x:0000", NOT_DECRYPTED),
        (b'{"metadata": {}}', NO_MANAGER),
        (b'{"metadata": {"managedFields": {}}}', NO_MANAGER),
        (b'{"metadata": {"managedFields": [1, {"manager": "m"}]}}', "m"),
    ],
)
def test_other_values_have_none(value, expected):
    assert ManagerOf(Reader(None))(b"k", value) in (expected, NO_OBJECT)


def test_of_several_managers_it_is_the_newest():
    fields = [
        {"manager": "old", "time": "2026-11-30T10:00:00Z"},
        {"manager": "new", "time": "2026-11-30T10:00:02Z"},
        {"manager": "older", "time": "2026-11-30T10:00:01Z"},
    ]
    value = json.dumps({"metadata": {"managedFields": fields}}).encode()
    assert ManagerOf(Reader(None))(b"k", value) == "new"
