"""Of the data directories of a dead cluster the newest is found, and serves again."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess

import pytest

from pyetcdctl.diagnosis.directories import LogFacts, agreement, ranked
from tests.measuring.injuries import connected, leader_index, put
from tests.runner import run_here
from tests.server import running


def log(path, *terms, committed=0, first=1):
    indexes = range(first, first + len(terms))
    return LogFacts(path, 1, 2, tuple(indexes), terms, committed)


def test_the_last_term_counts_before_the_last_index_and_before_commits():
    older = log("older", 1, 1, 1, 1, 1, committed=5)
    newer = log("newer", 1, 1, 2, committed=2)
    longer = log("longer", 1, 1, 2, 2, committed=2)
    assert [each.path for each in ranked([older, newer, LogFacts("none"), longer])] == [
        *("longer", "newer", "older")
    ]


@pytest.mark.parametrize(
    ("one", "other", "index"),
    [
        (log("a", 1, 1, 1), log("b", 1, 1), 2),
        (log("a", 1, 1, 2), log("b", 1, 1, 1, 1), 2),
        (log("a", 1, 2, 2), log("b", 1, 1, 1), 1),
        (log("a", 3, 3, first=5), log("b", 1, 1, 1), 0),
        (log("a", 2, 2, first=2), log("b", 1, 2, 2, 2), 3),
    ],
)
def test_logs_agree_up_to_the_last_entry_of_one_term(one, other, index):
    assert agreement(one, other) == agreement(other, one) == index


@pytest.fixture(scope="module")
def dead():
    """The directories of three members: one died early, one a little later."""
    with running(size=3) as etcd:
        with connected(etcd) as connection:
            put(connection, b"all", b"have this")
        leader = leader_index(etcd)
        second, first = [at for at in range(3) if at != leader]
        etcd.members[first].kill()
        env = {"ETCDCTL_ENDPOINTS": etcd.client_urls[leader]}
        for number in range(5):
            etcd.etcdctl("put", f"two-{number}", "have this", env=env, check=True)
        etcd.etcdctl("del", "all", env=env, check=True)
        etcd.etcdctl("put", "last", "may be known to be committed or not", env=env, check=True)
        for at in (second, leader):
            etcd.members[at].kill()
        folders = [str(etcd.members[at].site.data_folder) for at in (first, second, leader)]
        yield etcd, folders


def doctor_from(*folders, env=None):
    words = [word for folder in folders for word in ("--from", folder)]
    return run_here("doctor", *words, "-w", "json", env=env)


def test_the_newest_is_first_and_what_each_would_lose_is_counted(dead):
    _, (early, *late) = dead
    result = doctor_from(early, *late)
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    first, *others = report["directories"]
    assert first["isNewest"]
    assert first["path"] in late
    assert first["lacks"] == {"entries": 0, "puts": 0, "deletes": 0, "knownToBeCommitted": 0}
    assert others[-1]["path"] == early
    lost = others[-1]["lacks"]
    assert (lost["puts"], lost["deletes"]) == (6, 1)
    assert lost["entries"] >= 6
    assert lost["knownToBeCommitted"] >= 5
    assert first["lastIndex"] - others[-1]["agreesUpTo"] == lost["entries"]


def test_the_text_has_a_table_and_the_steps(dead):
    _, (early, *late) = dead
    words = [word for folder in (early, *late) for word in ("--from", folder)]
    lines = run_here("doctor", *words).stdout.decode().splitlines()
    assert lines[0].split() == [
        *("DIRECTORY", "MEMBER", "LAST", "TERM", "LAST", "INDEX", "COMMITTED", "LACKS")
    ]
    assert lines[1].endswith("nothing: it is the newest")
    assert "6 puts, 1 deletions" in lines[3]
    assert any("--force-new-cluster" in line for line in lines)


def test_the_newest_serves_again_alone(dead, tmp_path):
    etcd, folders = dead
    report = json.loads(doctor_from(*folders).stdout)
    newest, known = (report["directories"][0][name] for name in ("path", "committed"))
    copy = tmp_path / "copy"
    shutil.copytree(newest, copy)
    member = next(each for each in etcd.members if str(each.site.data_folder) == newest)
    before = member.command
    member.command = (*before, f"--data-dir={copy}", "--force-new-cluster")
    member.start()
    try:
        member.wait_until_healthy()
        env = {"ETCDCTL_ENDPOINTS": etcd.client_urls[etcd.members.index(member)]}
        shown = run_here("get", "", "--prefix", "--keys-only", env=env).stdout.split()
        is_dropped = any(
            f"drops the last entry, behind {known:,}" in line for line in report["steps"]
        )
        assert shown == [*([] if is_dropped else [b"last"]), *(b"two-%d" % n for n in range(5))]
    finally:
        member.kill()
        member.command = before


def test_the_steps_of_a_static_pod_begin_the_cluster_anew(dead, tmp_path):
    """The script's own lines are run on a node of files, without its waiting for etcd."""
    early = str(tmp_path / "backup")
    shutil.copytree(dead[1][0], early)
    manifests = tmp_path / "etc/kubernetes/manifests"
    manifests.mkdir(parents=True)
    (tmp_path / "var/lib/etcd/member").mkdir(parents=True)
    command = "    - etcd\n    - --listen-client-urls=http://127.0.0.1:2379\n"
    (manifests / "etcd.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n"
        f"  - command:\n{command}    - --data-dir=/var/lib/etcd\n    name: etcd\n"
    )
    node = {"PYETCDCTL_DISCOVERY": "on", "PYETCDCTL_ROOT": str(tmp_path)}
    steps = json.loads(doctor_from(early, env=node).stdout)["steps"]
    waits = next(at for at, line in enumerate(steps) if line.startswith("until "))

    def run(lines):
        script = "\n".join(line for line in lines if not line.startswith("#"))
        for place in ("/etc/kubernetes", "/var/lib/etcd"):
            script = script.replace(place, f"{shlex.quote(str(tmp_path))}{place}")
        assert script.count("/etc/kubernetes") == script.count(f"{tmp_path}/etc/kubernetes")
        subprocess.run(["bash", "-euc", script], check=True, timeout=30)

    run(steps[:waits])
    started = (manifests / "etcd.yaml").read_text()
    assert "    - etcd\n    - --force-new-cluster\n    - --listen-client-urls" in started
    assert (tmp_path / "var/lib/etcd/member/wal").is_dir()
    assert (tmp_path / "var/lib/etcd-before/member").is_dir()
    run(line for line in steps[waits + 1 :] if not line.startswith("mv "))
    assert "--force-new-cluster" not in (manifests / "etcd.yaml").read_text()


def test_directories_that_cannot_be_read_are_named(dead, tmp_path):
    _, (early, *_) = dead
    result = doctor_from(early, str(tmp_path))
    assert result.exit_code == 1
    (row,) = json.loads(result.stdout)["unreadable"]
    assert row["path"] == str(tmp_path)
    nothing = doctor_from(str(tmp_path))
    assert (nothing.exit_code, nothing.stdout) == (2, b"")


def test_directories_of_two_clusters_are_not_compared(dead, own_etcd):
    _, (early, *_) = dead
    other = own_etcd()
    result = doctor_from(early, str(other.members[0].site.data_folder))
    assert (result.exit_code, result.stdout) == (3, b"")
    assert "the directories are of different clusters" in result.stderr


def test_one_healthy_directory_has_nothing_to_find(own_etcd):
    etcd = own_etcd()
    result = doctor_from(str(etcd.members[0].site.data_folder))
    assert result.exit_code == 0, result.stdout
