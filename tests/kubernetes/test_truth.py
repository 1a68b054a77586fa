"""Every value of the sample that needs no key, against what Kubernetes itself prints for it."""

import pytest

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.kubectl.like_api import like_api
from tests.kubernetes.sample import answers

RELEASE = "1.36"
"""Of the API machinery that printed the answers."""
PLAIN = [answer for answer in answers().values() if answer["json"] and "encryption" not in answer]
OBJECTS = [answer for answer in answers().values() if answer["json"]]
DEFINITIONS = [answer for answer in PLAIN if answer["kind"] == "CustomResourceDefinition"]


def test_the_sample_covers_all_formats():
    assert len(PLAIN) == 1094
    assert {answer["format"] for answer in PLAIN} == {"protobuf", "json", "cbor"}


def test_json_is_identical(stored):
    for answer in PLAIN:
        decoded = decode(stored[answer["key"]].value, RELEASE)
        assert json_text(decoded.object) == answer["json"], answer["key"]


def test_yaml_is_identical(stored):
    for answer in PLAIN:
        decoded = decode(stored[answer["key"]].value, RELEASE)
        assert yaml_text(decoded.object) == answer["yaml"], answer["key"]


def test_nothing_is_unknown_and_nothing_damaged(stored):
    for answer in PLAIN:
        decoded = decode(stored[answer["key"]].value, RELEASE)
        found = (decoded.unknown, decoded.problem, decoded.schema_known)
        assert found == ((), None, True), answer["key"]
        assert decoded.format.value == answer["format"]
        assert (decoded.api_version, decoded.kind) == (answer["apiVersion"], answer["kind"])


def test_like_api_is_what_kubectl_gets(stored):
    for answer in PLAIN:
        # An API server adds the kind of a StatefulSet's claims (test_like_api.py).
        if answer in DEFINITIONS or answer["kind"] == "StatefulSet":
            continue
        _, value, mod_revision = stored[answer["key"]]
        served = like_api(decode(value, RELEASE).object, mod_revision)
        assert yaml_text(served) == answer["kubectl_yaml"], answer["key"]


@pytest.mark.parametrize("answer", DEFINITIONS, ids=lambda answer: answer["key"].split("/")[-1])
def test_definitions_are_served_in_v1(stored, answer):
    _, value, mod_revision = stored[answer["key"]]
    obj = decode(value, RELEASE).object
    [served] = answer["served"]
    assert json_text(like_api(obj, mod_revision, managed_fields=True)) == served["json"]
    assert yaml_text(like_api(obj, mod_revision)) == served["kubectl_yaml"]


def test_like_api_leaves_the_stored_object_alone(stored):
    for answer in PLAIN:
        obj = decode(stored[answer["key"]].value, RELEASE).object
        like_api(obj, 7)
        assert json_text(obj) == answer["json"]


def test_yaml_of_what_is_encrypted_is_identical_too():
    for answer in OBJECTS:
        assert yaml_text(json_reading.parse(answer["json"])) == answer["yaml"], answer["key"]
