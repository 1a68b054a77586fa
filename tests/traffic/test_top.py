"""``top``: a known load of writes, as a table, as lines, as JSON."""

from __future__ import annotations

import json
import select
import signal
import termios
from threading import Event, Thread
from time import monotonic

import pexpect
import pytest

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.rpc.kv import DELETE_RANGE, PUT, DeleteRangeRequest, PutRequest
from pyetcdctl.settings import ConnectionSettings
from tests.concurrency.conftest import start
from tests.concurrency.gate import Gate
from tests.runner import SECONDS, Screen, clean_environment, command, run_here
from tests.server import running, write

__all__ = ["start"]

PODS, LEASE, OTHER = b"/registry/pods/%b/p%d", b"/registry/leases/ns/l", b"/config/colour\x1b[2J"


class Writing(Thread):
    """Writes in a cycle of ten until it is stopped: six pods, three puts that change nothing of a
    lease, and a key that is put and deleted in turns."""

    def __init__(self, etcd):
        super().__init__(daemon=True)
        self._connection = Connection(ConnectionSettings(endpoints=(etcd.address,)))
        self._stopped = Event()
        self.cycles = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        self._stopped.set()
        self.join()
        self._connection.close()

    def run(self):
        while not self._stopped.is_set():
            for number in range(6):
                name = PODS % (b"shop" if number % 3 else b"payments", number)
                self._write(PUT, PutRequest(key=name, value=b"%0100d" % self.cycles))
            for _ in range(3):
                self._write(PUT, PutRequest(key=LEASE, value=b"same"))
            if self.cycles % 2:
                self._write(DELETE_RANGE, DeleteRangeRequest(key=OTHER))
            else:
                self._write(PUT, PutRequest(key=OTHER, value=b"x"))
            self.cycles += 1

    def _write(self, method, request):
        deadline = Deadline.after(60)
        self._connection.unary(method, request.encode(), deadline=deadline, repeatable=True)


@pytest.fixture(scope="module")
def busy():
    with running() as etcd, Writing(etcd) as writing:
        yield etcd, writing


def counted(busy, *words):
    line = ("top", "--once", *words, "-w", "json")
    for seconds in (1, 4, 16):  # a slow disk takes longer to write enough
        done = run_here(*line, "--for", f"{seconds}s", env=busy[0].environment)
        assert done.exit_code == 0, done.stderr
        found = json.loads(done.stdout)
        if found["total"]["writes"] >= 100:
            break
    return found, {each["name"]: each for each in found["groups"]}


def test_writes_are_counted_by_resource_with_bytes_keys_and_shares(busy):
    _, writing = busy
    before = writing.cycles
    found, groups = counted(busy)
    made = writing.cycles - before + 1
    assert [*groups] == ["pods", "leases.coordination.k8s.io", "/config/"]
    total = found["total"]
    assert total["writes"] <= made * 10
    for name, part in (("pods", 6), ("leases.coordination.k8s.io", 3), ("/config/", 1)):
        assert abs(groups[name]["writes"] - total["writes"] * part / 10) <= part
        share = groups[name]["writes"] / total["writes"]
        assert groups[name]["share"] == pytest.approx(share, abs=0.001)
    assert groups["pods"]["bytes"] == groups["pods"]["writes"] * 100
    assert (groups["pods"]["keys"], total["keys"]) == (6, 8)
    assert abs(groups["/config/"]["deletes"] * 2 - groups["/config/"]["writes"]) <= 1
    assert total["writes_per_second"] == pytest.approx(total["writes"] / found["seconds"], rel=0.01)
    assert 1 <= found["seconds"] < 30


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("namespace", {"shop": 4, "payments": 2, "ns": 3, "(not an object)": 1}),
        ("manager", {"(not an object)": 9.5, "(deletions)": 0.5}),
        ("key", {"/registry/leases/ns/l": 3, "/config/colour\\x1b[2J": 1}),
    ],
)
def test_groups_are_chosen(busy, by, expected):
    found, groups = counted(busy, "--by", by)
    for name, part in expected.items():
        assert abs(groups[name]["writes"] - found["total"]["writes"] * part / 10) <= part + 1
    assert sum(each["writes"] for each in groups.values()) == found["total"]["writes"]


def test_only_keys_with_the_prefix_are_counted_and_no_ops_if_asked_for(busy):
    found, groups = counted(busy, "/registry/", "--prev", "--by", "namespace", "--sort", "bytes")
    assert [*groups] == ["shop", "payments", "ns"]
    assert groups["ns"]["no_ops"] == groups["ns"]["writes"]
    assert groups["shop"]["no_ops"] == 0
    assert found["total"]["no_ops"] == groups["ns"]["writes"]


def test_a_pipe_gets_lines_and_a_terminal_a_table_with_names_escaped(busy):
    env = busy[0].environment
    line = ("top", "--once", "--for", "2s", "--by", "key")
    rows = [row.split("\t") for row in run_here(*line, env=env).stdout.decode().splitlines()]
    assert {len(row) for row in rows} == {5}
    assert rows[-1][0] == "(total)"
    assert sum(float(row[1]) for row in rows[:-1]) == pytest.approx(float(rows[-1][1]), abs=1)
    screen = run_here(*line, "-n", "3", env=env, out=Screen(80)).stdout.decode()
    lines = screen.splitlines()
    assert lines[0].split() == ["KEY", "WRITES/S", "BYTES/S", "KEYS", "SHARE"]
    assert len(lines) == 6
    assert lines[-1] == "… 5 more (-n 0 shows them)"
    assert max(map(len, lines)) < 80
    assert "\x1b" not in screen


