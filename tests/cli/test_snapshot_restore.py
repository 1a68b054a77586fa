"""The plan of a restore names this node's files; nothing is done, and the exit code says so."""

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.runner import command, run_here
from tests.server import distributed

UNIT = """\
[Service]
ExecStart=/usr/local/bin/etcd --name n1 --data-dir=/data/etcd \\
  --listen-client-urls http://127.0.0.1:2379 --initial-advertise-peer-urls http://10.0.0.4:2380 \\
  --initial-cluster n1=http://10.0.0.4:2380,n2=http://10.0.0.5:2380 --initial-cluster-token t1
"""
MANIFEST = """\
apiVersion: v1
kind: Pod
spec:
  containers:
  - name: etcd
    command: [etcd, --name=cp1, "--data-dir=/var/lib/etcd", "--initial-cluster=cp1=https://10.0.0.4:2380",
      "--initial-advertise-peer-urls=https://10.0.0.4:2380", "--listen-client-urls=https://127.0.0.1:2379"]
    volumeMounts:
    - {mountPath: /var/lib/etcd, name: etcd-data}
  volumes:
  - name: etcd-data
    hostPath: {path: /mnt/disk/etcd, type: DirectoryOrCreate}
"""

HOST_PATH = "\n      path: /mnt/disk/etcd\n      type: DirectoryOrCreate"


@pytest.fixture
def snapshot(tmp_path):
    path = tmp_path / "backup.db"
    path.write_bytes(bytes(512 + 32))
    return str(path)


@pytest.fixture
def node(tmp_path):
    def write(path, text):
        place = tmp_path / "root" / path.lstrip("/")
        place.parent.mkdir(parents=True)
        place.write_text(text)
        return {"PYETCDCTL_DISCOVERY": "on", "PYETCDCTL_ROOT": str(tmp_path / "root")}

    return write


def plan(snapshot, *flags, env=None):
    result = run_here("snapshot", "restore", snapshot, *flags, env=env)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: nothing was restored: use etcdutl\n")
    return result.stdout.decode()


def restore_words(text):
    return next(shlex.split(line) for line in text.splitlines() if line.startswith("etcdutl"))


def test_without_a_node_the_flags_are_handed_on(snapshot):
    flags = ["--data-dir", "/new dir", "--name", "m1", "--initial-cluster", "m1=http://a:2380"]
    words = restore_words(plan(snapshot, *flags))
    assert words == ["etcdutl", "snapshot", "restore", snapshot, *flags]


def test_a_static_pod_is_moved_away_and_its_host_path_changed(snapshot, node):
    env = node("/etc/kubernetes/manifests/etcd.yaml", MANIFEST)
    lines = plan(snapshot, env=env).splitlines()
    aside = "/etc/kubernetes/manifests.aside"
    assert f"mv /etc/kubernetes/manifests/*.yaml {aside}/" in lines
    words = restore_words("\n".join(lines))
    assert words[words.index("--data-dir") + 1] == "/mnt/disk/etcd-restored"
    assert words[words.index("--name") + 1] == "cp1"
    assert words[words.index("--initial-cluster") + 1] == "cp1=https://10.0.0.4:2380"
    change = "s|path: /mnt/disk/etcd$|path: /mnt/disk/etcd-restored|"
    assert f"sed -i '{change}' {aside}/etcd.yaml" in lines
    assert lines[-1] == f"mv {aside}/*.yaml /etc/kubernetes/manifests/"


