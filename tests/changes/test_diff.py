"""``diff``: two sides with known differences."""

from __future__ import annotations

import json
from functools import cache
from itertools import permutations
from random import Random

import pytest

from pyetcdctl.changes.noise import without_noise
from tests.runner import Screen, run_here

NAMESPACE = "/registry/namespaces/shop"
WIDGET = "/registry/shop.example.com/widgets/shop/new"


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory):
    """Two snapshots of a sample cluster, with one key added, one removed and one changed."""
    from tests.server import running

    folder = tmp_path_factory.mktemp("diff")
    with running(sample=True) as etcd:

        def save(name):
            etcd.etcdctl("snapshot", "save", str(folder / name), check=True)

        etcd.etcdctl("put", "/registry/pods/again", "same", check=True)
        save("before.db")
        revision = json.loads(etcd.etcdctl("get", "x", "-w", "json").stdout)["header"]["revision"]
        etcd.etcdctl("put", "/registry/configmaps/shop/new", "{}", check=True)
        etcd.etcdctl("del", "/registry/configmaps/shop/kube-root-ca.crt", check=True)
        edit = ("kubernetes", "get", "namespace", "shop", "-o", "yaml")
        text = run_here(*edit, env=etcd.environment).stdout.decode()
        text = text.replace("phase: Active", "phase: Terminating")
        put = run_here("kubernetes", "put", "-f", "-", "--yes", env=etcd.environment, input=text)
        assert put.exit_code == 0, put.stderr
        etcd.etcdctl("put", WIDGET, "{}", check=True)
        etcd.etcdctl("put", "/registry/pods/again", "same", check=True)
        etcd.etcdctl("put", "/registry/pods/x", "same", check=True)
        etcd.etcdctl("del", "/registry/pods/x", check=True)
        save("after.db")
        yield etcd, folder, revision


EXPECTED = [
    "- /registry/configmaps/shop/kube-root-ca.crt",
    "+ /registry/configmaps/shop/new",
    f"~ {NAMESPACE}",
    f"+ {WIDGET}",
]


def diff(*args, env=None):
    done = run_here("diff", *map(str, args), env=env)
    return done.stdout.decode().splitlines(), done.exit_code


def test_files_revisions_and_the_cluster_differ_alike(snapshots):
    etcd, folder, revision = snapshots
    assert diff(folder / "before.db", folder / "after.db") == (EXPECTED, 1)
    assert diff(f"@{revision}", env=etcd.environment) == (EXPECTED, 1)
    assert diff(folder / "before.db", env=etcd.environment) == (EXPECTED, 1)


def test_what_is_equal_ends_with_0(snapshots):
    etcd, folder, _ = snapshots
    assert diff(folder / "after.db", env=etcd.environment) == ([], 0)
    assert diff(folder / "before.db", folder / "before.db") == ([], 0)


def test_a_side_that_cannot_be_read_ends_with_2(snapshots, tmp_path):
    _, folder, _ = snapshots
    (tmp_path / "bad.db").write_bytes(b"x" * 5000)
    for args in ((folder / "none.db",), (tmp_path / "bad.db", folder / "after.db"), ("@x",)):
        assert diff(*args)[1] == 2
    done = run_here("diff", "@1", "--endpoints", "127.0.0.1:1", "--command-timeout", "300ms")
    assert done.exit_code == 2


def test_a_resource_or_prefix_narrows_it(snapshots):
    _, folder, _ = snapshots
    sides = (folder / "before.db", folder / "after.db")
    assert diff(*sides, "--resource", "cm") == (EXPECTED[:2], 1)
    assert diff(*sides, "--prefix", "/registry/n", "--name-only") == ([NAMESPACE], 1)
    assert diff(*sides, "--resource", "pods") == ([], 0)
    assert diff(*sides, "--resource", "widgets") == ([f"+ {WIDGET}"], 1)
    assert diff(*sides, "--resource", "nonsense")[1] == 2


def test_counts_are_by_resource(snapshots):
    _, folder, _ = snapshots
    lines, _ = diff(folder / "before.db", folder / "after.db", "--stat")
    assert lines == [
        "configmaps\t1 added\t1 removed",
        "namespaces\t1 changed",
        "widgets.shop.example.com\t1 added",
    ]


def test_a_patch_shows_the_yaml(snapshots):
    _, folder, _ = snapshots
    lines, _ = diff(folder / "before.db", folder / "after.db", "-p", "--resource", "ns")
    assert lines[0] == f"--- {NAMESPACE}"
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-  phase: Active",
        "+  phase: Terminating",
    ]


def test_a_patch_has_colours_on_a_terminal(snapshots):
    _, folder, _ = snapshots
    words = ("diff", str(folder / "before.db"), str(folder / "after.db"), "-p")
    shown = run_here(*words, env={"TERM": "xterm"}, out=Screen()).stdout
    assert b"\x1b[32m+  phase: Terminating\x1b[0m\n" in shown
    assert b"\\x1b" not in shown
    assert run_here(*words, env={"TERM": "xterm", "NO_COLOR": "1"}, out=Screen()).stdout.count(
        b"\n+  phase: Terminating\n"
    )


