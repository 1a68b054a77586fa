"""Commands on a node: with its own certificates, without them, with its member down."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pyetcdctl.sandbox.sites import PlainLayout
from tests.discovery.disk import ETCD_POD, PKI, Disk
from tests.runner import PROJECT, Screen, run_here
from tests.server import running

POD = "spec:\n  containers:\n  - command: [etcd, {}]\n"


def on_node(root, **variables):
    return {"PYETCDCTL_DISCOVERY": "", "PYETCDCTL_ROOT": str(root), **variables}


def write_pod(root, *flags):
    place = root / ETCD_POD.lstrip("/")
    place.parent.mkdir(parents=True)
    place.write_text(POD.format(", ".join(f"'{flag}'" for flag in flags)))


@pytest.fixture
def node_of(tmp_path):
    """A function that makes the files of a kubeadm node whose member is a server with TLS."""

    def make(etcd):
        pki = tmp_path / PKI.lstrip("/")
        (pki / "etcd").mkdir(parents=True)
        for name, source in (
            ("etcd/ca.crt", etcd.ca),
            ("apiserver-etcd-client.crt", etcd.cert),
            ("apiserver-etcd-client.key", etcd.key),
        ):
            (pki / name).write_bytes(Path(source).read_bytes())
        write_pod(
            tmp_path,
            f"--listen-client-urls={etcd.endpoint}",
            f"--trusted-ca-file={PKI}/etcd/ca.crt",
            f"--cert-file={PKI}/etcd/server.crt",
            "--client-cert-auth=true",
        )
        return tmp_path

    return make


@pytest.mark.parametrize("form", ["https://{}", "{}", "HTTPS://{}"])
@pytest.mark.parametrize("by", ["variable", "flag"])
def test_the_nodes_own_url_is_used_with_the_nodes_certificates(secure_etcd, node_of, form, by):
    url = form.format(secure_etcd.address)
    words = ["get", "nothing"] + (["--endpoints", url] if by == "flag" else [])
    env = on_node(node_of(secure_etcd), **({"ETCDCTL_ENDPOINTS": url} if by == "variable" else {}))
    result = run_here(*words, env=env)
    assert (result.exit_code, result.stderr) == (0, "")


def test_another_url_is_used_without_the_nodes_certificates(secure_etcd, node_of):
    env = on_node(node_of(secure_etcd))
    port = secure_etcd.address.rpartition(":")[2]
    for url in (f"https://localhost.:{port}", f"http://{secure_etcd.address}"):
        failed = run_here("get", "k", "--endpoints", url, "--command-timeout=1s", env=env)
        assert failed.exit_code == 1


AS_NOBODY = """
import os, sys
sys.path.insert(0, os.getcwd())
from tests.runner import run_here
root, words = sys.argv[1], sys.argv[2:]
os.chdir("/")  # which that user may enter
env = {"PYETCDCTL_DISCOVERY": "", "PYETCDCTL_ROOT": root}
run_here(*words, "--command-timeout=100ms", env=env, cwd="/")  # loads all while it can be read
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.argv[0] = "/opt/venv/bin/pyetcdctl"
result = run_here(*words, "--command-timeout=1h", env=env, cwd="/")
sys.stderr.write(result.stderr)
sys.exit(result.exit_code)
"""


def test_unreadable_keys_are_reported_at_once_with_a_line_for_sudo(authority):
    with tempfile.TemporaryDirectory() as folder:
        disk = Disk(Path(folder), authority)
        disk.root.chmod(0o755)
        disk.kubeadm("https://127.0.0.1:1")
        keys = [path for path in disk.root.rglob("*.key") if path.name != "ca.key"]
        for key in keys:
            key.chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, folder, "get", "/", "--prefix"],
            capture_output=True,
            text=True,
            cwd=PROJECT,
            env={"PATH": os.defpath},
            timeout=60,
        )
    lines = [line for line in done.stderr.splitlines() if ".cc:" not in line]
    assert lines == [
        "Error: the etcd of this node demands a client certificate, and you may not read its key",
        f"  {PKI}/apiserver-etcd-client.key: permission denied",
        "  Try:  sudo /opt/venv/bin/pyetcdctl get ...",
    ]
    assert done.returncode == 2


@pytest.fixture(scope="module")
def member_down(tmp_path_factory):
    """A node whose own member is down, while another one serves."""
    root = tmp_path_factory.mktemp("node")
    with running(layout=PlainLayout(host="127.0.0.2")) as other:
        own = other.endpoint
        url = own.replace("127.0.0.1", "127.0.0.2")
        other.etcdctl("put", "k", "of the other", env={"ETCDCTL_ENDPOINTS": url}, check=True)
        write_pod(
            root,
            "--name=cp-1",
            f"--listen-client-urls={own}",
            "--initial-advertise-peer-urls=http://127.0.0.1:2380",
            "--initial-cluster=cp-1=http://127.0.0.1:2380,cp-2=http://127.0.0.2:2380",
        )
        yield on_node(root), own, url


@pytest.mark.parametrize(
    "words", [("get", "k"), ("history", "k"), ("tree", ""), ("lease", "list"), ("member", "list")]
)
def test_reads_go_to_another_member_while_the_nodes_own_is_down(member_down, words):
    env, own, other = member_down
    result = run_here(*words, env=env)
    assert result.exit_code == 0
    assert result.stderr.startswith(
        f"Note: {own}, the member on this node, does not respond: this was read from {other} (cp-2)"
    )
    if words[0] == "get":
        assert result.stdout == b"k\nof the other\n"


def test_writes_name_the_other_members_and_how_to_see_why_the_own_is_down(member_down):
    env, own, other = member_down
    for words in (("put", "k", "v"), ("del", "k"), ("endpoint", "health")):
        failed = run_here(*words, "--command-timeout=300ms", env=env)
        assert failed.exit_code == 1
        assert f"{own} refused the connection" in failed.stderr
        assert (
            "To see why:  crictl ps -a --name etcd, then crictl logs CONTAINER; " in failed.stderr
        )
        assert f"Other members by {ETCD_POD}: {other} (cp-2)." in failed.stderr


def test_a_refused_port_is_reported_on_a_terminal_while_the_command_waits(free_port):
    words = ("get", "k", "--endpoints", f"127.0.0.1:{free_port}", "--command-timeout=2500ms")
    env = {"TERM": "xterm"}
    notice = f"# 127.0.0.1:{free_port} refused the connection: no server listens there. Trying"
    lines = run_here(*words, env=env, err=Screen()).stderr.splitlines()
    assert lines[0].startswith(notice)
    assert "context deadline exceeded" in lines[1]
    assert notice not in run_here(*words, env=env).stderr
