"""``history``: what happened to a key, with a history and a clock that are known."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from pyetcdctl.changes.times import Renewal, TimeBound, Times
from pyetcdctl.rpc.mvccpb_pb2 import Event, KeyValue
from tests.client.kine import NewKine, OldKine
from tests.runner import Screen, run_here
from tests.server import running, write
from tests.stand_in import serving

SECONDS = count()
KEY = "/registry/configmaps/shop/c"


def config_map(data, manager):
    stamp = f"2026-11-30T10:00:{next(SECONDS):02}Z"
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "c",
            "namespace": "shop",
            "managedFields": [{"manager": manager, "operation": "Update", "time": stamp}],
        },
        "data": data,
    }


def lease(holder):
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": holder, "namespace": "kube-node-lease"},
        "spec": {"holderIdentity": holder, "renewTime": datetime.now(UTC).isoformat()},
    }


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """A server, a snapshot from before its compaction, and when each revision was written."""
    folder, written = tmp_path_factory.mktemp("history"), {}
    with running() as etcd:

        def put(key, value):
            begin = datetime.now(UTC)
            text = value if isinstance(value, str) else json.dumps(value)
            done = run_here("put", key, text, "-w", "json", env=etcd.environment)
            revision = json.loads(done.stdout)["header"]["revision"]
            written[revision] = (begin, datetime.now(UTC))

        def renew():
            for node in ("a", "b"):
                put(f"/registry/leases/kube-node-lease/{node}", lease(node))

        renew()
        put(KEY, config_map({"a": "1"}, "kubectl"))
        renew()
        put(KEY, config_map({"a": "2"}, "kubectl"))
        put(KEY, config_map({"a": "2", "b": "1"}, "operator"))
        renew()
        etcd.etcdctl("snapshot", "save", str(folder / "old.db"), check=True)
        etcd.etcdctl("del", KEY, check=True)
        put(KEY, config_map({"c": "1"}, "helm"))
        renew()
        put("/registry/secrets/shop/s", {**config_map({"p": "aHVudGVy"}, "x"), "kind": "Secret"})
        put("/registry/secrets/shop/s", {**config_map({"p": "b3RoZXI="}, "x"), "kind": "Secret"})
        renew()
        yield etcd, folder, written


def rows(etcd, *args):
    done = run_here("history", *args, env=etcd.environment)
    assert done.exit_code == 0, done.stderr
    *found, end = done.stdout.decode().splitlines()
    return [line.split("\t") for line in found], end


def test_creation_updates_deletion_and_creation_again_are_rows(reported):
    etcd, _, _ = reported
    found, end = rows(etcd, KEY)
    assert [(row[2], row[4]) for row in found] == [
        ("created", "helm Update"),
        ("deleted", ""),
        ("updated", "operator Update"),
        ("updated", "kubectl Update"),
        ("created", "kubectl Update"),
    ]
    assert end == "# history is complete: nothing was compacted"
    assert rows(etcd, "cm", "c", "-n", "shop") == rows(etcd, "configmap/c", "-n", "shop")
    assert rows(etcd, "cm", "c", "-n", "shop") == (found, end)


def test_the_true_time_is_within_the_bound(reported):
    etcd, _, written = reported
    found = json.loads(run_here("history", KEY, "-w", "json", env=etcd.environment).stdout)
    bounded = 0
    for each in found["revisions"]:
        if each["revision"] not in written:
            continue
        begin, end = written[each["revision"]]
        if each["not_before"]:
            assert datetime.fromisoformat(each["not_before"]) <= end
        if each["not_after"]:
            assert begin <= datetime.fromisoformat(each["not_after"])
            bounded += 1
    assert bounded == 4


def test_a_patch_shows_what_each_revision_changed(reported):
    etcd, _, _ = reported
    text = run_here("history", KEY, "-p", env=etcd.environment).stdout.decode()
    third = text.split("revision ")[3]
    assert third.splitlines()[0].endswith("updated  operator Update")
    assert [line for line in third.splitlines() if line.startswith(("+", "-"))][2:] == ['+  b: "1"']
    assert "managedFields" not in text


def test_a_patch_has_colours_on_a_terminal(reported):
    etcd, _, _ = reported
    words, env = ("history", KEY, "-p"), {**etcd.environment, "TERM": "xterm"}
    shown = run_here(*words, env=env, out=Screen()).stdout
    assert b'\x1b[32m+  b: "1"\x1b[0m\n' in shown
    assert b"\\x1b" not in shown


@pytest.mark.parametrize("width", [80, 140])
def test_rows_fit_a_terminal(reported, width):
    etcd, folder, _ = reported
    words = ("history", KEY, "--from", str(folder / "old.db"), "--live")
    shown = run_here(*words, env={**etcd.environment, "TERM": "xterm"}, out=Screen(width)).stdout
    *lines, _ = shown.decode().splitlines()
    assert len(lines) == len(rows(etcd, KEY)[0]) + 1
    assert all(len(line) <= width for line in lines)
    assert lines[-1].endswith("old.db")


def test_secrets_are_changed_but_not_shown_unless_asked_for(reported):
    etcd, _, _ = reported
    line = ("history", "secret", "s", "-n", "shop", "-p")
    hidden = run_here(*line, env=etcd.environment).stdout.decode()
    assert "b3RoZXI=" not in hidden
    assert "aHVudGVy" not in hidden
    assert "-  p: (6 bytes)\n+  p: changed (5 bytes)\n" in hidden
    assert "b3RoZXI=" in run_here(*line, "--show-secrets", env=etcd.environment).stdout.decode()


def test_files_add_what_the_server_has_compacted(reported):
    etcd, folder, _ = reported
    all_rows, _ = rows(etcd, KEY)
    newest = all_rows[0][0]
    etcd.etcdctl("compact", newest, check=True)
    left, end = rows(etcd, KEY)
    assert [row[0] for row in left] == [newest]
    assert end == f"# history begins at revision {newest}: older ones were compacted"
    old = str(folder / "old.db")
    offline = [row[:3] + row[5:] for row in rows(etcd, KEY, "--from", old)[0]]
    assert [row[0] for row in offline] == [row[0] for row in all_rows[2:]]


@pytest.fixture(scope="module")
def compacted(tmp_path_factory):
    """A server that was compacted in the middle of a key's history, and a file from before it."""
    folder = tmp_path_factory.mktemp("compacted")
    with running() as etcd:

        def put(number):
            write(etcd, [(KEY, json.dumps(config_map({"a": str(number)}, "kubectl")))])

        put(1)  # revision 2
        put(2)
        etcd.etcdctl("snapshot", "save", str(folder / "old.db"), check=True)
        for number in range(3, 7):
            put(number)
        etcd.etcdctl("compact", "6", check=True)
        put(7)
        yield etcd, str(folder / "old.db")


