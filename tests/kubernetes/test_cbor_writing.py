"""CBOR byte for byte as Kubernetes' own serializer writes it, and read back."""

from __future__ import annotations

import hashlib
import lzma
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.codec.cbor_reading import loads
from pyetcdctl.kubernetes.codec.cbor_writing import dumps
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import encode
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.kubernetes.editing.revising import form_of, obstacle
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from pyetcdctl.kubernetes.objects import Literal
from pyetcdctl.kubernetes.stored_value import read
from tests.kubernetes.sample import DATA, responses
from tests.kubernetes.test_encryption_of_the_sample import config, given_keys
from tests.kubernetes.wire import field
from tests.kubernetes.wire import stored as stored_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.kubernetes.sample import Stored

CUSTOM = 180
"""How many lines are of custom resources: CBOR in hex, the JSON given, the JSON read back."""


@cache
def recorded(name: str) -> list[list[str]]:
    with lzma.open(DATA / f"{name}.tsv.xz", "rt", encoding="utf-8", newline="\n") as lines:
        return [line.rstrip("\n").split("\t") for line in lines]


def test_custom_resources_are_written_and_read_as_kubernetes_does() -> None:
    for written, given, response in recorded("cbor")[:CUSTOM]:
        assert encode(json_reading.parse(given), "cbor").hex() == written, given
        decoded = decode(bytes.fromhex(written))
        assert decoded.problem is None
        assert json_text(decoded.object) == response
        assert encode(decoded.object, "cbor").hex() == written, given


def test_built_in_kinds_are_written_as_kubernetes_does() -> None:
    """Of each, the first digits of the SHA-256 are recorded."""
    objects, digests = recorded("serialized"), recorded("cbor")[CUSTOM:]
    for (protobuf, _), [digest] in zip(objects, digests, strict=True):
        obj = decode(bytes.fromhex(protobuf), "1.36").object
        assert obj is not None
        written = encode(obj, "cbor", "1.36")
        assert hashlib.sha256(written).hexdigest().startswith(digest), obj["kind"]
        assert encode(decode(written).object, "cbor", "1.36") == written, obj["kind"]


def test_every_cbor_value_of_the_sample_is_written_as_it_was_read(
    stored: Mapping[str, Stored],
) -> None:
    keyring = Keyring(config, given_keys())
    keys = [key for key, response in responses().items() if response["format"] == "cbor"]
    assert len(keys) == 35
    for key in keys:
        value = read(key.encode(), stored[key].value, keyring)
        assert (form_of(value), obstacle(value)) == ("cbor", "")
        assert encode(value.decoded.object, "cbor") == value.plain, key


ODD: list[tuple[Any, str]] = [
    (b"\x01\xff", "d64201ff"),
    ({"data": [b""]}, "a1446461746181d640"),
    (Literal('{"b":1.0,"a":[null,true]}'), "a2416182f6f54162f93c00"),
    (Literal('"text"'), "4474657874"),
    (Literal("null"), "f6"),
]


@pytest.mark.parametrize(("given", "written"), ODD, ids=[written for _, written in ODD])
def test_what_only_built_in_kinds_hold_is_written(given: Any, written: str) -> None:
    assert dumps(given).hex() == f"d9d9f7{written}"


TOO_LARGE = ("1e400", "-1e309", f"1{'0' * 310}", f"9{'0' * 5000}")


@pytest.mark.parametrize("number", TOO_LARGE, ids=lambda text: text[:10])
def test_a_number_beyond_64_bits_of_float_is_refused_by_its_field(number: str) -> None:
    given = json_reading.parse(f'{{"spec":{{"a":[1,{number}]}}}}')
    with pytest.raises(Unfit, match=r"^spec\.a\[1\]: the number is too large"):
        dumps(given)


@pytest.mark.parametrize("size", [0, 23, 24, 255, 256, 65535, 65536])
def test_lengths_are_as_short_as_they_can_be(size: int) -> None:
    head = dumps("x" * size)[3:-size] if size else dumps("")[3:]
    assert len(head) == 1 + (size > 23) + (size > 255) + 2 * (size > 65535)
    for given in ("x" * size, list(range(size)), {f"{n:05}": n for n in range(size)}):
        assert loads(dumps(given)) == (given, None)


def test_cbor_inside_protobuf_is_shown_as_json_and_written_back_as_it_was() -> None:
    inside = dumps({"b": 1, "a": [json_reading.parse("1.5"), "<"], "data": b"x"})
    response = '"data":{"a":[1.5,"\\u003c"],"b":1,"data":"eA=="}'
    for raw, shown in ((inside, response), (inside[:-1], '"data":"2dn3')):
        metadata = field(1, field(1, "x"))
        value = stored_value("apps/v1", "ControllerRevision", metadata, field(2, field(1, raw)))
        obj = decode(value).object
        assert obj is not None
        assert shown in json_text(obj)
        assert raw in encode(obj)


def test_raw_bytes_that_are_no_json_cannot_be_written() -> None:
    owned = [{"manager": "m", "fieldsV1": json_reading.raw_json(b"\xff")}]
    broken = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"managedFields": owned}}
    with pytest.raises(Unfit, match=r"fieldsV1: bytes that are not JSON"):
        encode(broken, "cbor")
