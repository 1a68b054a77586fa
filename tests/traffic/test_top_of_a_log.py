"""``top --from DIR``: writes and lost comparisons in a member's write-ahead log."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.runner import Screen, run_here
from tests.server import running

POD = "/registry/pods/shop/p%d"
LEASE = "/registry/leases/kube-node-lease/a"
BEGIN = datetime(2026, 11, 30, 10, tzinfo=UTC)


def renewal(seconds):
    time = (BEGIN + timedelta(seconds=seconds)).isoformat()
    spec = {"renewTime": time, "holderIdentity": "a"}
    return json.dumps({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": spec})


@pytest.fixture(scope="module")
def folder():
    """The data of a running member: 20 puts of pods, 3 renewals, races and a deletion."""
    with running() as etcd:

        def do(*words, input=""):
            done = run_here(*words, input=input, env=etcd.environment)
            assert done.exit_code == 0, done.stderr

        lines = [["put", POD % (number % 4), f"{number // 8:05d}"] for number in range(20)]
        lines += [["put", LEASE, renewal(seconds)] for seconds in (0, 60, 100)]
        lines.append(["del", POD % 3])
        do("batch", input="".join(f"{json.dumps(line)}\n" for line in lines))
        for number, times in ((0, 3), (1, 1)):
            race = f'mod("{POD % number}") = "1"\n\nput {POD % number} lost\n\nget k\n\n'
            for _ in range(times):
                do("txn", input=race)
        do(
            "txn",
            input='mod("/config/o") = "7"\n\nput /config/o lost\n\nput /config/o else\n\n',
        )
        do("txn", input=f'mod("{POD % 3}") = "0"\n\nput {POD % 3} again\n\n\n')
        yield str(etcd.members[0].site.data_folder)


def counted(folder, *words):
    done = run_here("top", "--from", folder, *words, "-w", "json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    return found, {each["name"]: each for each in found["groups"]}


def test_writes_of_a_log_are_counted_with_lost_comparisons_by_key_and_member(folder):
    found, groups = counted(folder)
    assert {name: (each["writes"], each["lost"]) for name, each in groups.items()} == {
        "pods": (22, 4),
        "leases.coordination.k8s.io": (3, 0),
        "/config/": (1, 1),
    }
    assert groups["pods"]["deletes"] == 1
    assert groups["pods"]["bytes"] == 21 * 5
    assert groups["pods"]["keys"] == 4
    (member,) = {each["member"] for each in found["lost"]}
    assert member
    assert [(each["key"], each["count"]) for each in found["lost"]] == [
        (POD % 0, 3),
        ("/config/o", 1),
        (POD % 1, 1),
    ]
    assert found["seconds"] == 100
    assert found["total"]["writes_per_second"] == 0.26
    assert groups["/config/"]["share"] == pytest.approx(1 / 26, abs=0.001)


def test_keys_with_a_prefix_and_puts_that_change_nothing_are_counted(folder):
    found, groups = counted(folder, "/registry/pods/", "--by", "key", "--prev")
    assert sum(each["writes"] for each in groups.values()) == 22
    assert groups[POD % 0]["no_ops"] == 2
    assert found["total"]["no_ops"] == 8
    assert [each["key"] for each in found["lost"]] == [POD % 0, POD % 1]


def test_a_pipe_gets_lines_and_a_terminal_two_tables(folder):
    lines = run_here("top", "--from", folder, "--by", "namespace").stdout.decode().splitlines()
    rows = [line.split("\t") for line in lines]
    assert rows[0] == ["shop", "22", "105", "4", f"{22 / 26:.4f}", "4"]
    assert rows[3][:2] == ["(total)", "26"]
    assert [row[:2] for row in rows[4:]] == [
        ["(lost)", POD % 0],
        ["(lost)", "/config/o"],
        ["(lost)", POD % 1],
    ]
    shown = run_here("top", "--from", folder, "-n", "2", out=Screen(80)).stdout.decode()
    titles = [line.split() for line in shown.splitlines()]
    assert titles[0] == ["RESOURCE", "WRITES", "WRITES/S", "BYTES/S", "KEYS", "SHARE", "LOST"]
    assert ["LOST", "COMPARISONS", "OF", "MEMBER", "LOST"] in titles
    assert shown.count("… 1 more") == 2
    assert "By the renewals of its Leases the log took 100.0 s." in shown


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--for", "3s"), "--from reads a log to its end"),
        (("--interval", "3s"), "--from reads a log to its end"),
    ],
)
def test_times_are_refused_beside_a_log(folder, words, why):
    refused = run_here("top", "--from", folder, *words)
    assert refused.exit_code == 128
    assert why in refused.stderr


def test_a_file_has_no_log(folder):
    refused = run_here("top", "--from", f"{folder}/member/snap/db")
    assert refused.exit_code == 1
    assert "no write-ahead log in" in refused.stderr
