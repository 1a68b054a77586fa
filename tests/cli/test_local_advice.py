"""Where no server responds, the files of this node show where etcd is."""

from pathlib import Path

import pytest

from pyetcdctl.cli.session.process import Process
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.streams import Streams
from tests.runner import run_here

NOBODY = "127.0.0.1:1"


def node(root: Path) -> dict[str, str]:
    manifest = root / "etc/kubernetes/manifests/etcd.yaml"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(
        "spec:\n  containers:\n  - command: [etcd, '--listen-client-urls=http://127.0.0.1:2']\n"
    )
    return {"PYETCDCTL_DISCOVERY": "", "PYETCDCTL_ROOT": str(root)}


def test_advice_for_a_wrong_endpoint_names_the_nodes_own(tmp_path):
    result = run_here(
        "get", "k", "--endpoints", NOBODY, "--command-timeout=300ms", env=node(tmp_path)
    )
    assert result.exit_code == 1
    assert "This node runs etcd as a kubeadm static pod" in result.stderr
    assert "on http://127.0.0.1:2." in result.stderr


def test_the_nodes_own_endpoint_is_not_advised_again(tmp_path):
    result = run_here("get", "k", "--command-timeout=300ms", env=node(tmp_path))
    assert "127.0.0.1:2 refused the connection" in result.stderr
    assert "This node runs" not in result.stderr


def test_without_discovery_nothing_is_advised(tmp_path):
    env = {**node(tmp_path), "PYETCDCTL_DISCOVERY": "off"}
    result = run_here("get", "k", "--endpoints", NOBODY, "--command-timeout=300ms", env=env)
    assert "This node" not in result.stderr


def test_advice_without_an_etcd_names_a_way_to_get_one(tmp_path):
    env = {"PYETCDCTL_DISCOVERY": "", "PYETCDCTL_ROOT": str(tmp_path)}
    reported = Session(Process(Streams(env))).local_advice()
    assert reported[0] == "No etcd was found on this machine."
    assert "pyetcdctl sandbox" in reported[1]
    elsewhere = run_here("get", "k", "--endpoints", NOBODY, "--command-timeout=300ms", env=env)
    assert "No etcd was found" not in elsewhere.stderr


@pytest.mark.parametrize("words", ["lease list", "lease grant 5", "defrag", "snapshot save x"])
def test_commands_with_errors_of_their_own_name_the_nodes_etcd_too(words, tmp_path):
    line = [*words.split(), "--endpoints", NOBODY, "--command-timeout=300ms"]
    failed = run_here(*line, env=node(tmp_path), cwd=tmp_path)
    assert "This node runs etcd as a kubeadm static pod" in failed.stderr
