"""``batch``: many commands in one process."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from threading import Thread

import pytest

from pyetcdctl.rpc import etcdserverpb_pb2 as api
from tests.runner import PROJECT, clean_environment, command, run, run_here
from tests.stand_in import serving


def batch(etcd, *lines, flags=()):
    text = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return run_here("batch", *flags, env=etcd.environment, input=text)


def revisions(etcd, prefix):
    found = json.loads(etcd.etcdctl("get", prefix, "--prefix", "-w", "json", check=True).stdout)
    return [each["mod_revision"] for each in found.get("kvs", [])]


def test_responses_come_in_order_as_the_commands_print_them(etcd, prefix):
    done = batch(etcd, f"put {prefix}a 1", f"get {prefix}a", "", "# note", f"etcdctl del {prefix}a")
    assert done.stdout.decode() == f"OK\n{prefix}a\n1\n1\n"
    assert (done.stderr, done.exit_code) == ("", 0)


def test_changes_of_one_key_keep_their_order(etcd, prefix):
    lines = [f"put {prefix}k {number}" for number in range(300)]
    for flags in ((), ("--parallel", "8")):
        done = batch(etcd, *lines, f"get {prefix}k", flags=flags)
        assert done.stdout.splitlines()[-1] == b"299"


def test_neighbours_share_a_revision_unless_a_flag_prevents_it(etcd, prefix):
    lines = [f"put {prefix}{number} v" for number in range(5)]
    batch(etcd, *lines)
    assert len(set(revisions(etcd, prefix))) == 1
    batch(etcd, *lines, flags=("--txn-ops", "1"))
    assert len(set(revisions(etcd, prefix))) == 5


@pytest.mark.parametrize("value", [b"a\nb", b"\xff\x00", b"", b"'\"", b"--flag"])
def test_any_value_passes_unharmed(etcd, prefix, value):
    as_text = "".join(f"\\x{byte:02x}" for byte in value)
    as_json = json.dumps({"args": ["put", "--", prefix + "j", value.decode("latin-1")]})
    if not value.isascii():
        as_json = json.dumps({"args": ["put", f"{prefix}j", {"base64": "/wA="}]})
    assert batch(etcd, f'put -- {prefix}t "{as_text}"', as_json).exit_code == 0
    for key in (prefix + "t", prefix + "j"):
        found = etcd.etcdctl("get", key, "--print-value-only", check=True).stdout
        assert found == value + b"\n"


def test_a_value_may_come_as_the_line_s_standard_input(etcd, prefix):
    line = json.dumps({"args": ["put", prefix], "input": "from input\n"})
    assert batch(etcd, line, f"get {prefix}").stdout.endswith(b"from input\n\n")


def test_failed_lines_are_named_and_the_others_run(etcd, prefix):
    lines = ("frob", f"put {prefix} v", f"put --lease 123 {prefix}x v", 'get "', f"get {prefix}")
    done = batch(etcd, *lines)
    assert done.stdout.decode() == f"OK\n{prefix}\nv\n"
    assert done.stderr.splitlines()[-1] == "Error: 3 of 5 lines failed: lines 1, 3, 4"
    assert "line 3: Error: etcdserver: requested lease not found" in done.stderr
    assert done.exit_code == 1


def test_an_operation_that_fails_does_not_take_its_neighbours_with_it(etcd, prefix):
    lines = (f"put {prefix}a v", f"put --lease 123 {prefix}b v", f"put {prefix}c v")
    assert batch(etcd, *lines).stdout == b"OK\nOK\n"
    assert len(revisions(etcd, prefix)) == 2


def test_the_first_error_ends_a_batch_with_the_flag_for_it(etcd, prefix):
    lines = (f"put {prefix}a v", "frob", f"put {prefix}b v")
    done = batch(etcd, *lines, flags=("--stop-on-error",))
    assert (done.stdout, done.exit_code) == (b"OK\n", 1)
    assert "The lines after 2 were not run." in done.stderr
    assert len(revisions(etcd, prefix)) == 1


def test_an_atomic_batch_is_all_or_nothing(etcd, prefix):
    good = (f"put {prefix}a v", f"get {prefix}a", f"put {prefix}b v")
    assert batch(etcd, *good, flags=("--atomic",)).stdout.decode() == f"OK\n{prefix}a\nv\nOK\n"
    for bad in (f"put --lease 123 {prefix}d v", "member list", f"put {prefix}c w"):
        done = batch(etcd, f"put {prefix}c v", bad, flags=("--atomic",))
        assert (done.stdout, done.exit_code == 0) == (b"", False)
    assert len(revisions(etcd, prefix)) == 2


def test_an_atomic_batch_names_the_lines_that_change_one_key(etcd, prefix):
    for first, second in (("put {} v", "put {} w"), ("put {} v", "del {}"), ("del {}", "put {} v")):
        lines = (first.format(prefix), f"put {prefix}b v", second.format(prefix))
        done = batch(etcd, *lines, flags=("--atomic",))
        assert "lines 1 and 3 change the same key" in done.stderr
        assert (done.stdout, done.exit_code == 0) == (b"", False)
    assert revisions(etcd, prefix) == []
    twice = batch(etcd, f"del {prefix}", f"del {prefix}", flags=("--atomic",))
    assert twice.stdout == b"0\n0\n"


def test_json_lines_name_line_and_exit_code(etcd, prefix):
    done = batch(etcd, f"put {prefix} v", "frob", f"get {prefix} -w json", flags=("-w", "jsonl"))
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert first == {"line": 1, "exit_code": 0, "output": "OK\n"}
    assert (second["exit_code"], second["error"][:22]) == (1, "Error: unknown command")
    assert json.loads(third["output"])["count"] == 1


def test_a_writer_that_waits_for_a_response_gets_it_at_once(etcd, prefix):
    with subprocess.Popen(
        command("batch"),
        env=clean_environment(etcd.environment),
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        for number in range(3):
            process.stdin.write(f"put {prefix} {number}\n".encode())
            process.stdin.flush()
            assert process.stdout.readline() == b"OK\n"


def test_what_was_acknowledged_before_the_server_died_is_known(own_etcd):
    etcd = own_etcd()
    with subprocess.Popen(
        command("batch", "--command-timeout", "1s", "-w", "jsonl"),
        env=clean_environment(etcd.environment),
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdin.write(b"put a 1\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["exit_code"] == 0
        etcd.members[0].kill()
        out, err = process.communicate(b"put b 1\nput c 1\nmember list\n")
    results = [json.loads(line) for line in out.splitlines()]
    assert [each["line"] for each in results] in ([2], [2, 3], [2, 3, 4])
    assert all(each["exit_code"] for each in results)
    assert f"The lines after {results[-1]['line']} were not run.".encode() in err
    assert process.returncode == 1


ENDLESS = {
    "watch --diff k": "watch --diff without COMMAND",
    "kubernetes get pods --watch": "kubernetes get --watch",
    "kubernetes get pods --watch-only": "kubernetes get --watch",
    "kubernetes get pods --watch --diff": "kubernetes get --watch",
    "top": "top",
    "top /registry --interval 1s": "top",
    "copy /a --to 127.0.0.1:1 --follow": "copy --follow",
}


def test_a_command_beyond_etcdctl_that_never_ends_by_itself_is_refused(etcd, prefix):
    done = batch(etcd, *ENDLESS, f"put {prefix}k v", "top --once --for 100ms")
    assert done.stdout.decode().splitlines()[0] == "OK"
    found = [line for line in done.stderr.splitlines() if line.startswith("line ")]
    assert found == [
        f"line {number}: Error: {name} runs until it is interrupted: it cannot be a line of a batch"
        for number, name in enumerate(ENDLESS.values(), 1)
    ]
    assert done.exit_code == 1


def test_the_output_of_a_command_that_a_line_starts_is_the_line_s(etcd, prefix):
    """It reads none of the lines, either."""
    lines = (f"put {prefix}k v", f"lock {prefix}l -- sh -c 'cat; echo held; echo why >&2; exit 3'")
    done = batch(etcd, *lines, f"get {prefix}k", flags=("-w", "jsonl"))
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["exit_code"] for each in results] == [0, 3, 0]
    assert (results[1]["output"], results[1]["error"]) == ("held\n", "why\nError: exit status 3\n")
    assert batch(etcd, *lines, f"get {prefix}k").stdout.decode() == f"OK\nheld\n{prefix}k\nv\n"


@pytest.mark.parametrize("flags", [(), ("--parallel", "4")])
def test_of_many_writes_those_acknowledged_before_a_lost_server_are_known(own_etcd, flags):
    """Every line that ended with 0 was written, and no line that was not run."""
    etcd = own_etcd()
    count = 200_000
    with subprocess.Popen(
        command("batch", "--command-timeout", "1s", "-w", "jsonl", *flags),
        env=clean_environment(etcd.environment),
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        feeding = Thread(target=feed, args=(process.stdin, count))
        feeding.start()
        shown = [process.stdout.readline() for _ in range(1000)]
        etcd.members[0].kill()
        shown += process.stdout.readlines()
        feeding.join()
        errors = process.stderr.read().decode()
    results = {each["line"]: each["exit_code"] for each in map(json.loads, shown)}
    done = {number for number, code in results.items() if code == 0}
    last = max(results)
    assert list(results) == list(range(1, last + 1))
    assert 1000 <= len(done) < last < count
    assert f"The lines after {last} were not run." in errors
    assert done <= set(numbers_in_the_log_of(etcd.members[0])) <= set(results)


def numbers_in_the_log_of(member):
    """Yield the numbers of the keys that were put.

    Started again on its data, etcd 3.5.0 to 3.5.2 may miss what it applied just before it was
    killed: its database counts an entry before it has it. Its write-ahead log lacks nothing.
    """
    listed = run(
        "wal", "--from", str(member.site.data_folder), "--operation", "put", "-w", "jsonl"
    ).stdout
    for entry in map(json.loads, listed.splitlines()):
        for operation in entry["success"]:
            yield int(operation["put"]["key"][1:])


def feed(stdin, count):
    with suppress(BrokenPipeError), stdin:
        stdin.write(b"".join(b"put k%d v\n" % number for number in range(1, count + 1)))


@pytest.mark.parametrize("line", ["batch", "sandbox"])
def test_what_cannot_be_a_line_is_refused(etcd, line):
    assert f"{line} cannot be run as a line of a batch" in batch(etcd, line).stderr


@pytest.mark.parametrize("flags", [("a", "b"), ("--parallel", "0"), ("--txn-ops", "0")])
def test_a_wrong_flag_is_an_error(flags):
    assert run("batch", *flags).exit_code == 128


@pytest.mark.parametrize("flags", [(), ("--atomic",)])
@pytest.mark.parametrize(
    "responses",
    [
        (),
        (api.ResponseOp(response_put=api.PutResponse()),),
        (api.ResponseOp(response_range=api.RangeResponse()), api.ResponseOp()),
        (api.ResponseOp(response_put=api.PutResponse()),) * 2,
    ],
)
def test_a_response_that_does_not_match_its_operations_is_an_error(flags, responses):
    sent = api.TxnResponse(succeeded=True, responses=responses).SerializeToString()
    with serving({"/etcdserverpb.KV/Txn": lambda *_: sent}) as endpoint:
        env = {"ETCDCTL_ENDPOINTS": endpoint}
        done = run_here("batch", *flags, env=env, input="put a 1\nget b\n")
    assert (done.stdout, done.exit_code) == (b"", 1)
    assert "the server's response makes no sense" in done.stderr
    assert "internal error" not in done.stderr
