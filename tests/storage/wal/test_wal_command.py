"""``wal`` lists what is in a member's log, and what became of it."""

import json
import random

import pexpect
import pytest

from pyetcdctl.rpc.auth import EmptyRequest
from pyetcdctl.rpc.raft_internal import AlarmRequest
from pyetcdctl.rpc.txn import CompactionRequest
from pyetcdctl.storage.replay.applier import Applier
from pyetcdctl.storage.replay.known import KnownKeys
from pyetcdctl.storage.replay.lines import log_lines
from pyetcdctl.storage.wal.log import Log
from pyetcdctl.storage.wal.operations import operation_of
from tests.runner import clean_environment, command, run_here
from tests.server import running
from tests.storage.wal.logs import MEMBER, LogWriter

POD = "/registry/pods/shop/web"
MANIFEST = """
kind: Pod
spec: {containers: [{command: [etcd, --data-dir=/var/lib/etcd, --cert-file=/pki/server.crt]}]}
"""


def rows(result):
    return [line.split("\t") for line in result.stdout.decode().splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The log of a server that did all kinds of things, and still runs."""
    with running() as etcd:

        def do(*words, input=b""):
            return run_here(*words, input=input, env=etcd.environment)

        do("put", POD, "one")
        do("put", POD, "two")
        do("txn", input=f'mod("{POD}") = "2"\n\nput {POD} lost\n\nget {POD}\n\n'.encode())
        do("txn", input=f'mod("{POD}") = "3"\n\nput {POD} won\n\nget {POD}\n\n'.encode())
        do("txn", input=b'create("lock") = "0"\n\nput lock mine\n\n\n')
        do("txn", input=b'create("lock") = "0"\n\nput lock theirs\n\n\n')
        do("del", POD)
        do("compaction", "7")
        do("lease", "grant", "100")
        do("put", "held", "x", "--lease=77")
        do("del", "a", "z")
        do("member", "add", "m2", "--peer-urls=http://127.0.0.1:1", "--learner")
        yield str(etcd.members[0].site.data_folder)


def wal(folder, *flags):
    return run_here("wal", "--from", folder, *flags)


def test_each_entry_is_a_line_with_its_outcome(folder):
    found = [row[3:] for row in rows(wal(folder, "--start-index", "5"))]
    assert [row for row in found if row[0] in ("put", "txn", "delete", "compaction")] == [
        ["put", "pods/shop/web", "applied, revision 2"],
        ["put", "pods/shop/web", "applied, revision 3"],
        ["txn", "pods/shop/web", "failed: mod_revision is 3, not 2"],
        ["txn", "pods/shop/web", "succeeded, revision 4"],
        ["txn", "lock", "succeeded, revision 5"],
        ["txn", "lock", "failed: create_revision is 5, not 0"],
        ["delete", "pods/shop/web", "applied, revision 6"],
        [
            "compaction",
            "revision 7",
            "refused: etcdserver: mvcc: required revision is a future revision",
        ],
        ["put", "held", "refused: etcdserver: requested lease not found"],
        ["delete", "a..z", "applied, revision 7"],
    ]
    assert [row[0] for row in found if " " in row[0]] == ["lease grant", "member add"]


def test_the_proposing_member_is_named(folder):
    found = rows(wal(folder, "--operation", "put"))
    assert {(row[1], row[2]) for row in found} == {("2", "etcd-1")}


@pytest.mark.parametrize(
    ("flags", "objects"),
    [
        (["--failed"], ["pods/shop/web", "lock"]),
        (["--resource", "po", "--operation", "delete"], ["pods/shop/web"]),
        (["--resource", "secrets"], []),
        (["--key-prefix", "loc"], ["lock", "lock", "a..z"]),
        (["--operation", "put", "--operation", "compaction", "--key-prefix", "he"], ["held"]),
        (["--operation", "lease-grant", "--failed"], []),
    ],
)
def test_filters_choose_entries(folder, flags, objects):
    assert [row[4] for row in rows(wal(folder, *flags))] == objects


def test_indexes_bound_what_is_shown(folder):
    every = [row[0] for row in rows(wal(folder))]
    found = [row[0] for row in rows(wal(folder, "--start-index", "6", "--end-index", "9"))]
    assert found == every[every.index("6") : every.index("9") + 1] == ["6", "7", "8", "9"]


def test_values_that_are_gone_from_the_store_are_decoded(folder):
    response = wal(folder, "--resource", "pods", "--decode")
    lines = response.stdout.decode().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        *("one", "---", "two", "---", "lost", "---", "won", "---")
    ]
    assert lines[0].startswith("# ")
    assert lines[0].endswith("etcd-1  put  pods/shop/web  applied, revision 2")


def test_json_lines_have_all_that_is_known(folder):
    response = wal(folder, "--failed", "-w", "jsonl")
    first, second = map(json.loads, response.stdout.splitlines())
    assert first["conditions"] == [
        {"key": POD, "target": "mod_revision", "result": "=", "expected": 2}
    ]
    assert first["success"] == [{"put": {"key": POD, "value": "lost"}}]
    assert (first["resource"], first["namespace"], first["name"]) == ("pods", "shop", "web")
    assert (first["member"], first["outcome"], first["committed"]) == ("etcd-1", "failed", True)
    assert first["request_id"] > 1 << 48
    assert second["reason"] == "create_revision is 5, not 0"


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (["--operation", "putt"], 4, "unknown operation 'putt'"),
        (["--resource", "widgets"], 128, "there is no built-in resource"),
        (["-w", "json"], 4, "json not supported"),
        (["--decode", "-w", "jsonl"], 128, "only for `--write-out=simple`"),
    ],
)
def test_what_makes_no_sense_is_refused(folder, flags, code, words):
    response = wal(folder, *flags)
    assert (response.exit_code, response.stdout) == (code, b"")
    assert words in response.stderr


def test_a_folder_without_a_log_is_refused(tmp_path):
    response = wal(str(tmp_path))
    assert (response.exit_code, response.stdout) == (1, b"")
    assert "no write-ahead log in" in response.stderr
    assert "--from DIR" in run_here("wal").stderr


def test_without_a_file_the_log_of_this_node_is_read(tmp_path):
    manifest = tmp_path / "etc/kubernetes/manifests/etcd.yaml"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(MANIFEST)
    writer = LogWriter(tmp_path / "var/lib/etcd")
    writer.put(b"a", b"1")
    writer.commit()
    writer.save()
    response = run_here("wal", env={"PYETCDCTL_DISCOVERY": "on", "PYETCDCTL_ROOT": str(tmp_path)})
    assert [row[4] for row in rows(response)] == ["a"]


def test_control_characters_in_keys_drive_no_terminal_and_break_no_line(writer, tmp_path):
    writer.put(b"a\tb\nc\x1b[31m", b"v")
    writer.commit()
    writer.save()
    assert rows(wal(str(tmp_path)))[0][4] == r"a\tb\nc\x1b[31m"


def test_a_log_that_begins_later_does_not_invent_outcomes(writer, tmp_path):
    writer.update(b"a", b"1", 5)
    writer.put(b"a", b"2")
    writer.update(b"a", b"3", 0)
    writer.commit()
    writer.save()
    response = wal(str(tmp_path))
    assert [row[5] for row in rows(response)] == ["unknown", "applied", "unknown"]
    assert "# the outcome of 2 entries is not known" in response.stderr


def test_uncommitted_entries_and_torn_records_are_noted(writer, tmp_path):
    writer.put(b"a", b"1")
    writer.commit()
    writer.put(b"b", b"2")
    writer.put(b"c", bytes(3000))
    writer.save()
    writer.path.write_bytes(writer.path.read_bytes()[:-100])
    response = wal(str(tmp_path))
    assert [row[5] for row in rows(response)] == ["applied", "applied, not known to be committed"]
    assert "the last record was not written whole" in response.stderr


def test_damage_ends_the_list_with_the_file_and_the_offset(writer, tmp_path):
    for number in range(3):
        writer.put(b"k%d" % number, random.Random(number).randbytes(900))
        writer.commit()
    writer.save()
    data = bytearray(writer.path.read_bytes())
    data[-500] ^= 1
    writer.path.write_bytes(data)
    response = wal(str(tmp_path))
    assert (len(rows(response)), response.exit_code) == (2, 1)
    assert f"Error: the log is damaged: {writer.path}: record at offset" in response.stderr


def test_alarms_refuse_what_they_refuse_on_a_server(writer, tmp_path):
    writer.found()
    writer.request(alarm=AlarmRequest(action=1, memberID=5, alarm=1))
    writer.put(b"full", b"1")
    writer.update(b"full", b"1", 0)
    writer.delete(b"full")
    writer.request(alarm=AlarmRequest(action=2, memberID=5, alarm=1))
    writer.update(b"full", b"1", 0)
    writer.request(alarm=AlarmRequest(action=1, memberID=5, alarm=2))
    writer.delete(b"full")
    writer.request(compaction=CompactionRequest(revision=2))
    writer.request(auth_status=EmptyRequest())
    writer.commit()
    writer.save()
    full = "refused: etcdserver: mvcc: database space exceeded"
    corrupt = "refused: etcdserver: corrupt cluster"
    assert [row[5] for row in rows(wal(str(tmp_path)))][2:] == [
        *("applied", full, full, "applied", "applied", "succeeded, revision 2"),
        *("applied", corrupt, corrupt, "applied"),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_guarded_writes_come_out_as_by_the_general_way(tmp_path, seed):
    dice, writer = random.Random(seed), LogWriter(tmp_path)
    writer.found()
    revisions = dict.fromkeys([b"a", b"b", b"c"], 0)
    for _ in range(150):
        key = dice.choice(list(revisions))
        match dice.randrange(8):
            case 0:
                writer.put(key, b"plain")
            case 1:
                writer.delete(key)
            case _:
                writer.update(key, dice.randbytes(dice.choice((3, 200))), dice.randrange(12) or 0)
    writer.commit()
    writer.save()
    applier = Applier(KnownKeys(is_complete=True))
    with Log(str(tmp_path)) as log:
        slowly = [applier.apply(operation_of(entry)) for entry in log.entries()]
    with Log(str(tmp_path)) as log:
        lines = [(line.outcome, line.reason, line.revision) for line in log_lines(log)]
    assert lines == slowly
    assert len({name for name, _, _ in lines}) >= 3


def test_a_terminal_gets_titles_and_columns(writer, tmp_path):
    writer.put(b"a\x1b", b"1")
    writer.commit()
    writer.save()
    words = command("wal", "--from", str(tmp_path))
    terminal = pexpect.spawn(words[0], words[1:], env=clean_environment(), dimensions=(30, 120))
    terminal.expect(pexpect.EOF)
    titles, row = terminal.before.decode().splitlines()
    terminal.close()
    assert titles.split() == ["INDEX", "TERM", "MEMBER", "OPERATION", "OBJECT", "OUTCOME"]
    assert row.split() == ["1", "1", f"{MEMBER:x}", "put", r"a\x1b", "applied"]


def test_behind_damage_an_outcome_that_may_have_changed_is_not_known(tmp_path):
    writer = LogWriter(tmp_path)
    writer.found()
    writer.put(b"k", b"1" * 100)
    offset = writer.offset
    writer.put(b"k", b"2" * 100)
    writer.update(b"k", b"3", 2)
    writer.commit()
    writer.save()
    data = bytearray(writer.path.read_bytes())
    data[offset + 60] ^= 1
    writer.path.write_bytes(data)
    damaged = wal(str(tmp_path))
    assert damaged.exit_code == 1
    result = wal(str(tmp_path), "--salvage")
    assert result.exit_code == 0
    assert [row[-1] for row in rows(result)][-2:] == ["applied, revision 2", "unknown"]
    assert f"# passed over: {writer.path}: record at offset {offset}: " in result.stderr
    assert "1 entries is not known: damage hides what was written before them" in result.stderr