@pytest.mark.parametrize("inside", ["", "/data"], ids=["the folder itself", "a folder above"])
def test_the_plan_leads_a_host_path_to_what_was_restored(snapshot, node, tmp_path, inside):
    written = MANIFEST.replace("{path: /mnt/disk/etcd, type: DirectoryOrCreate}", HOST_PATH)
    written = written.replace("--data-dir=/var/lib/etcd", f"--data-dir=/var/lib/etcd{inside}")
    text = plan(snapshot, env=node("/etc/kubernetes/manifests/etcd.yaml", written))
    for folder in ("/mnt/disk", "/etc/kubernetes"):
        text = text.replace(folder, f"{tmp_path}{folder}")
    aside, disk = tmp_path / "etc/kubernetes/manifests.aside", tmp_path / "mnt/disk"
    aside.mkdir(parents=True)
    (aside / "etcd.yaml").write_text(written.replace("/mnt/disk", str(disk)))
    for folder in (f"etcd{inside}", f"etcd{inside}-restored"):
        (disk / folder).mkdir(parents=True)
    (disk / f"etcd{inside}-restored" / "new").touch()

    _, _, change = text.partition("bring the pods back:\n")
    steps = change.rpartition("mv ")[0]
    subprocess.run(["sh", "-euc", steps], check=True, timeout=30)

    host_path = (aside / "etcd.yaml").read_text().partition("path: ")[2].split()[0]
    assert Path(f"{host_path}{inside}", "new").exists()


def test_a_unit_is_stopped_and_its_flag_named(snapshot, node):
    env = node("/etc/systemd/system/etcd.service", UNIT)
    text = plan(snapshot, "--data-dir", "/data/new", env=env)
    assert "systemctl stop etcd\n" in text
    words = restore_words(text)
    assert words[words.index("--initial-cluster-token") + 1] == "t1"
    assert "# Then change --data-dir in /etc/systemd/system/etcd.service\n" in text
    assert "# from /data/etcd to /data/new, and:\n" in text
    assert text.endswith("systemctl daemon-reload && systemctl start etcd\n")


def test_every_member_of_a_cluster_is_restored(snapshot, node):
    text = plan(snapshot, env=node("/etc/systemd/system/etcd.service", UNIT))
    assert "# The cluster has 2 members (n1, n2):\n# restore the same file on each" in text


def test_bumping_is_explained_where_it_is_not_asked_for(snapshot):
    assert "--bump-revision 1000000000 --mark-compacted" in plan(snapshot)
    bumped = plan(snapshot, "--bump-revision", "5", "--mark-compacted")
    assert restore_words(bumped)[-3:] == ["--bump-revision", "5", "--mark-compacted"]
    assert "1000000000" not in bumped


@pytest.mark.parametrize("flags", [["--bump-revision", "5"], ["--mark-compacted"]])
def test_one_of_the_two_alone_is_refused(flags, snapshot):
    result = run_here("snapshot", "restore", snapshot, *flags)
    first = result.stderr.splitlines()[0]
    assert first == "Error: --mark-compacted required if --revision-bump > 0"
    assert result.exit_code == 128


def test_a_file_without_digest_needs_the_check_skipped(tmp_path):
    path = tmp_path / "db"
    path.write_bytes(bytes(512))
    assert restore_words(plan(str(path)))[-1] == "--skip-hash-check"


def test_a_manifest_cannot_smuggle_a_command_into_the_plan(snapshot, node):
    hostile = MANIFEST.replace("--name=cp1", r'"--name=x\ntouch /tmp/owned"')
    lines = plan(snapshot, env=node("/etc/kubernetes/manifests/etcd.yaml", hostile)).splitlines()
    assert not any(line.startswith("touch") for line in lines)


@pytest.mark.parametrize(
    ("words", "error", "code"),
    [
        ((), "snapshot restore requires exactly one argument", 128),
        (("a", "b"), "snapshot restore requires exactly one argument", 128),
        (("/nonexist",), "stat /nonexist: no such file or directory", 1),
    ],
)
def test_what_is_no_snapshot_is_refused(words, error, code):
    result = run_here("snapshot", "restore", *words)
    assert (result.stderr.splitlines()[0], result.exit_code) == (f"Error: {error}", code)


def test_the_printed_command_runs(sample_etcd, tmp_path):
    path = tmp_path / "backup.db"
    words = command("snapshot", "save", str(path))
    assert run_here(*words[3:], env=sample_etcd.environment).exit_code == 0
    printed = restore_words(plan(str(path), "--data-dir", str(tmp_path / "new")))
    program = str(distributed().beside("etcdutl"))
    subprocess.run([program, *printed[1:]], check=True, capture_output=True, timeout=60)
    assert (tmp_path / "new" / "member" / "snap" / "db").exists()
