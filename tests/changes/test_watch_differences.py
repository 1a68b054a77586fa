"""``watch --diff``: each event beside what its key had before, with the noise of ``history -p``."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest

from tests.concurrency.conftest import Running, start
from tests.runner import command, run_here
from tests.server import running

__all__ = ["start"]

FOLDER = "/registry/deployments/shop/"
KEY = f"{FOLDER}web"
SECRET = "/registry/secrets/shop/s"


def deployment(replicas, manager="kubectl", generation=1, beat=0):
    fields = {"manager": manager, "operation": "Update", "time": f"2026-11-30T10:00:{beat:02}Z"}
    metadata = {"name": "web", "generation": generation, "managedFields": [fields]}
    condition = {"type": "Ready", "lastProbeTime": f"2026-11-30T10:00:{beat:02}Z"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"replicas": replicas},
        "status": {"conditions": [condition]},
    }


def secret(value):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"p": value}}


@pytest.fixture(scope="module")
def scripted():
    """A server with a known history, and the revision before it."""
    with running() as etcd:

        def put(key, value):
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            assert run_here("put", key, env=etcd.environment, input=data).exit_code == 0

        put(KEY, deployment(1))
        put(KEY, deployment(2, "operator", generation=2, beat=1))
        put(KEY, deployment(2, "operator", generation=3, beat=2))
        put(KEY, deployment(2, "operator", generation=3, beat=2))
        etcd.etcdctl("del", KEY, check=True)
        put(KEY, deployment(5))
        put("/config", b"a\nb\nc")
        put("/config", b"a\nB\nc")
        put("/config", b"\xff\xfe")
        put("/config", b"\xff\xfd")
        put(SECRET, secret("aHVudGVy"))
        put(SECRET, secret("aHVudGVyMg=="))
        yield etcd, put


@pytest.fixture
def watch(scripted):
    with ExitStack() as ends:

        def start(*words):
            process = Running(command("watch", *words), scripted[0].environment)
            ends.enter_context(process.process)
            ends.callback(process.process.kill)
            return process

        yield start


def block(process):
    lines = [process.line()]
    while lines[-1]:
        lines.append(process.line())
    return lines[:-1]


def test_every_event_has_the_difference_that_history_shows(scripted, watch):
    shown = run_here("history", KEY, "-p", "-w", "json", env=scripted[0].environment)
    expected = json.loads(shown.stdout)["revisions"][::-1]
    process = watch(KEY, "--rev", "2", "--diff", "-w", "jsonl")
    found = [process.response() for _ in expected]
    assert [each["diff"] for each in found] == [each["diff"] for each in expected]
    for name in ("revision", "event", "writer"):
        assert [each[name] for each in found] == [each[name] for each in expected]
    assert [bool(each["diff"]) for each in found] == [True, True, False, False, True, True]
    assert found[3]["remarks"] == ["the same value was written again"]
    assert [each["previous_revision"] for each in found] == [0, 2, 3, 4, 5, 0]


def test_noise_is_shown_where_all_is_asked_for(scripted, watch):
    shown = run_here("history", KEY, "-p", "--all", "-w", "json", env=scripted[0].environment)
    expected = json.loads(shown.stdout)["revisions"][::-1]
    process = watch(KEY, "--rev", "2", "--diff", "--all", "-w", "jsonl")
    found = [process.response()["diff"] for _ in expected]
    assert found == [each["diff"] for each in expected]
    assert "-  generation: 2" in found[2]
    assert "managedFields" in "".join(found[0])


def test_titles_and_hunks_are_those_of_history_and_noise_alone_is_left_out(scripted, watch):
    process = watch(FOLDER, "--prefix", "--rev", "2", "--diff")
    created, updated, same, deleted, again = (block(process) for _ in range(5))
    assert created[:3] == ["revision 2  created  kubectl Update", "--- (nothing)", f"+++ {KEY}"]
    assert updated == [
        "revision 3  updated  operator Update",
        f"--- {KEY}",
        f"+++ {KEY}",
        "@@ -3,7 +3,7 @@",
        *(" metadata:", "   name: web", " spec:", "-  replicas: 1", "+  replicas: 2"),
        *(" status:", "   conditions:", "   - type: Ready"),
    ]
    assert same == [f"revision 5  updated  {KEY}", "# the same value was written again"]
    assert deleted[:3] == ["revision 6  deleted", f"--- {KEY}", "+++ (nothing)"]
    assert again[0] == "revision 7  created  kubectl Update"


def test_other_values_are_compared_as_text_or_by_size(scripted, watch):
    process = watch("/config", "/configz", "--rev", "9", "--diff", "-w", "jsonl")
    text, binary, other = (process.response()["diff"] for _ in range(3))
    assert text[3:] == [" a", "-b", "+B", " c"]
    assert binary[3:] == ["-a", "-B", "-c", "+(2 bytes)"]
    assert other[3:] == ["-(2 bytes)", "+changed (2 bytes)"]


def test_history_and_diff_compare_other_values_alike(scripted, watch):
    env = scripted[0].environment
    shown = json.loads(run_here("history", "/config", "-p", "-w", "json", env=env).stdout)
    expected = [each["diff"] for each in shown["revisions"][::-1]]
    process = watch("/config", "--rev", "8", "--diff", "-w", "jsonl")
    assert [process.response()["diff"] for _ in expected] == expected
    line = ("diff", "@9", "--prefix", "/config", "-p", "-w", "jsonl")
    (difference,) = run_here(*line, env=env).stdout.splitlines()
    assert json.loads(difference)["diff"][3:6] == ["-a", "-B", "-c"]


def test_secrets_are_changed_but_not_shown_unless_asked_for(scripted, watch):
    process = watch(SECRET, "--rev", "13", "--diff")
    assert block(process)[6:8] == ["-  p: (6 bytes)", "+  p: changed (7 bytes)"]
    process = watch(SECRET, "--rev", "13", "--diff", "--show-secrets")
    assert block(process)[6:8] == ["-  p: aHVudGVy", "+  p: aHVudGVyMg=="]


def test_a_command_runs_for_each_change_and_live_ones_have_a_time(scripted, watch):
    _, put = scripted
    process = watch("/config", "--rev", "9", "--diff", "--", "echo", "seen")
    assert block(process)[0] == "revision 9  updated"
    block(process)
    block(process)
    assert [process.line() for _ in range(3)] == ["seen"] * 3
    put("/config", b"live")
    title = process.line()
    assert title.startswith("revision 14  20")
    assert title.endswith("Z  updated")


def test_what_a_compaction_took_away_is_reported_and_the_watch_goes_on(own_etcd, start):
    etcd = own_etcd()
    for value in ("1", "2", "3"):
        etcd.etcdctl("put", "a", value, check=True)
    etcd.etcdctl("put", "gone", "1", check=True)
    etcd.etcdctl("del", "gone", check=True)
    etcd.etcdctl("put", "a", "4", check=True)
    etcd.etcdctl("compact", "6", check=True)
    process = start(command("watch", "", "--prefix", "--rev", "2", "--diff"), etcd.environment)
    assert block(process)[:1] == ["revision 7  updated"]
    etcd.etcdctl("put", "a", "5", check=True)
    assert block(process)[-2:] == ["-4", "+5"]
    process.process.terminate()
    assert process.ended()[1].splitlines() == [
        "# Revisions 2 to 6 were compacted away: what changed in them is not shown.",
        "# Keys that were changed in them and not deleted: 1 (a).",
        "# The watch resumes at revision 7.",
    ]
    etcd.etcdctl("compact", "7", check=True)
    process = start(command("watch", "a", "--rev", "7", "--diff"), etcd.environment)
    assert block(process) == [
        "revision 7  updated  a",
        "# what the key had before is not known: it was compacted",
    ]


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("-w", "json"), 4, "json not supported as output format\n  Try:  --diff with -w jsonl"),
        (("--hex",), 128, "--diff and --hex cannot be set at the same time"),
        (("--decode",), 128, "--diff and --decode"),
        (("--no-decode",), 128, "--diff and --no-decode"),
        (("--like-api",), 128, "--diff and --like-api"),
        (("-i",), 128, "--diff and --interactive"),
    ],
)
def test_what_does_not_go_with_a_difference_is_refused(words, code, why):
    refused = run_here("watch", "k", "--diff", *words)
    assert (refused.exit_code, refused.stdout) == (code, b"")
    assert why in refused.stderr


@pytest.mark.parametrize("flag", ["--all", "--show-secrets"])
def test_flags_of_differences_need_one(flag):
    assert f"{flag} is for --diff" in run_here("watch", "k", flag).stderr
    assert f"{flag} is for --diff" in run_here("kubernetes", "get", "pods", flag).stderr
