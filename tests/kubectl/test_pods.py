"""Where etcd listens and where its certificates are, from the JSON of its pod."""

import pytest

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubectl.etcd_options import etcd_options
from pyetcdctl.kubectl.finding import PodPlace, parse_place
from pyetcdctl.kubectl.pods import read_pod
from pyetcdctl.kubectl.secret_mounts import SecretItem
from pyetcdctl.settings import TlsFiles

PKI = "/etc/kubernetes/pki/etcd"
KUBEADM = {
    "name": "etcd",
    "command": [
        "etcd",
        "--advertise-client-urls=https://10.0.0.5:2379",
        f"--cert-file={PKI}/server.crt",
        "--client-cert-auth=true",
        f"--key-file={PKI}/server.key",
        "--listen-client-urls=https://127.0.0.1:2379,https://10.0.0.5:2379",
        f"--trusted-ca-file={PKI}/ca.crt",
    ],
}
ITEMS = [{"key": "k", "path": "server.key"}]


def a_pod(container, status=None, volumes=()):
    return read_pod(
        {
            "metadata": {"name": "etcd-m1", "namespace": "kube-system"},
            "spec": {"containers": [{"name": "side"}, container], "volumes": list(volumes)},
            "status": status or {},
        }
    )


def test_a_pod_of_kubeadm_says_it_all_on_its_command_line():
    status = {"podIP": "10.0.0.5", "containerStatuses": [{"name": "etcd", "ready": True}]}

    pod = a_pod(KUBEADM, status)

    assert (pod.full_name, pod.container, pod.is_ready) == ("kube-system/etcd-m1", "etcd", True)
    assert pod.local_endpoint == "https://127.0.0.1:2379"
    assert pod.advertised_endpoint == "https://10.0.0.5:2379"
    assert pod.tls == TlsFiles(f"{PKI}/ca.crt", f"{PKI}/server.crt", f"{PKI}/server.key")
    assert not pod.has_secrets_for_tls


def test_a_server_on_all_addresses_is_reached_by_what_it_advertises():
    container = {
        "name": "etcd",
        "command": ["/bin/sh", "-ec", "exec etcd --listen-client-urls https://0.0.0.0:2379 "
                    "--advertise-client-urls https://$(NAME).etcd.ns.svc:2379"],
        "env": [{"name": "NAME", "value": "etcd-0"}],
    }  # fmt: skip

    pod = a_pod(container, {"podIP": "10.1.2.3"})

    assert pod.local_endpoint == pod.advertised_endpoint == "https://etcd-0.etcd.ns.svc:2379"
    assert pod.listen_urls == ("https://10.1.2.3:2379",)


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"command": ["etcd"], "args": ["--name", "a", "--debug"]}, {"name": "a", "debug": "true"}),
        ({"env": [{"name": "ETCD_CERT_FILE", "value": "/c"}]}, {"cert-file": "/c"}),
        (
            {"command": ["etcd", "--name=b"], "env": [{"name": "ETCD_NAME", "value": "a"}]},
            {"name": "b"},
        ),
        ({"command": ["etcd", "--name=$(X)"], "env": [{"name": "X"}]}, {"name": "$(X)"}),
        (
            # As OpenShift starts it: an apostrophe in a comment, and variables of the shell.
            {
                "command": ["/bin/sh", "-c", "# it doesn't\nexec etcd --name=${NODE_a_NAME} \\\n"],
                "env": [{"name": "NODE_a_NAME", "value": "a"}],
            },
            {"name": "a"},
        ),
    ],
    ids=["words", "variables", "flag-before-variable", "unknown-reference", "script"],
)
def test_options_come_from_words_and_variables(container, expected):
    assert etcd_options(container) == expected


def test_variables_of_etcdctl_are_known_by_name():
    container = {**KUBEADM, "env": [{"name": "ETCDCTL_CACERT", "valueFrom": {}}, {"name": "X"}]}

    assert a_pod(container).variables == {"ETCDCTL_CACERT"}


def test_a_pod_without_etcd_is_none():
    assert a_pod({"name": "coredns", "command": ["/coredns"]}) is None


@pytest.mark.parametrize(
    "volume",
    [
        {"name": "v", "secret": {"secretName": "tls", "items": ITEMS}},
        {"name": "v", "projected": {"sources": [
            {"configMap": {"name": "ca"}}, {"secret": {"name": "tls", "items": ITEMS}}
        ]}},
    ],
    ids=["secret", "projected"],
)  # fmt: skip
def test_a_key_from_a_secret_is_found_by_its_path(volume):
    container = {**KUBEADM, "volumeMounts": [{"name": "v", "mountPath": f"{PKI}/"}]}

    pod = a_pod(container, volumes=[volume])

    assert pod.has_secrets_for_tls
    assert pod.secret_item(f"{PKI}/server.key") == SecretItem("tls", "k")
    assert pod.secret_item("/elsewhere/server.key") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("kubectl", PodPlace("kubectl", "kube-system", "")),
        ("kubectl:etcd-m1", PodPlace("kubectl", "kube-system", "etcd-m1")),
        ("port-forward:db/etcd-0", PodPlace("port-forward", "db", "etcd-0")),
    ],
)
def test_a_place_names_a_pod_or_kubeadms(text, place):
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["ssh", "kubectl:", "kubectl:a/", "kubectl:/b", "kubectl:--all"])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(BadArguments):
        parse_place(text)