def test_the_first_known_revision_is_no_change(compacted):
    etcd, _ = compacted
    text = run_here("history", KEY, "-p", env=etcd.environment).stdout.decode()
    base = text.split("revision 6  ")[1].splitlines()
    assert base[0] == "present  kubectl Update"
    assert base[1] == "  what it was before is not known; --all shows the whole object"
    assert '-  a: "5"\n+  a: "6"\n' in text
    text = run_here("history", KEY, "-p", "--all", env=etcd.environment).stdout.decode()
    base = text.split("revision 6  ")[1].split("\n\n")[0].splitlines()[1:]
    assert '   a: "5"' in base
    assert {line[0] for line in base} == {" "}


def test_of_a_compacted_server_all_that_is_left_is_shown(compacted):
    etcd, _ = compacted
    found, end = rows(etcd, KEY)
    assert [row[0] for row in found] == ["8", "7", "6"]
    assert end == "# history begins at revision 6: older ones were compacted"


def test_revisions_that_no_source_has_are_named(compacted):
    etcd, old = compacted
    done = run_here("history", KEY, "--from", old, "--live", env=etcd.environment)
    assert [line.split("\t")[0] for line in done.stdout.decode().splitlines()] == [
        "8",
        "7",
        "6",
        "# revisions of the key that are not known: 2",
        "3",
        "2",
        "# nothing older was compacted; no source has revisions 4 to 5",
    ]
    found = run_here("history", KEY, "--from", old, "--live", "-w", "json", env=etcd.environment)
    assert json.loads(found.stdout)["unknown"] == [[4, 5]]
    assert [each.get("unknown_before") for each in json.loads(found.stdout)["revisions"]] == [
        None,
        None,
        2,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("nodes", "bound"), [(99, "10:00:45Z ±15.0s"), (100, "10:00:30Z ±30.0s")], ids=["few", "many"]
)
def test_of_many_leases_those_of_leader_election_bound_the_time(etcd, prefix, nodes, bound):
    registry = prefix.rstrip("/")

    def renewal(name, seconds):
        time = datetime(2026, 11, 30, 10, tzinfo=UTC) + timedelta(seconds=seconds)
        obj = {**lease(name), "spec": {"renewTime": time.isoformat()}}
        return f"{registry}/leases/{name}", json.dumps(obj)

    scheduler, key = "kube-system/kube-scheduler", f"{registry}/configmaps/shop/c"
    of_nodes = [renewal(f"kube-node-lease/{number}", 30) for number in range(nodes)]
    later = [renewal(scheduler, 50), renewal(scheduler, 60)]
    write(etcd, [renewal(scheduler, 0), *of_nodes, (key, "v"), *later])
    (row,), _ = rows(etcd, key, "--etcd-prefix", registry)
    assert row[1] == f"2026-11-30 {bound}"


