"""Every value of the sample that needs no key, against what Kubernetes itself prints for it."""

import pytest

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.kubectl.like_api import like_api
from tests.kubernetes.sample import responses

RELEASE = "1.36"
"""The release of the API machinery that printed the responses."""
PLAIN = [
    response
    for response in responses().values()
    if response["json"] and "encryption" not in response
]
OBJECTS = [response for response in responses().values() if response["json"]]
DEFINITIONS = [response for response in PLAIN if response["kind"] == "CustomResourceDefinition"]


def test_the_sample_covers_all_formats():
    assert len(PLAIN) == 1094
    assert {response["format"] for response in PLAIN} == {"protobuf", "json", "cbor"}


def test_json_is_identical(stored):
    for response in PLAIN:
        decoded = decode(stored[response["key"]].value, RELEASE)
        assert json_text(decoded.object) == response["json"], response["key"]


def test_yaml_is_identical(stored):
    for response in PLAIN:
        decoded = decode(stored[response["key"]].value, RELEASE)
        assert yaml_text(decoded.object) == response["yaml"], response["key"]


def test_nothing_is_unknown_and_nothing_damaged(stored):
    for response in PLAIN:
        decoded = decode(stored[response["key"]].value, RELEASE)
        found = (decoded.unknown, decoded.problem, decoded.schema_known)
        assert found == ((), None, True), response["key"]
        assert decoded.format.value == response["format"]
        assert (decoded.api_version, decoded.kind) == (response["apiVersion"], response["kind"])


def test_like_api_is_what_kubectl_gets(stored):
    for response in PLAIN:
        # An API server adds the kind of a StatefulSet's claims (test_like_api.py).
        if response in DEFINITIONS or response["kind"] == "StatefulSet":
            continue
        _, value, mod_revision = stored[response["key"]]
        served = like_api(decode(value, RELEASE).object, mod_revision)
        assert yaml_text(served) == response["kubectl_yaml"], response["key"]


@pytest.mark.parametrize(
    "response", DEFINITIONS, ids=lambda response: response["key"].split("/")[-1]
)
def test_definitions_are_served_in_v1(stored, response):
    _, value, mod_revision = stored[response["key"]]
    obj = decode(value, RELEASE).object
    [served] = response["served"]
    assert json_text(like_api(obj, mod_revision, managed_fields=True)) == served["json"]
    assert yaml_text(like_api(obj, mod_revision)) == served["kubectl_yaml"]


def test_like_api_leaves_the_stored_object_alone(stored):
    for response in PLAIN:
        obj = decode(stored[response["key"]].value, RELEASE).object
        like_api(obj, 7)
        assert json_text(obj) == response["json"]


def test_yaml_of_what_is_encrypted_is_identical_too():
    for response in OBJECTS:
        assert yaml_text(json_reading.parse(response["json"])) == response["yaml"], response["key"]
