"""``kubernetes restore``: objects of a backup, as manifests or back into the store."""

import json

import pytest

from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.editing.documents import documents
from pyetcdctl.sandbox.sample import unpack_sample
from tests.kubernetes.sample import DATA
from tests.runner import run_here
from tests.server import running

CONFIG = str(DATA / "encryption-config.yaml")


@pytest.fixture(scope="module")
def backup(tmp_path_factory):
    return str(unpack_sample(tmp_path_factory.mktemp("backup")))


@pytest.fixture(scope="module")
def cluster():
    with running(sample=True) as server:
        yield server


def restore(backup, *words, env=None):
    return run_here("kubernetes", "restore", "--from", backup, *words, env=env)


def objects_of(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def names_of(result):
    return [(each["kind"], each["metadata"]["name"]) for each in objects_of(result)]


def test_a_namespace_comes_in_the_order_in_which_its_objects_need_each_other(backup):
    result = restore(backup, "-n", "shop", "-o", "jsonl")
    kinds = list(dict.fromkeys(kind for kind, _ in names_of(result)))
    assert kinds[0] == "Namespace"
    order = ["ServiceAccount", "Secret", "ConfigMap", "Service", "Deployment", "Ingress", "Gateway"]
    assert [kind for kind in kinds if kind in order] == order
    assert not {"Pod", "ReplicaSet", "EndpointSlice", "Endpoints", "Event"} & set(kinds)
    assert "objects are left out: their owners make them again" in result.stderr
    assert "objects are left out: a cluster makes them by itself" in result.stderr


def test_no_manifest_of_the_whole_sample_has_what_a_cluster_gives(backup):
    objects = objects_of(restore(backup, "-A", "-o", "jsonl"))
    given = {"uid", "resourceVersion", "creationTimestamp", "managedFields", "ownerReferences"}
    assert len(objects) > 300
    assert not [each for each in objects if given & set(each["metadata"])]
    assert not [each for each in objects if "status" in each]
    services = [each["spec"] for each in objects if each["kind"] == "Service"]
    assert {spec.get("clusterIP", "None") for spec in services} == {"None"}
    assert not [each for each in objects if each["kind"] == "Pod" and "nodeName" in each["spec"]]


def test_what_an_api_server_makes_for_itself_is_left_out_unless_it_is_asked_for(backup):
    names = names_of(restore(backup, "-A", "-o", "jsonl"))
    kinds = ("Service", "Endpoints", "EndpointSlice", "ServiceCIDR")
    assert not [(kind, "kubernetes") for kind in kinds if (kind, "kubernetes") in names]
    assert not [name for kind, name in names if kind == "PriorityClass" and "system-" in name]
    asked = restore(backup, "service/kubernetes", "endpoints/kubernetes", "-o", "jsonl")
    assert names_of(asked) == [("Service", "kubernetes"), ("Endpoints", "kubernetes")]


def test_what_cannot_be_decrypted_is_reported_and_fails(backup):
    result = restore(backup, "-A", "-o", "jsonl")
    assert result.exit_code == 1
    assert "values could not be decrypted" in result.stderr


def test_named_objects_come_alone_and_whoever_owns_them(backup):
    result = restore(backup, "-n", "kube-system", "pods", "-o", "jsonl")
    assert ("Pod", "coredns-78fcdf6894-prwl") in names_of(result)
    result = restore(backup, "-n", "shop", "svc/web", "deployment/web", "-o", "jsonl")
    assert names_of(result) == [("Service", "web"), ("Deployment", "web")]
    assert result.exit_code == 0


def test_a_name_that_is_not_there_is_an_error_behind_the_others(backup):
    result = restore(backup, "-n", "shop", "svc", "web", "nothing", "-o", "jsonl")
    assert names_of(result) == [("Service", "web")]
    assert (result.exit_code, result.stderr) == (1, 'Error: services "nothing" not found\n')


def test_manifests_are_documents_of_yaml_or_a_list_of_json(backup):
    words = ("-n", "shop", "svc", "web", "audit")
    text = restore(backup, *words).stdout.decode()
    assert [each.object["metadata"]["name"] for each in documents(text)] == ["audit", "web"]
    whole = json.loads(restore(backup, *words, "-o", "json").stdout)
    assert (whole["kind"], len(whole["items"])) == ("List", 2)
    alone = json.loads(restore(backup, "-n", "shop", "svc", "web", "-o", "json").stdout)
    assert alone["kind"] == "Service"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "takes -n NAMESPACE, -A or a RESOURCE"),
        (("-n", "shop", "-o", "wide"), "-o is one of: yaml, json, jsonl"),
        (("-n", "shop", "--write"), "standard input is not a terminal"),
    ],
)
def test_what_makes_no_sense_is_refused(backup, words, message):
    result = restore(backup, *words)
    assert (result.exit_code, result.stdout) == (128, b"")
    assert message in result.stderr