def test_all_leases_of_the_last_revision_bound_the_time(etcd, prefix):
    registry, lines = prefix.rstrip("/"), []
    for name, time in (("a", "2026-11-30T10:00:00Z"), ("b", "2026-11-30T10:00:30Z")):
        value = json.dumps({**lease(name), "spec": {"renewTime": time}}, separators=(",", ":"))
        lines.append(f"put {registry}/leases/kube-system/{name} '{value}'\n")
    done = run_here("txn", "-i", env=etcd.environment, input="\n" + "".join(lines) + "\n\n")
    assert b"SUCCESS" in done.stdout
    etcd.etcdctl("put", f"{prefix}key", "v", check=True)
    (row,), _ = rows(etcd, f"{prefix}key", "--etcd-prefix", registry)
    assert row[1] == "after 2026-11-30 10:00:30Z"


@pytest.mark.parametrize("release", [OldKine, NewKine])
@pytest.mark.parametrize("reports_progress", [True, False])
def test_a_history_on_kine_ends_and_has_no_versions(release, reports_progress):
    def put(key, revision, created, value=b"v"):
        pair = KeyValue(key=key, mod_revision=revision, create_revision=created, value=value)
        # Of a value before, kine 0.13 sends no key.
        name = key if release is NewKine else b""
        before = KeyValue(key=name, mod_revision=created, value=b"old")
        return Event(type=Event.PUT, kv=pair, prev_kv=before if revision > created else None)

    key, gone = b"/registry/configmaps/shop/c", b"/registry/configmaps/shop/gone"
    deletion = KeyValue(key=gone, mod_revision=9, create_revision=8)
    events = [
        *(put(key, revision, 3) for revision in (3, 5, 7)),
        put(gone, 8, 8),
        Event(type=Event.DELETE, kv=deletion),
    ]
    kine = release([], events, reports_progress=reports_progress)
    with serving(kine.methods()) as endpoint:
        done = run_here("history", gone, env={"ETCDCTL_ENDPOINTS": endpoint})
        found = [line.split("\t") for line in done.stdout.decode().splitlines()]
        assert [row[::2][:2] for row in found[:-1]] == [["9", "deleted"], ["8", "created"]]
        if reports_progress:
            done = run_here("history", key, env={"ETCDCTL_ENDPOINTS": endpoint})
            found = [line.split("\t") for line in done.stdout.decode().splitlines()]
            events = [row[::2][:2] for row in found[:-1]]
            assert events == [["7", "updated"], ["5", "updated"], ["3", "created"]]


def test_a_long_history_that_ends_with_a_deletion_is_read_to_its_end(etcd, prefix):
    lines = "".join(f"put {prefix} {number}\n" for number in range(2500))
    assert run_here("batch", env=etcd.environment, input=lines).exit_code == 0
    etcd.etcdctl("del", prefix, check=True)
    found, _ = rows(etcd, prefix)
    assert (len(found), found[0][2], found[-1][2]) == (2501, "deleted", "created")


def test_a_key_that_no_client_wrote_has_no_history(etcd, prefix):
    found, end = rows(etcd, f"/{prefix}")
    assert found == []
    assert end.startswith(f"# nothing is known of /{prefix}")


