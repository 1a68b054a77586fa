"""What the sample's definitions do not show of v1beta1 becoming v1."""

from pyetcdctl.kubernetes.definitions import to_v1
from pyetcdctl.kubernetes.kubectl.like_api import like_api

OLD = {
    "kind": "CustomResourceDefinition",
    "apiVersion": "apiextensions.k8s.io/v1beta1",
    "metadata": {"name": "relics.example.com", "selfLink": "/gone", "generation": 1},
}


def spec(**fields):
    return to_v1({**OLD, "spec": {"group": "example.com", **fields}})["spec"]


def test_a_definition_without_versions_gets_one_of_its_version():
    assert spec(version="v1", names={"kind": "Relic"})["versions"] == [
        {"name": "v1", "served": True, "storage": True}
    ]


def test_names_that_were_left_out_have_their_defaults():
    names = spec(names={"plural": "relics", "kind": "Relic"})["names"]
    assert names == {
        "plural": "relics",
        "singular": "relic",
        "kind": "Relic",
        "listKind": "RelicList",
    }


def test_what_all_versions_share_is_copied_to_each():
    schema = {"openAPIV3Schema": {"type": "object"}}
    columns = [{"name": "Age", "JSONPath": ".age"}]
    versions = [{"name": "v1"}, {"name": "v2"}]
    shown = spec(validation=schema, additionalPrinterColumns=columns, versions=versions)
    for name, version in zip(("v1", "v2"), shown["versions"], strict=True):
        assert version == {
            "name": name,
            "schema": schema,
            "additionalPrinterColumns": [{"name": "Age", "jsonPath": ".age"}],
        }


def test_unknown_fields_are_preserved_unless_v1beta1_says_no():
    assert spec()["preserveUnknownFields"] is True
    assert "preserveUnknownFields" not in spec(preserveUnknownFields=False)


def test_a_webhook_without_review_versions_speaks_v1beta1():
    client = {"url": "https://example.com"}
    shown = spec(conversion={"strategy": "Webhook", "webhookClientConfig": client})
    assert shown["conversion"]["webhook"] == {
        "clientConfig": client,
        "conversionReviewVersions": ["v1beta1"],
    }


def test_a_definition_of_nonsense_is_left_as_it_is():
    assert to_v1({**OLD, "spec": ["?"]})["spec"] == ["?"]
    for versions in ("x", 5, [5]):
        assert spec(names=[1], versions=versions, conversion=3)["versions"] == []


def test_the_self_link_is_gone_and_the_revision_is_in_its_place():
    metadata = like_api(OLD, 42)["metadata"]
    assert list(metadata.items()) == [
        ("name", "relics.example.com"),
        ("resourceVersion", "42"),
        ("generation", 1),
    ]


def test_managed_fields_are_hidden_unless_asked_for():
    obj = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a", "managedFields": []}}
    assert "managedFields" not in like_api(obj, 1)["metadata"]
    assert "managedFields" in like_api(obj, 1, managed_fields=True)["metadata"]


def test_an_object_without_metadata_stays_without():
    assert like_api({"kind": "Status"}, 1) == {"kind": "Status"}


def test_the_templates_of_claims_have_their_kind_which_is_not_stored():
    claim = {"metadata": {"name": "data"}, "status": {"phase": "Pending"}}
    spec = {"volumeClaimTemplates": [claim]}
    stored = {"kind": "StatefulSet", "apiVersion": "apps/v1", "metadata": {}, "spec": spec}
    assert like_api(stored, 1)["spec"]["volumeClaimTemplates"] == [
        {"kind": "PersistentVolumeClaim", "apiVersion": "v1", **claim}
    ]
    assert spec == {"volumeClaimTemplates": [claim]}


def test_fields_of_a_stateful_set_that_is_damaged_or_not_kubernetes_own_are_left_alone():
    for version, spec in (("apps.kruise.io/v1", {"volumeClaimTemplates": [{}]}), ("apps/v1", [1])):
        obj = {"kind": "StatefulSet", "apiVersion": version, "metadata": {}, "spec": spec}
        assert like_api(obj, 1)["spec"] == spec