def value_of(cluster, key):
    shown = cluster.etcdctl("get", key, "--print-value-only", check=True).stdout
    return shown.removesuffix(b"\n")


def test_write_brings_back_what_is_absent_and_nothing_else(backup, cluster):
    gone = ["/registry/namespaces/shop", "/registry/services/specs/shop/web"]
    gone += ["/registry/deployments/shop/web", "/registry/secrets/shop/wildcard-tls"]
    before = {key: decode(value_of(cluster, key)).object for key in gone}
    changed = "/registry/configmaps/shop/web-config"
    cluster.etcdctl("put", changed, "changed meanwhile", check=True)
    for key in gone:
        cluster.etcdctl("del", key, check=True)
    result = restore(backup, "-n", "shop", "--write", "--yes", env=cluster.environment)
    assert result.stdout.decode().splitlines() == [
        "namespaces/shop created",
        "secrets/shop/wildcard-tls created",
        "services/shop/web created",
        "deployments/shop/web created",
    ]
    assert "# configmaps/shop/web-config exists, and is not changed" in result.stderr
    assert "past the API server" in result.stderr
    assert value_of(cluster, changed) == b"changed meanwhile"
    after = {key: decode(value_of(cluster, key)).object for key in gone}
    assert after[gone[1]] == before[gone[1]]
    assert after[gone[3]] == before[gone[3]]
    assert after[gone[2]]["metadata"]["uid"] == before[gone[2]]["metadata"]["uid"]
    again = restore(backup, "-n", "shop", "--write", "--yes", env=cluster.environment)
    assert (again.stdout, "Nothing is missing." in again.stderr) == (b"", True)


def test_what_is_written_is_encrypted_as_the_cluster_encrypts(backup, cluster):
    key = "/registry/secrets/default/db"
    keys = cluster.etcdctl("get", "/registry/secrets/", "--prefix", "--keys-only").stdout.split()
    encrypted = [
        each.decode() for each in keys if value_of(cluster, each).startswith(b"k8s:enc:aes")
    ]
    key = encrypted[0]
    _, _, _, namespace, name = key.split("/")
    cluster.etcdctl("del", key, check=True)
    words = ("-n", namespace, "secret", name, "--write", "--yes", "--encryption-config", CONFIG)
    result = restore(backup, *words, env=cluster.environment)
    assert result.stdout.decode() == f"secrets/{namespace}/{name} created\n"
    assert value_of(cluster, key).startswith(b"k8s:enc:")
    shown = run_here(
        "kubernetes",
        "get",
        "secret",
        name,
        "-n",
        namespace,
        "-o",
        "name",
        "--encryption-config",
        CONFIG,
        env=cluster.environment,
    )
    assert shown.exit_code == 0


FRESH = "{name: fresh, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}"
OF_ANOTHER_CLUSTER = f"""\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers: [aescbc: {{keys: [{FRESH}]}}, identity: {{}}]
"""


