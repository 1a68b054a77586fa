"""Objects to stored bytes: as the API server's own serializers write them."""

from __future__ import annotations

import lzma
import re
from typing import TYPE_CHECKING, Any

import pytest

from pyetcdctl.kubernetes.codec import json_reading, protobuf_reading, protobuf_writing
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import encode
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.quantities import canonical
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.kubernetes.codec.wire_fields import TOP, WireReading
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.editing.documents import documents
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from pyetcdctl.kubernetes.schema import table
from tests.kubernetes.sample import DATA, responses
from tests.kubernetes.test_encryption_of_the_sample import config, given_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.kubernetes.sample import Stored

RELEASE = "1.36"
"""The release that the sample and the serialized objects are of."""
WITH_A_CLIENTS_OWN_TEXT = "/registry/resourceclaims/default/shared-gpu"
"""Holds a raw extension with blanks, with 1.50 and 1E3, which no parsed text keeps."""


@pytest.fixture(scope="module")
def plain(stored: Mapping[str, Stored]) -> dict[str, bytes]:
    """Every protobuf and JSON value of the sample, those that are encrypted opened."""
    keyring = Keyring(config, given_keys())
    values = {}
    for key, value, _ in stored.values():
        if responses()[key]["format"] in ("protobuf", "json"):
            is_sealed = value.startswith(ENCRYPTED)
            values[key] = keyring.decrypt(key.encode(), value).plaintext if is_sealed else value
    return values


def test_every_value_of_the_sample_is_written_as_it_was_read(plain: dict[str, bytes]) -> None:
    assert len(plain) == 1139
    for key, value in plain.items():
        decoded = decode(value)
        assert encode(decoded.object, decoded.format.value, RELEASE) == value, key


@pytest.mark.parametrize("write", [yaml_text, json_text], ids=["yaml", "json"])
def test_its_text_leads_back_to_every_value_too(plain: dict[str, bytes], write: Any) -> None:
    for key, value in plain.items():
        decoded = decode(value)
        [document] = documents(write(decoded.object))
        same = encode(document.object, decoded.format.value, RELEASE) == value
        assert same == (key != WITH_A_CLIENTS_OWN_TEXT), key


def test_what_kubernetes_own_serializers_write_is_written() -> None:
    """Of each kind of release 1.36 an empty object, and a random one where it is short."""
    with lzma.open(DATA / "serialized.tsv.xz", "rt", encoding="utf-8", newline="\n") as lines:
        pairs = [line.rstrip("\n").split("\t") for line in lines]
    assert len(pairs) > 161
    for written, json_of_it in pairs:
        given = json_reading.parse(json_of_it)
        assert encode(given, "protobuf", RELEASE).hex() == written, given["kind"]


def test_the_form_follows_from_the_kind(plain: dict[str, bytes]) -> None:
    other = {
        key for key, value in plain.items() if encode(decode(value).object, None, RELEASE) != value
    }
    assert other == {
        "/registry/configmaps/default/written-as-json",
        "/registry/configmaps/default/written-as-json-too",
    }


def obj(spec: Any = None, kind: str = "apps/v1 Deployment", **more: Any) -> dict[str, Any]:
    api_version, _, name = kind.partition(" ")
    whole = {"apiVersion": api_version, "kind": name, "metadata": {"name": "x"}, **more}
    return whole if spec is None else {**whole, "spec": spec}


def container(**fields: Any) -> dict[str, Any]:
    return {"containers": [{"name": "c", **fields}]}


REFUSED = [
    (obj({"replica": 3}), "spec.replica: DeploymentSpec has no such field (is replicas meant?)"),
    (obj({"replicas": "3"}), "spec.replicas: a whole number is needed here, not the string '3'"),
    (obj({"replicas": 1 << 31}), "spec.replicas: a number of at most 31 bits is needed here"),
    (obj({"paused": "no"}), "spec.paused: true or false is needed here, not the string 'no'"),
    (
        obj(container(image=["a"]), kind="v1 Pod"),
        "spec.containers[0].image: a string is needed here, not a list",
    ),
    (
        obj(container(resources={"limits": {"cpu": "1Kb"}}), kind="v1 Pod"),
        "spec.containers[0].resources.limits.cpu: no quantity: its suffix 'Kb'",
    ),
    (obj({"containers": {}}, kind="v1 Pod"), "spec.containers: a list is needed here"),
    (
        obj(kind="v1 Secret", data={"a": "%"}),
        "data.a: base64 is needed here",
    ),
    (
        obj(metadata={"creationTimestamp": "yesterday"}),
        "metadata.creationTimestamp: a time such as 2026-03-02T12:09:32Z is needed here",
    ),
    (obj(metadata=None), "metadata: an object is needed here, not null"),
    (obj(kind="apps/v9 Deployment"), "kind: the field table has no kind Deployment of apps/v9"),
    ({"kind": "Pod", "metadata": {}}, "the object has no apiVersion"),
    ([1], "an object with apiVersion, kind and metadata is needed here, not a list"),
    (
        obj(kind="route.example.io/v1 Route", wire={"2": "x"}),
        "wire: fields shown by their numbers cannot be written back",
    ),
]


