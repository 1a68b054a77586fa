"""The entries of managedFields, read without the rest of an object."""

from __future__ import annotations

from pyetcdctl.kubernetes.codec.envelope import MAGIC, unwrap, wrap
from pyetcdctl.kubernetes.managed_fields import entries_of_object, entries_of_protobuf
from pyetcdctl.kubernetes.stored_value import Reader
from tests.kubernetes.sample import stored_values


def test_entries_are_those_of_the_decoded_object(sample_etcd):
    read, seen = Reader(None), set()
    for key, value, _ in stored_values(sample_etcd):
        found = entries_of_protobuf(value)
        if found is None:
            assert not value.startswith(MAGIC), key
            continue
        expected = entries_of_object(read(key.encode(), value).decoded.object)
        assert [str(each) for each in found] == [str(each) for each in expected], key
        assert order(found) == order(expected), key
        seen.update(map(str, found))
    assert len(seen) > 5


def order(entries):
    return sorted(range(len(entries)), key=lambda number: entries[number].time)


def test_an_entry_is_like_another_that_differs_in_its_time_alone():
    def entry(time, fields):
        obj = {"manager": "m", "operation": "Update", "time": time, "fieldsV1": fields}
        return entries_of_object({"metadata": {"managedFields": [obj]}})[0]

    one = entry("2026-11-30T10:00:00Z", {"f:a": {}})
    assert one.is_like(entry("2026-11-30T10:00:01Z", {"f:a": {}}))
    assert not one.is_like(entry("2026-11-30T10:00:00Z", {"f:b": {}}))


def test_what_is_damaged_or_no_protobuf_is_left_to_the_decoder(sample_etcd):
    values = (value for _, value, _ in stored_values(sample_etcd) if value.startswith(MAGIC))
    value = next(each for each in values if entries_of_protobuf(each))
    envelope = unwrap(value)
    damaged = wrap(envelope.api_version, envelope.kind, envelope.raw[:-1] + b"\xff\xff")
    assert entries_of_protobuf(damaged) is None
    assert entries_of_protobuf(value[: len(value) // 2]) is None
    assert entries_of_protobuf(b"{}") is None
