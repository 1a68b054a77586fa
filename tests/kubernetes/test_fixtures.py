"""Kubernetes' own fixtures, a full object of every kind: decoded and encoded equal."""

from __future__ import annotations

import pytest

from pyetcdctl.kubernetes import resources
from pyetcdctl.kubernetes.codec import json_reading, protobuf_writing
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import encode
from pyetcdctl.kubernetes.codec.envelope import wrap
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.schema import table
from tests.kubernetes.fixtures import Fixture, fixtures, pack, read_folder

EVENT_OF_A_WATCH = "WatchEvent"
"""A frame of the API's own watch protocol, which has no kind and is never stored."""
OBJECTS = [fixture for fixture in fixtures() if fixture.kind != EVENT_OF_A_WATCH]
LISTED_BUT_NOT_STORED = {
    *("ComponentStatus", "APIGroupDiscovery", "PartialObjectMetadata", "APIGroup", "APIResource"),
}


def name_of(fixture: Fixture) -> str:
    return f"{fixture.release}-{fixture.name}"


@pytest.mark.parametrize(("release", "objects"), [("1.36", 184), ("1.37", 192)])
def test_every_kind_of_a_release_has_a_fixture(release: str, objects: int) -> None:
    assert len([fixture for fixture in OBJECTS if fixture.release == release]) == objects


def test_each_is_decoded_to_the_same_json_and_yaml() -> None:
    for fixture in OBJECTS:
        decoded = decode(fixture.protobuf, fixture.release)
        expected = json_text(json_reading.parse(fixture.json))
        assert json_text(decoded.object) == expected, name_of(fixture)
        assert yaml_text(decoded.object) == fixture.yaml, name_of(fixture)
        assert (decoded.unknown, decoded.problem) == ((), None), name_of(fixture)


def test_each_is_encoded_to_the_same_bytes() -> None:
    for fixture in OBJECTS:
        obj = json_reading.parse(fixture.json)
        api_version, kind = obj.pop("apiVersion"), obj.pop("kind")
        message = table.message_name(api_version, kind)
        assert message is not None, name_of(fixture)
        raw = protobuf_writing.plan_of(message, fixture.release).write(obj)
        assert wrap(api_version, kind, raw) == fixture.protobuf, name_of(fixture)


def test_a_stored_object_lacks_only_what_responses_add() -> None:
    stored = [f for f in OBJECTS if resources.of_kind(f.kind, f.group)]
    assert len(stored) > 280
    for fixture in stored:
        obj = json_reading.parse(fixture.json)
        again = decode(encode(obj, "protobuf", fixture.release), fixture.release).object
        for name in ("resourceVersion", "selfLink"):
            del obj["metadata"][name]
        assert json_text(again) == json_text(obj), name_of(fixture)


def test_a_struct_is_stored_only_by_releases_that_have_it() -> None:
    node = {"apiVersion": "storage.k8s.io/v1", "kind": "CSINode", "metadata": {"name": "n"}}
    status = b"\x1a\x00"
    assert encode(node, None, "1.37").endswith(status + b"\x1a\x00\x22\x00")
    assert status + b"\x1a\x00\x22\x00" not in encode(node, None, "1.36")


def stored_kinds() -> list[str]:
    """Every message that has a list and metadata of its own."""
    names = set(table.names())
    return [
        name
        for name in sorted(names)
        if f"{name}List" in names and name.rpartition(".")[2] not in LISTED_BUT_NOT_STORED
    ]


def test_every_stored_kind_of_every_release_is_a_resource() -> None:
    assert len(stored_kinds()) > 180
    for name in stored_kinds():
        _package, version, kind = name.rsplit(".", 2)
        found = [
            resource
            for resource in resources.BUILT_IN
            for group in (resource.group, "extensions", "events.k8s.io")
            if resource.kind == kind
            and table.message_name(f"{group}/{version}".lstrip("/"), kind) == name
        ]
        assert found, f"{name} has no row in resources.py"


def test_every_resource_is_a_stored_kind() -> None:
    gone_before_the_table = {"InitializerConfiguration"}
    kinds = {name.rpartition(".")[2] for name in stored_kinds()} | gone_before_the_table
    assert {resource.kind for resource in resources.BUILT_IN} == kinds


def test_a_folder_is_packed_and_read_again(tmp_path) -> None:
    (tmp_path / "apps.v1.Deployment.pb").write_bytes(b"k8s\0\xff")
    (tmp_path / "apps.v1.Deployment.json").write_text('{\n  "kind": "Deployment"\n}')
    (tmp_path / "apps.v1.Deployment.yaml").write_text("kind: Deployment\n")
    [found] = read_folder(tmp_path, "1.40")
    assert found == ("1.40", "apps.v1.Deployment", b"k8s\0\xff", found.json, "kind: Deployment\n")
    assert (found.group, found.kind) == ("apps.v1", "Deployment") or found.group == "apps"
    assert pack([found]) == pack([found])
