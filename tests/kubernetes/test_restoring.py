"""A stored object as a new one: what a cluster gives an object is not in its manifest."""

import pytest

from pyetcdctl.kubernetes.editing.restoring import as_it_was, is_made_again, manifest

GIVEN = {
    "uid": "u",
    "resourceVersion": "5",
    "generation": 3,
    "creationTimestamp": "2026-01-01T00:00:00Z",
    "managedFields": [{"manager": "kubectl"}],
    "deletionTimestamp": "2026-02-01T00:00:00Z",
    "deletionGracePeriodSeconds": 0,
    "ownerReferences": [{"uid": "o", "kind": "ReplicaSet", "name": "rs", "controller": True}],
    "finalizers": ["foregroundDeletion"],
    "selfLink": "/api/v1/x",
}


def made(kind, metadata=None, **fields):
    return {
        "kind": kind,
        "apiVersion": "v1",
        "metadata": {"name": "x", **(metadata or {})},
        **fields,
    }


@pytest.mark.parametrize("kind", ["ConfigMap", "Pod", "Service", "Widget", "Job", "Secret"])
def test_a_manifest_has_nothing_that_a_cluster_gives(kind):
    obj = made(kind, GIVEN | {"labels": {"a": "b"}}, spec={"a": 1}, status={"phase": "Running"})
    new = manifest(obj)
    assert new["metadata"] == {"name": "x", "labels": {"a": "b"}}
    assert "status" not in new
    assert new["spec"] == {"a": 1}
    assert obj["metadata"]["uid"] == "u"


@pytest.mark.parametrize(
    ("obj", "left"),
    [
        (
            made(
                "Service",
                spec={"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "type": "ClusterIP"},
            ),
            made("Service", spec={"type": "ClusterIP"}),
        ),
        (
            made("Service", spec={"clusterIP": "None", "clusterIPs": ["None"]}),
            made("Service", spec={"clusterIP": "None", "clusterIPs": ["None"]}),
        ),
        (
            made("Pod", spec={"nodeName": "n1", "ephemeralContainers": [], "containers": []}),
            made("Pod", spec={"containers": []}),
        ),
        (made("Namespace", spec={"finalizers": ["kubernetes"]}), made("Namespace")),
        (
            made(
                "Job",
                {"labels": {"controller-uid": "u", "mine": "1"}},
                spec={
                    "selector": {"matchLabels": {"controller-uid": "u"}},
                    "template": {
                        "metadata": {"labels": {"controller-uid": "u", "job-name": "x"}},
                        "spec": {},
                    },
                },
            ),
            made("Job", {"labels": {"mine": "1"}}, spec={"template": {"spec": {}}}),
        ),
        (
            made("Job", spec={"manualSelector": True, "selector": {"a": "b"}}),
            made("Job", spec={"manualSelector": True, "selector": {"a": "b"}}),
        ),
        (
            made(
                "PersistentVolumeClaim",
                {"annotations": {"pv.kubernetes.io/bind-completed": "yes", "a": "b"}},
                spec={"volumeName": "v"},
            ),
            made("PersistentVolumeClaim", {"annotations": {"a": "b"}}, spec={"volumeName": "v"}),
        ),
        (
            made(
                "PersistentVolume",
                spec={"claimRef": {"name": "c", "uid": "u", "resourceVersion": "1"}},
            ),
            made("PersistentVolume", spec={"claimRef": {"name": "c"}}),
        ),
        (
            made(
                "Secret",
                {
                    "annotations": {
                        "kubernetes.io/service-account.uid": "u",
                        "kubernetes.io/service-account.name": "sa",
                    }
                },
                type="kubernetes.io/service-account-token",
                data={"token": "dA==", "ca.crt": "Yw=="},
            ),
            made(
                "Secret",
                {"annotations": {"kubernetes.io/service-account.name": "sa"}},
                type="kubernetes.io/service-account-token",
            ),
        ),
        (
            made("Secret", type="Opaque", data={"token": "dA=="}),
            made("Secret", type="Opaque", data={"token": "dA=="}),
        ),
        (made("Pod", spec="nonsense"), made("Pod", spec="nonsense")),
    ],
)
def test_what_was_assigned_is_dropped_by_kind(obj, left):
    assert manifest(obj) == left


def test_an_object_that_is_stored_again_keeps_its_identity():
    obj = made("Deployment", GIVEN, spec={"replicas": 1}, status={"replicas": 1})
    new = as_it_was(obj, owners={"o"})
    kept = {"name", "uid", "generation", "creationTimestamp", "managedFields", "ownerReferences"}
    assert set(new["metadata"]) == kept
    assert new["status"] == {"replicas": 1}
    assert "ownerReferences" not in as_it_was(obj, owners=set())["metadata"]


def test_a_pod_is_scheduled_again_and_a_namespace_is_active():
    pod = as_it_was(made("Pod", spec={"nodeName": "gone", "a": 1}, status={"phase": "Running"}), ())
    assert (pod["spec"], pod["status"]) == ({"a": 1}, {"phase": "Pending"})
    namespace = as_it_was(made("Namespace", GIVEN, status={"phase": "Terminating"}), ())
    assert (namespace["spec"], namespace["status"]) == (
        {"finalizers": ["kubernetes"]},
        {"phase": "Active"},
    )


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (made("Event"), True),
        (made("Pod", {"annotations": {"kubernetes.io/config.mirror": "x"}}), True),
        (made("Pod"), False),
        (made("ClusterRole", {"labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}}), True),
        (made("ServiceAccount", {"name": "default"}), True),
        (made("ServiceAccount", {"name": "mine"}), False),
        (made("ConfigMap", {"name": "kube-root-ca.crt"}), True),
        (made("Secret", type="kubernetes.io/service-account-token"), True),
        (made("Secret", type="Opaque"), False),
        (made("Pod", {"labels": "nonsense"}), False),
    ],
)
def test_what_a_cluster_makes_by_itself_is_known(obj, expected):
    assert is_made_again(obj) is expected