@pytest.fixture
def lost_secret(cluster):
    """The words for a secret that the cluster has no more, and its key."""
    keys = cluster.etcdctl("get", "/registry/secrets/vault-aescbc", "--prefix", "--keys-only")
    key = keys.stdout.decode().split()[0]
    _, _, _, namespace, name = key.split("/")
    cluster.etcdctl("del", key, check=True)
    return key, ("-n", namespace, "secret", name, "--write", "--yes", "--encryption-config", CONFIG)


def test_what_the_api_server_of_the_cluster_could_not_read_is_not_written(
    lost_secret, backup, cluster, tmp_path
):
    key, words = lost_secret
    (tmp_path / "config.yaml").write_text(OF_ANOTHER_CLUSTER)
    words = (*words, "--dest-encryption-config", str(tmp_path / "config.yaml"))
    result = restore(backup, *words, env=cluster.environment)
    assert (result.exit_code, result.stdout) == (1, b"")
    assert "is not written: a value beside it is encrypted by " in result.stderr
    assert value_of(cluster, key) == b""


def test_what_is_written_is_encrypted_by_the_configuration_of_its_destination(
    lost_secret, backup, cluster, tmp_path
):
    key, words = lost_secret
    path = tmp_path / "config.yaml"
    path.write_text(
        (DATA / "encryption-config.yaml").read_text().replace("{", f"{FRESH}\n      - {{", 1)
    )
    words = (*words, "--dest-encryption-config", str(path))
    result = restore(backup, *words, env=cluster.environment)
    assert result.exit_code == 0, result.stderr
    assert value_of(cluster, key).startswith(b"k8s:enc:aescbc:v1:fresh:")


def test_a_resource_that_the_cluster_does_not_define_is_not_written(backup, cluster):
    defined = "/registry/apiextensions.k8s.io/customresourcedefinitions/"
    gone = f"{defined}relics.old.example.com", "/registry/old.example.com/relics/shop/c-relic-00"
    for key in gone:
        cluster.etcdctl("del", key, check=True)
    words = ("-n", "shop", "--write", "--yes", "relics", "c-relic-00")
    refused = restore(backup, *words, env=cluster.environment)
    assert (refused.exit_code, refused.stdout) == (3, b"")
    assert "the store has no resource of kind Relic" in refused.stderr
    assert "Try:  kubernetes restore customresourcedefinitions" in refused.stderr
    definition = ("customresourcedefinitions", "relics.old.example.com", "--write", "--yes")
    for each in (definition, words):
        done = restore(backup, *each, env=cluster.environment)
        assert done.exit_code == 0, done.stderr


def test_the_configuration_of_a_destination_is_for_writing(backup):
    result = restore(backup, "-n", "shop", "--dest-encryption-config", CONFIG)
    assert (result.exit_code, result.stdout) == (128, b"")
    assert "--dest-encryption-config is for --write" in result.stderr


def test_a_read_only_context_refuses_to_write(backup, tmp_path):
    env = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    add = ("context", "add", "prod", "--endpoints", "127.0.0.1:1", "--read-only")
    assert run_here(*add, env=env).exit_code == 0, run_here(*add, env=env).stderr
    result = restore(backup, "-n", "shop", "--write", "--yes", "--context", "prod", env=env)
    assert result.exit_code != 0
    assert "read-only" in result.stderr


def test_a_live_store_is_restored_from_its_past(cluster):
    key = "/registry/configmaps/shop/feature-flags"
    revision = int(
        json.loads(cluster.etcdctl("get", key, "-w", "json").stdout)["header"]["revision"]
    )
    cluster.etcdctl("del", key, check=True)
    words = ("kubernetes", "restore", "-n", "shop", "cm", "feature-flags", "--rev", str(revision))
    result = run_here(*words, "-o", "jsonl", env=cluster.environment)
    assert names_of(result) == [("ConfigMap", "feature-flags")]
    written = run_here(*words, "--write", "--yes", env=cluster.environment)
    assert written.stdout == b"configmaps/shop/feature-flags created\n"
