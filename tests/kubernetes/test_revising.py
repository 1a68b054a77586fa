"""Edited YAML back to the object: what was not touched is as it was stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import encode
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.kubernetes.editing.documents import documents
from pyetcdctl.kubernetes.editing.revising import EditedObject, form_of, obstacle
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from pyetcdctl.kubernetes.stored_value import read
from pyetcdctl.strict_yaml import NotYaml
from tests.kubernetes.sample import responses
from tests.kubernetes.test_encryption_of_the_sample import config, given_keys
from tests.kubernetes.wire import field
from tests.kubernetes.wire import stored as envelope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyetcdctl.kubernetes.objects import Object
    from tests.kubernetes.sample import Stored

ADDED = "edited-"


def with_addition(obj: Object) -> Object:
    return {**obj, "metadata": {**obj["metadata"], "generateName": ADDED}}


def test_a_change_of_a_value_changes_nothing_else(
    stored: Mapping[str, Stored],
) -> None:
    keyring = Keyring(config, given_keys())
    keys = [key for key, response in responses().items() if response["json"]]
    for key in (*keys[::7], *(key for key in keys if responses()[key]["format"] != "protobuf")):
        value = read(key.encode(), stored[key].value, keyring)
        assert obstacle(value) == "", key
        obj = value.decoded.object
        assert obj is not None
        revision = EditedObject(obj, managed_fields=False)
        assert "managedFields:" not in revision.text or "CustomResourceDefinition" in value.type
        [document] = documents(revision.text)
        assert revision.of(document.object) == obj, key
        revised = revision.of(with_addition(document.object))
        expected = encode(with_addition(obj), form_of(value))
        assert encode(revised, form_of(value)) == expected, key


def revised(obj: Object, edit: Any) -> Object:
    revision = EditedObject(
        {"apiVersion": "v1", "kind": "K", "metadata": {}, **obj}, managed_fields=True
    )
    edited = documents(revision.text)[0].object
    edit(edited)
    return revision.of(edited)


def test_items_that_moved_keep_their_text() -> None:
    raw = decode(
        b'{"apiVersion":"a.b/v1","kind":"K","metadata":{},"l":[{"n":1.50},{"n":1E3},{"n":7}]}'
    )
    assert raw.object is not None
    items = raw.object["l"]
    shown = revised({"l": items}, lambda obj: obj["l"].reverse())["l"]
    assert shown == items[::-1]
    shown = revised({"l": items}, lambda obj: obj["l"].pop(0))["l"]
    assert shown == items[1:]
    shown = revised({"l": items}, lambda obj: obj["l"][1].update(n=3, m=4))["l"]
    assert shown == [items[0], {"n": 3, "m": 4}, items[2]]


def test_true_is_not_taken_for_1() -> None:
    assert revised({"a": 1}, lambda obj: obj.update(a=True))["a"] is True
    assert revised({"a": [1, 0]}, lambda obj: obj.update(a=[True, False]))["a"] == [True, False]


def test_another_object_is_refused() -> None:
    with pytest.raises(Unfit, match="kind: this has to stay K"):
        revised({}, lambda obj: obj.update(kind="L"))
    with pytest.raises(Unfit, match=r"metadata.name: this has to stay None"):
        revised({}, lambda obj: obj["metadata"].update(name="x"))


def test_bytes_where_json_should_be_come_back_as_they_were() -> None:
    broken = field(1, field(1, "x")) + field(2, field(1, b"{no json"))
    value = read(
        b"/registry/controllerrevisions/a/x", envelope("apps/v1", "ControllerRevision", broken)
    )
    assert obstacle(value) == ""
    obj = value.decoded.object
    assert obj is not None
    revision = EditedObject(obj, managed_fields=False)
    same = revision.of(with_addition(documents(revision.text)[0].object))
    assert b"{no json" in encode(same)


@pytest.mark.parametrize(
    "text",
    ["a: !!binary aGk=", "a: !!timestamp 2026-01-01", "a: !x y", "a: &b 1\nc: *b", "? [a]\n: b"],
)
def test_yaml_that_json_has_nothing_for_is_refused(text: str) -> None:
    with pytest.raises(NotYaml):
        documents(text)


def test_tags_that_json_has_a_type_for_are_read() -> None:
    assert documents("a: !!int 7\nb: !!str x\nc: !!null ~")[0].object == {
        "a": 7,
        "b": "x",
        "c": None,
    }