def test_json_lines_name_change_and_revisions(snapshots):
    _, folder, revision = snapshots
    lines, _ = diff(folder / "before.db", folder / "after.db", "-w", "jsonl")
    found = [json.loads(line) for line in lines]
    assert [each["change"] for each in found] == ["removed", "added", "changed", "added"]
    assert found[1]["after"] == {"mod_revision": revision + 1, "bytes": 2}
    assert found[2]["resource"] == "namespaces"


def test_a_data_directory_is_compared_with_what_its_log_has(own_etcd, tmp_path):
    etcd = own_etcd()
    for key in ("/a", "/b", "/c"):
        etcd.etcdctl("put", key, "1", check=True)
    saved = tmp_path / "s.db"
    etcd.etcdctl("snapshot", "save", str(saved), check=True)
    etcd.etcdctl("put", "/a", "2", check=True)
    etcd.etcdctl("put", "/b", "1", check=True)
    etcd.etcdctl("del", "/c", check=True)
    etcd.etcdctl("put", "/d", "1", check=True)
    etcd.members[0].kill()
    folder = etcd.members[0].site.data_folder
    assert diff(saved, folder) == (["~ /a", "- /c", "+ /d"], 1)
    assert diff(folder, saved) == (["~ /a", "+ /c", "- /d"], 1)
    assert diff(folder, folder) == ([], 0)
    assert diff(saved, folder, "--prefix", "/c") == (["- /c"], 1)


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """Snapshots of one cluster before and after changes, a compaction and a defragmentation, and
    one of another cluster with almost the same keys, written in another order."""
    from tests.server import running, write

    folder, random = tmp_path_factory.mktemp("states"), Random(5)
    first = [(f"/k/{number:04}", f"{number}" * 40) for number in range(700)]
    changed = [(key, "new") for key, _ in random.sample(first, 30)]
    changed += [(key, None) for key, _ in random.sample(first, 20)]
    again = [*first[100:103], (first[200][0], None), first[200], (first[201][0], None)]
    with running() as etcd, running() as other:

        def save(name, server=etcd):
            server.etcdctl("snapshot", "save", str(folder / name), check=True)

        write(etcd, first)
        save("first.db")
        write(etcd, [*changed, *again, ("/k/added", "1")])
        save("changed.db")
        now = json.loads(etcd.etcdctl("get", "x", "-w", "json").stdout)["header"]["revision"]
        etcd.etcdctl("compaction", str(now - 8), "--physical", check=True)
        write(etcd, [("/k/0300", "later")])
        save("compacted.db")
        etcd.etcdctl("defrag", check=True)
        write(etcd, [("/k/added", None)])
        save("defragmented.db")
        write(other, random.sample(first, 690))
        save("other.db", other)
    return folder


STATES = ("first", "changed", "compacted", "defragmented", "other")


@pytest.mark.parametrize("few", [0, 100_000], ids=["most records differ", "most are shared"])
@pytest.mark.parametrize(("before", "after"), [*permutations(STATES, 2)])
def test_files_differ_by_what_is_live_in_them(states, monkeypatch, before, after, few):
    monkeypatch.setattr("pyetcdctl.storage.mvcc.unshared._FEW", few)
    files = [str(states / f"{name}.db") for name in (before, after)]
    old, new = map(live, files)
    kinds = {
        key: "-" if key not in new else "+" if key not in old else "~"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    }
    assert diff(*files) == ([f"{kind} {key}" for key, kind in kinds.items()], 1)


@pytest.mark.parametrize("part", ["revision", "key"])
def test_damage_in_what_is_not_shared_is_named(states, tmp_path, part):
    damaged = bytearray((states / "changed.db").read_bytes())
    at = damaged.rindex(b"/k/added")
    # Before a key are its tag and its size, and before those the revision.
    damaged[at - 1 if part == "key" else at - 2 - 9] ^= 0x70
    (tmp_path / "damaged.db").write_bytes(damaged)
    files = (str(states / "first.db"), str(tmp_path / "damaged.db"))
    done = run_here("diff", *files, "--skip-hash-check")
    assert done.stderr.startswith("Error: the database is damaged: ")
    assert done.exit_code == 2


@cache
def live(path):
    """Return all keys of a file with their values."""
    words = ("get", "", "--prefix", "-w", "simple", "--from", path)
    lines = run_here(*words).stdout.decode().splitlines()
    return dict(zip(lines[::2], lines[1::2], strict=True))


def test_heartbeats_and_book_keeping_are_no_difference():
    def node(time):
        return {
            "kind": "Node",
            "metadata": {"name": "n", "generation": time, "managedFields": [time]},
            "status": {"conditions": [{"type": "Ready", "lastHeartbeatTime": time}]},
        }

    assert without_noise(node(1)) == without_noise(node(2))
    lease = {"kind": "Lease", "spec": {"renewTime": 1, "holderIdentity": "n"}}
    assert without_noise(lease) == {"kind": "Lease", "spec": {"holderIdentity": "n"}}


@pytest.mark.parametrize("args", [(), ("a", "b", "c"), ("a", "-p", "--stat")])
def test_a_wrong_line_is_an_error(args):
    assert diff(*args)[1] == 128