def test_a_pipe_without_once_gets_lines_with_times_until_it_closes(busy, start):
    env = busy[0].environment
    process = start(command("top", "--interval", "200ms", "-w", "jsonl"), env)
    first = process.response()
    assert [*first][:4] == ["time", "by", "seconds", "name"]
    while process.response()["time"] == first["time"]:
        pass
    process.process.stdout.close()
    assert process.process.wait(30) == -signal.SIGPIPE


def names_until(process, etcd, key):
    """Write a key until it is counted; return the names that are shown meanwhile."""
    names, ends = [], monotonic() + SECONDS
    while key not in names:
        assert monotonic() < ends, names
        write(etcd, [(key, "1")])
        if select.select([process.process.stdout], [], [], 0.2)[0]:
            names.append(process.response()["name"])
    return names


def test_what_was_compacted_in_an_outage_is_reported_and_the_counting_goes_on(own_etcd, start):
    etcd = own_etcd()
    gate = Gate(etcd.address)
    words = ("top", "--by", "key", "--interval", "200ms", "-w", "jsonl")
    process = start(command(*words), {"ETCDCTL_ENDPOINTS": gate.endpoint})
    names_until(process, etcd, "before")
    gate.shut()
    write(etcd, [("missed", str(number)) for number in range(5)])
    revision = json.loads(etcd.etcdctl("get", "missed", "-w", "json").stdout)["header"]["revision"]
    etcd.etcdctl("compact", str(revision), check=True)
    gate.open()
    assert "missed" not in names_until(process, etcd, "after")
    process.process.terminate()
    assert f" to {revision:,} were compacted before they could be counted." in process.ended()[1]


@pytest.fixture
def terminal(busy):
    env = {**busy[0].environment, "TERM": "xterm"}

    def on_a_terminal(*words):
        process = pexpect.spawn(
            command()[0],
            [*command()[1:], "top", *words],
            env=clean_environment(env),
            encoding="utf-8",
            dimensions=(24, 80),
            timeout=30,
        )
        process.delaybeforesend = None
        return process

    return on_a_terminal


def test_a_table_is_drawn_anew_and_keys_change_it_until_q(terminal):
    shown = terminal("--interval", "200ms")
    shown.expect("Writes by resource, last")
    shown.expect("pods ")
    shown.send("n")
    shown.expect("Writes by namespace, last")
    shown.expect("payments ")
    shown.send("s")
    shown.expect("sorted by bytes, at ")
    shown.setwinsize(12, 40)
    shown.expect(r"\x1b\[2J\x1b\[HWrites by namespace, last")
    shown.send("q")
    shown.expect(pexpect.EOF)
    shown.close()
    assert (shown.exitstatus, shown.signalstatus) == (0, None)


def test_an_interrupt_ends_once_with_what_was_counted(terminal):
    shown = terminal("--once", "--for", "1h")
    shown.expect("Counting writes, 3")
    shown.sendintr()
    shown.expect(r"total \(partial\) ")
    shown.expect("Error:.* interrupted: what was counted so far is shown")
    shown.expect(pexpect.EOF)
    shown.close()
    assert shown.exitstatus == 5


def test_an_interrupt_ends_the_table_and_gives_the_terminal_back(terminal):
    shown = terminal("--interval", "200ms")
    shown.expect("Writes by resource, last")
    assert not termios.tcgetattr(shown.child_fd)[3] & termios.ICANON
    shown.sendintr()
    shown.expect(pexpect.EOF)
    assert termios.tcgetattr(shown.child_fd)[3] & termios.ICANON
    shown.close()
    assert shown.signalstatus == signal.SIGINT


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("a", "b"), 128, "top takes one PREFIX"),
        (("--by", "kind"), 128, "--by is one of: resource, namespace, key, manager"),
        (("-n", "-2"), 128, "-n is a number from 0 on"),
        (("--sort", "name"), 128, "--sort is one of: writes, bytes, keys"),
        (("--for", "3s"), 128, "--for needs --once"),
        (("--once", "--interval", "3s"), 128, "--interval is for a table that is redrawn"),
        (("--once", "--for", "1ms"), 128, "--for is a duration from 100ms to 24h"),
        (("-w", "json"), 4, "Try:  --once, or -w jsonl"),
        (("--once", "-w", "table"), 4, "table not supported as output format"),
    ],
)
def test_what_cannot_be_shown_is_refused(words, code, why):
    refused = run_here("top", *words)
    assert (refused.exit_code, refused.stdout) == (code, b"")
    assert why in refused.stderr


def test_no_server_ends_it_by_the_command_timeout():
    env = {"ETCDCTL_ENDPOINTS": "127.0.0.1:1", "ETCDCTL_COMMAND_TIMEOUT": "300ms"}
    done = run_here("top", "--once", env=env, seconds=20)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: context deadline exceeded\n")
