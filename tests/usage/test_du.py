"""``du``: what uses the space, with the truth summed by hand."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from base64 import b64decode
from contextlib import closing
from pathlib import Path

import pexpect
import pytest

from pyetcdctl.cli.session.streams import Buffer
from pyetcdctl.client.connection import Connection
from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.output.space import draw, json_of
from pyetcdctl.registry.counting import Counting
from pyetcdctl.results import SpaceUse, Sum
from pyetcdctl.settings import ConnectionSettings, OutputSettings
from tests.concurrency.gate import Gate
from tests.runner import PROJECT, clean_environment, command, run_here
from tests.server import write


def du(etcd, *args):
    done = run_here("du", *args, env=etcd.environment)
    assert (done.exit_code, done.stderr) == (0, "")
    return [line.split("\t") for line in done.stdout.decode().splitlines()]


def as_json(etcd, *args):
    return json.loads(run_here("du", "-w", "json", *args, env=etcd.environment).stdout)


@pytest.fixture(scope="module")
def values(sample_etcd):
    """Every key and value of the sample cluster."""
    listing = json.loads(sample_etcd.etcdctl("get", "", "--from-key", "-w", "json").stdout)
    return {b64decode(each["key"]): b64decode(each.get("value", "")) for each in listing["kvs"]}


def test_resources_and_their_namespaces_add_up_to_all_values(sample_etcd, values):
    rows = du(sample_etcd)
    whole = [row for row in rows if not row[1]]
    assert sum(int(row[3]) for row in whole) == sum(map(len, values.values()))
    assert sum(int(row[2]) for row in whole) == len(values)
    pods = {key: value for key, value in values.items() if key.startswith(b"/registry/pods/")}
    assert ["pods", "", str(len(pods)), str(sum(map(len, pods.values())))] in rows
    shop = [value for key, value in pods.items() if key.startswith(b"/registry/pods/shop/")]
    assert ["pods", "shop", str(len(shop)), str(sum(map(len, shop)))] in rows


@pytest.mark.parametrize("by", ["namespace", "kind", "owner", "field", "prefix"])
def test_every_grouping_adds_up(sample_etcd, values, by):
    found = as_json(sample_etcd, "--by", by)
    assert sum(group["bytes"] for group in found["groups"]) == sum(map(len, values.values()))
    assert (found["by"], found["keys"], found["partial"]) == (by, len(values), False)


def test_managed_fields_are_measured_as_they_are_stored(sample_etcd):
    groups = {group["name"]: group for group in as_json(sample_etcd, "--by", "field")["groups"]}
    assert groups["metadata.managedFields"]["bytes"] > groups["status"]["bytes"] > 0
    assert groups["(encrypted)"]["keys"] > 0


def test_other_programs_keys_are_grouped_by_their_names(etcd, prefix):
    for name, value in (("a/x/1", "12345"), ("a/y", "1"), ("b", "123")):
        etcd.etcdctl("put", f"{prefix}/{name}", value, check=True)
    rows = du(etcd, f"{prefix}/", "--by", "prefix")
    assert rows[0] == [f"{prefix}/a/", "", "2", "6"]
    assert rows[1] == [f"{prefix}/", "", "1", "3"]
    assert du(etcd, f"{prefix}/", "--by", "prefix", "--depth", "2", "--sort", "keys")[0][3] in "531"


def test_the_largest_values_are_listed(etcd, prefix):
    for size in (10, 3000, 200):
        etcd.etcdctl("put", f"{prefix}{size}", "v" * size, check=True)
    found = as_json(etcd, prefix, "--top", "2")["largest"]
    assert found == [
        {"key": f"{prefix}3000", "bytes": 3000},
        {"key": f"{prefix}200", "bytes": 200},
    ]
    done = run_here("du", prefix, "--larger-than", "2kB", env=etcd.environment)
    assert (done.stdout.decode(), done.exit_code) == (f"{prefix}3000\t\t\t3000\n", 1)
    done = run_here("du", prefix, "--larger-than", "1MiB", env=etcd.environment)
    assert (done.stdout, done.exit_code) == (b"", 0)


def test_folded_stacks_are_for_flame_graphs(sample_etcd):
    lines = run_here("du", "-w", "folded", env=sample_etcd.environment).stdout.decode().splitlines()
    stacks = dict(line.rsplit(" ", 1) for line in lines)
    assert int(stacks["pods;shop"]) > 0
    assert sum(map(int, stacks.values())) == as_json(sample_etcd)["bytes"]


def test_a_semicolon_of_a_name_divides_no_stack(etcd, prefix):
    write(etcd, [(f"{prefix}a;b/c", "v")])
    lines = run_here("du", prefix, "--by", "prefix", "-w", "folded", env=etcd.environment).stdout
    assert lines == f"{prefix}a:b/ 1\n".encode()


def test_the_parts_of_a_file_add_up_to_its_size(sample_etcd, values, tmp_path):
    path = tmp_path / "s.db"
    assert run_here("snapshot", "save", str(path), env=sample_etcd.environment).exit_code == 0
    found = json.loads(run_here("du", "-w", "json", "--from", str(path)).stdout)
    parts = found["file"]
    assert sum(size for name, size in parts.items() if name != "total") == path.stat().st_size
    assert parts["live_values"] == sum(map(len, values.values())) == found["bytes"]
    assert parts["after_pages"] == 32
    assert as_json(sample_etcd)["groups"] == found["groups"]


def test_a_data_directory_is_measured_with_its_log(own_etcd):
    etcd = own_etcd()
    etcd.etcdctl("put", "/a/1", "v" * 100, check=True)
    etcd.etcdctl("put", "/a/2", "v" * 10, check=True)
    etcd.etcdctl("del", "/a/1", check=True)
    etcd.etcdctl("put", "/b", "v" * 7, check=True)
    etcd.members[0].kill()
    folder = str(etcd.members[0].site.data_folder)
    done = run_here("du", "--from", folder, "--by", "prefix", "-w", "json")
    found = json.loads(done.stdout)
    assert [each["bytes"] for each in found["groups"]] == [10, 7]
    parts = found["file"]
    database = Path(folder) / "member" / "snap" / "db"
    assert sum(each for name, each in parts.items() if name != "total") == database.stat().st_size
    done = run_here("du", "/a/", "--from", folder, "--top", "3", "-w", "json")
    assert json.loads(done.stdout)["largest"] == [{"key": "/a/2", "bytes": 10}]


def test_compaction_and_deletion_move_bytes_between_the_parts(own_etcd, tmp_path):
    etcd = own_etcd()

    def parts(name):
        path = tmp_path / name
        etcd.etcdctl("snapshot", "save", str(path), check=True)
        return json.loads(run_here("du", "-w", "json", "--from", str(path)).stdout)["file"]

    for number in range(20):
        etcd.etcdctl("put", f"k{number % 2}", "v" * 10_000, check=True)
    etcd.etcdctl("del", "k0", check=True)
    before = parts("before")
    assert before["live_values"] == 10_000
    assert before["superseded"] > 19 * 10_000
    assert before["deletions"] > 0
    etcd.etcdctl("compact", "22", "--physical", check=True)
    after = parts("after")
    assert after["superseded"] == after["deletions"] == 0
    assert after["free_pages"] > 19 * 10_000


def test_a_live_database_is_named_with_its_size(etcd):
    sizes = as_json(etcd)["database"]
    assert sizes["size"] >= sizes["in_use"] > 0


def test_ctrl_c_shows_what_was_read_and_ends_with_5(own_etcd):
    etcd = own_etcd()
    write(etcd, [(f"/k/{number}", "v" * 20_000) for number in range(1000)])
    gate = Gate(etcd.address)
    gate.hold_after(8_000_000)
    with subprocess.Popen(
        command("du", "--by", "field", "-w", "json"),
        env=clean_environment({"ETCDCTL_ENDPOINTS": gate.endpoint}),
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert gate.is_holding.wait(60)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    gate.shut()
    assert b"interrupted: what was read so far is shown" in err
    assert process.returncode == 5
    found = json.loads(out)
    assert found["partial"]
    assert 0 < found["keys"] < 1000


def test_a_size_that_was_not_read_is_not_shown_as_none():
    sums = (Sum("pods", 3, 2_000_000), Sum("events", 5, 0))
    use = SpaceUse("resource", sums, 8, 2_000_000, 7, is_partial=True, measured_keys=2)
    out = Buffer()
    draw(use, out, OutputSettings(width=80))
    lines = [line.split() for line in out.data.decode().splitlines()]
    assert lines[1][:4] == ["pods", "3", "2.0", "MB"]
    assert lines[2] == ["events", "5"]
    found = json.loads(json_of(use))
    assert [each["bytes"] for each in found["groups"]] == [2_000_000, None]
    assert found["measured_keys"] == 2


def on_a_terminal(etcd, *args):
    environment = {**etcd.environment, "TERM": "xterm", "NO_COLOR": "1"}
    return pexpect.spawn(
        sys.executable,
        ["-m", "pyetcdctl", "du", *args],
        env=clean_environment(environment),
        cwd=str(PROJECT),
        dimensions=(30, 200),
        encoding="utf-8",
    )


def keys_column(text):
    rows = (re.fullmatch(r"(\S.*?\S) +([\d,]+)(?:  .*)?", line) for line in text.splitlines())
    return {row[1]: int(row[2].replace(",", "")) for row in rows if row}


@pytest.mark.parametrize("by", ["resource", "namespace", "prefix"])
def test_the_numbers_of_keys_stand_on_a_terminal_before_the_sizes(sample_etcd, by):
    args = ("--by", by, "-n", "0", *(("/registry/",) if by == "prefix" else ()))
    with closing(on_a_terminal(sample_etcd, *args)) as screen:
        screen.expect(pexpect.EOF)
    first, _, last = screen.before.rpartition("\x1b[J")
    counted, measured = keys_column(first), keys_column(last)
    assert counted["total"] == measured["total"] > 1000
    known = {name: keys for name, keys in counted.items() if not name.startswith("(")}
    assert known == {name: keys for name, keys in measured.items() if name in known}
    assert len(known) > 5
    assert "kB" not in first


def test_counts_divide_the_keys_of_any_store(etcd, prefix):
    for name in ("a/x/1", "a/x/2", "a/y", "b/z", "plain"):
        etcd.etcdctl("put", f"{prefix}{name}", "", check=True)
    with closing(Connection(ConnectionSettings(endpoints=(etcd.endpoint,)))) as connection:
        counting = Counting(LiveSource(connection), prefix.encode())
        assert counting.by_folder(1) == [(f"{prefix}a/", 3), (prefix, 1), (f"{prefix}b/", 1)]
        assert counting.by_folder(2)[0] == (f"{prefix}a/x/", 2)
        assert sum(each.keys for each in counting.by_resource("/registry")) == 5
        assert counting.by_resource(prefix.rstrip("/")) == [("a", 3), (prefix, 1), ("b", 1)]


@pytest.mark.parametrize(
    "args",
    [
        ("-n", "-2"),
        ("a", "b"),
        ("--by", "x"),
        ("--sort", "x"),
        ("--larger-than", "1x"),
        ("--top", "-1"),
    ],
)
def test_a_wrong_flag_is_an_error(args):
    assert run_here("du", *args).exit_code == 128