@pytest.mark.parametrize(("given", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_does_not_fit_is_refused_by_its_field(given: Any, why: str) -> None:
    with pytest.raises(Unfit) as refused:
        encode(given)
    assert str(refused.value).startswith(why)


SECRETS = ["hunter2", ["hunter2"], 72, json_reading.parse("7.2"), True]
WRONG = [{"data": {"a": value}} for value in SECRETS] + [
    {"data": "hunter2"},
    {"data": ["hunter2"]},
    {"data": 72},
    {"stringData": {"a": 72}},
    {"type": ["hunter2"]},
    {"type": 72},
    {"immutable": "hunter2"},
    {"metadata": {"annotations": {"copy": 72}}},
]


@pytest.mark.parametrize("given", WRONG, ids=map(str, WRONG))
def test_what_does_not_fit_a_secret_is_refused_without_the_value(given: Any) -> None:
    with pytest.raises(Unfit, match="is needed here") as refused:
        encode(obj(kind="v1 Secret", **given))
    assert not re.search(r"hunter2|7|[Tt]rue(?! or)", str(refused.value))


def test_a_custom_resource_is_json_in_order_without_what_only_responses_have() -> None:
    given = {
        "kind": "Widget",
        "apiVersion": "shop.example.com/v1",
        "metadata": {"resourceVersion": "7", "selfLink": "/x", "name": "w"},
        "spec": {"b": [{"z": "<", "a": 1}], "a": json_reading.parse("1.50")},
    }
    assert encode(given) == (
        b'{"apiVersion":"shop.example.com/v1","kind":"Widget","metadata":{"name":"w"},'
        b'"spec":{"a":1.50,"b":[{"a":1,"z":"\\u003c"}]}}\n'
    )
    with pytest.raises(Unfit, match="no kind Widget"):
        encode(given, "protobuf")


def test_a_built_in_kind_as_json_has_the_order_of_the_api() -> None:
    given = obj(kind="v1 Namespace", status={"phase": "Active"})
    assert encode(given, "json") == (
        b'{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"x"},"spec":{},'
        b'"status":{"phase":"Active"}}\n'
    )


def test_a_template_may_carry_a_type_of_its_own() -> None:
    claim = {"metadata": {"name": "c"}, "spec": {}}
    typed = {"kind": "PersistentVolumeClaim", "apiVersion": "v1", **claim}
    kind = "apps/v1 StatefulSet"
    with_type = encode(obj({"volumeClaimTemplates": [typed]}, kind=kind))
    assert with_type == encode(obj({"volumeClaimTemplates": [claim]}, kind=kind))


# What Go's resource.ParseQuantity and String make of each.
QUANTITIES = """
0 0|00 0|0.0 0|0Ki 0|1 1|+5 +5|-5 -5|0.5 500m|-0.5 -500m|.5 500m|1.5 1500m|1.500 1.500|1. 1.|100 100
1000 1k|1000m 1|1000000k 1G|500m 500m|1500m 1500m|0.1n 1n|3.001n 4n|1u 1u|3000000000u 3k
1024 1024|1024Mi 1Gi|1025Mi 1025Mi|1536Mi 1536Mi|0.5Gi 512Mi|1.5Gi 1536Mi|0.5Ki 512|1.1Ki 1126400m
8Gi 8Gi|16Ei 9223372036854775807|1e3 1e3|12E6 12E6|1e4 10e3|1.2e3 1200|0.5e-1 50e-3|1E 1E
"""


@pytest.mark.parametrize("pair", QUANTITIES.replace("\n", "|").strip("|").split("|"))
def test_a_quantity_is_stored_in_its_canonical_form(pair: str) -> None:
    given, expected = pair.split()
    assert canonical(given) == expected


TIMES = [
    ("2026-03-02T14:09:32.9+02:00", "2026-03-02T12:09:32Z"),
    ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
    ("0001-01-01T00:00:00Z", None),
    (None, None),
]


@pytest.mark.parametrize(("given", "expected"), TIMES)
def test_a_time_is_stored_in_whole_seconds_of_utc(given: Any, expected: Any) -> None:
    event = obj(kind="v1 Event", firstTimestamp=given, eventTime=given)
    shown = decode(encode(event)).object
    assert shown is not None
    assert shown["firstTimestamp"] == expected
    micro = shown["eventTime"]
    assert micro if expected else micro is None
    assert not expected or micro[:19] == expected[:19]


def test_every_message_of_the_table_reads_what_it_writes() -> None:
    for name in table.names():
        message = table.message(name)
        assert message is not None
        if message.special:
            continue
        empty = protobuf_writing.plan_of(name).write({})
        reading = WireReading()
        shown = protobuf_reading.plan_of(name).read(empty, TOP, reading)
        assert (reading.problem, reading.unknown) == (None, []), name
        assert protobuf_writing.plan_of(name).write(shown) == empty, name


def test_null_in_a_map_is_an_empty_string_and_no_bytes() -> None:
    empty = encode(obj(kind="v1 ConfigMap", data={"a": ""}, binaryData={"b": ""}))
    assert encode(obj(kind="v1 ConfigMap", data={"a": None}, binaryData={"b": ""})) == empty
    null = encode(obj(kind="v1 ConfigMap", data={"a": ""}, binaryData={"b": None}))
    assert len(null) == len(empty) - 2
    assert decode(null).object == decode(empty).object


def test_fields_that_are_owned_are_kept_in_their_order() -> None:
    ports = ('k:{"containerPort":53}', 'k:{"containerPort":443}')
    owned = {"f:spec": {ports[1]: {}, ports[0]: {}, "f:a": {}, ".": {}}, "f:metadata": {}}
    entry = {"manager": "m", "operation": "Update", "fieldsV1": owned}
    shown = decode(encode(obj(metadata={"managedFields": [entry]}))).object
    assert shown is not None
    fields = shown["metadata"]["managedFields"][0]["fieldsV1"].text
    order = [fields.index(name) for name in ('"f:metadata"', '"."', '"f:a"', ":53", ":443")]
    assert order == sorted(order)