def test_custom_resources_are_known_by_the_names_of_their_definitions(sample_etcd):
    listing = run_here("kubernetes", "get", "wd", "-A", "-o", "jsonl", env=sample_etcd.environment)
    metadata = json.loads(listing.stdout.splitlines()[0])["metadata"]
    found = [
        rows(sample_etcd, word, metadata["name"], "-n", metadata["namespace"])
        for word in ("wd", "widget", "widgets.shop.example.com")
    ]
    assert len(found[0][0]) >= 1
    assert found[0] == found[1] == found[2]
    done = run_here("history", "nonsense", "x", env=sample_etcd.environment)
    assert done.exit_code == 3
    assert 'the store has no resource "nonsense"' in done.stderr


def test_a_bound_is_one_sided_where_only_one_renewal_is_known():
    start = datetime(2026, 11, 30, 10, tzinfo=UTC)

    def at(seconds):
        return start + timedelta(seconds=seconds)

    times = Times([Renewal(2, b"a", at(0)), Renewal(6, b"a", at(10)), Renewal(8, b"b", at(5))])
    assert times.of(1) == TimeBound(None, at(10))
    assert times.of(2) == TimeBound(at(0), at(10))
    assert times.of(5) == TimeBound(at(0), None)
    assert times.of(8) == TimeBound(at(10), None)
    assert str(times.of(2)) == "2026-11-30 10:00:05Z ±5.0s"
    assert str(times.of(1)) == "before 2026-11-30 10:00:10Z"
    assert str(times.of(8)) == "after 2026-11-30 10:00:10Z"


def test_only_a_new_time_renews_a_lease_and_clocks_that_differ_bound_both_ways():
    start = datetime(2026, 11, 30, 10, tzinfo=UTC)
    earlier, later = start, start + timedelta(seconds=10)
    same_time = [Renewal(revision, b"a", earlier) for revision in (2, 4)]
    once = [Renewal(2, b"a", earlier)]
    for renewals in (same_time, once * 2):
        assert Times(renewals).of(1) == TimeBound()
        assert Times([*renewals, Renewal(9, b"a", later)]).of(2) == TimeBound(earlier, later)
        assert Times([*renewals, Renewal(9, b"a", later)]).of(3) == TimeBound(earlier)
    slow = [Renewal(5, b"b", earlier), Renewal(6, b"b", earlier + timedelta(seconds=1))]
    times = Times([Renewal(2, b"a", later), *slow])
    assert times.of(4) == TimeBound(earlier + timedelta(seconds=1), later)


@pytest.mark.parametrize(
    ("earliest", "latest", "shown"),
    [
        (0.2, 0.3, "10:00:00Z ±0.3s"),
        (0.9, 1.9, "10:00:01Z ±0.9s"),
        (0, 5, "10:00:02Z ±3.0s"),
        (0, 400, "10:03:20Z ±4m"),
        (0, 12_001, "11:40:00Z ±1.7h"),
        (0.9, None, "10:00:00Z"),
        (None, 0.1, "10:00:01Z"),
        (None, 0, "10:00:00Z"),
    ],
)
def test_what_is_shown_of_a_bound_is_never_narrower_than_it(earliest, latest, shown):
    def at(seconds):
        start = datetime(2026, 11, 30, 10, tzinfo=UTC)
        return None if seconds is None else start + timedelta(seconds=seconds)

    words = str(TimeBound(at(earliest), at(latest)))
    side = "after " * (latest is None) or "before " * (earliest is None)
    assert words == f"{side}2026-11-30 {shown}"


def test_a_server_beside_files_is_named_on_the_command_line(compacted):
    etcd, old = compacted
    words = ("history", KEY, "--from", old, "--endpoints", etcd.endpoint)
    done = run_here(*words, "--live")
    assert [line.split("\t")[0] for line in done.stdout.decode().splitlines()][:1] == ["8"]
    refused = run_here(*words)
    assert refused.exit_code == 128
    assert "`--endpoints` has no effect on history of a file without --live" in refused.stderr


@pytest.mark.parametrize("args", [(), ("pods/a/b/c",), ("a", "b", "c")])
def test_a_wrong_line_is_an_error(args):
    assert run_here("history", *args).exit_code == 128
