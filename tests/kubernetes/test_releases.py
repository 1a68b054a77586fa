"""What a release prints of empty fields: the newest unless another is asked for."""

import pytest

from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.json_writing import json_text
from tests.kubernetes.wire import field, stored
from tests.runner import run_here

EMPTY = b""
POD_IPS = field(3, field(12, EMPTY))
LIMITS = field(2, field(1, EMPTY))
INGRESS = field(2, field(3, field(2, field(1, field(1, field(1, "/"))))))
BACKEND = field(2, field(1, EMPTY))
CLAIM = field(3, field(1, field(1, field(1, EMPTY))))
PVC = field(2, field(2, field(3, field(1, "gpu"))) + field(7, field(3, "db")))
PSP = field(2, field(1, 0) + field(10, field(1, EMPTY)))


@pytest.mark.parametrize(
    ("kind", "fields", "last", "until", "since"),
    [
        ("v1 PodTemplate", field(2, field(1, EMPTY)), "1.33", '"creationTimestamp":null', ""),
        ("apps/v1 StatefulSet", EMPTY, "1.22", '"replicas":0}', '"availableReplicas":0'),
        ("v1 Pod", POD_IPS, "1.30", '"podIPs":[{}]', '"podIPs":[{"ip":""}]'),
        ("v1 LimitRange", LIMITS, "1.17", '"limits":[{}]', '"limits":[{"type":""}]'),
        (
            "networking.k8s.io/v1 Ingress",
            INGRESS,
            "1.21",
            '"path":"/","backend"',
            '"pathType":null',
        ),
        (
            "extensions/v1beta1 Ingress",
            BACKEND,
            "1.17",
            '"serviceName":""',
            '"backend":{"servicePort":0}',
        ),
        ("resource.k8s.io/v1beta1 ResourceClaim", CLAIM, "1.33", '"adminAccess":null', '[{"r'),
        (
            "networking.k8s.io/v1 NetworkPolicy",
            field(3, EMPTY),
            "1.27",
            '"status":{}',
            '{"podSelector":{}}}',
        ),
    ],
)
def test_a_release_prints_its_own_empty_fields(kind, fields, last, until, since):
    value = stored(*kind.split(), fields)
    following = f"1.{int(last.partition('.')[2]) + 1}"
    then, now = (json_text(decode(value, at).object) for at in (last, following))
    newest = json_text(decode(value).object)
    assert (until in then, until in newest) == (True, False)
    assert since in newest
    assert since in now
    assert until not in now


def test_a_claim_of_a_volume_keeps_its_claims_and_their_old_types():
    value = stored("v1", "PersistentVolumeClaim", PVC)
    for release in (None, "1.27"):
        spec = decode(value, release).object["spec"]
        assert spec["resources"] == {"claims": [{"name": "gpu"}]}
        assert spec["dataSource"] == {"apiGroup": None, "kind": "", "name": "db"}


@pytest.mark.parametrize("release", [None, "1.16", "1.24", "1.30"])
@pytest.mark.parametrize("group", ["policy", "extensions"])
def test_a_retired_kind_prints_what_its_last_release_did(group, release):
    """PodSecurityPolicy: as Kubernetes 1.24 prints these bytes."""
    value = stored(f"{group}/v1beta1", "PodSecurityPolicy", PSP)
    assert json_text(decode(value, release).object["spec"]) == (
        '{"seLinux":{"rule":""},"runAsUser":{"rule":""},"supplementalGroups":{},"fsGroup":{}}'
    )


def test_what_a_release_did_not_have_is_printed_when_it_says_something():
    for count, shown in ((0, False), (3, True)):
        value = stored("apps/v1", "StatefulSet", field(3, field(11, count)))
        assert ("availableReplicas" in decode(value, "1.21").object["status"]) is shown


def test_a_release_before_the_table_and_one_after_it_are_its_first_and_its_last():
    value = stored("v1", "PodTemplate", field(2, field(1, EMPTY)))
    assert decode(value, "1.8") == decode(value, "1.16")
    assert decode(value, "1.99") == decode(value)


def test_an_empty_list_of_extra_values_is_a_list():
    extra = field(6, field(1, "a")) + field(6, field(1, "b") + field(2, EMPTY))
    value = stored("certificates.k8s.io/v1", "CertificateSigningRequest", field(2, extra))
    assert '"extra":{"a":[],"b":[]}' in json_text(decode(value).object)


def test_every_command_that_shows_objects_takes_a_release(sample_etcd):
    key = "/registry/deployments/kube-system/coredns"
    commands = [
        ("get", key, "-w", "yaml"),
        ("get", key, "--decode"),
        ("kubernetes", "get", "deploy", "coredns", "-n", "kube-system", "-o", "yaml"),
    ]
    for words in commands:
        now, then = (
            run_here(*words, *flags, env=sample_etcd.environment).stdout.decode()
            for flags in ((), ("--release", "1.33"))
        )
        template = "  template:\n    metadata:\n"
        assert template in now
        assert now.replace(template, f"{template}      creationTimestamp: null\n") == then
        env = {**sample_etcd.environment, "ETCDCTL_RELEASE": "1.33"}
        assert run_here(*words, env=env).stdout.decode() == then


def test_a_release_is_asked_for_on_the_command_line():
    value = stored("v1", "PodTemplate", field(1, field(1, "web")) + field(2, field(1, EMPTY)))
    decode_it = ("kubernetes", "decode", "-o", "jsonl")
    assert b"creationTimestamp" not in run_here(*decode_it, input=value).stdout
    then = run_here(*decode_it, "--release", "1.33", input=value).stdout
    assert then.count(b'"creationTimestamp":null') == 2
    refused = run_here(*decode_it, "--release", "v1.33.2", input=value)
    assert (refused.exit_code, refused.stdout) == (128, b"")
    assert "--release is a minor release of Kubernetes" in refused.stderr
