"""``kubernetes get --watch``: what is there, then what changes, as kubectl shows it."""

from __future__ import annotations

import json
import signal
import subprocess
from threading import Event, Thread, Timer
from typing import TYPE_CHECKING, Any, Self

import pytest

from tests.concurrency.gate import Gate
from tests.kubernetes.sample import DATA
from tests.kubernetes.test_decoded_answers import values
from tests.runner import SECONDS, clean_environment, command, run_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.server import Etcd

__all__ = ["values"]

POD = "/registry/pods/shop/web"
WIDGETS = "/registry/shop.example.com/widgets/shop/"


def pod(name: str = "web", phase: str = "Running", **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": labels},
        "spec": {"containers": [{"name": "c"}]},
        "status": {"phase": phase},
    }


class Watched:
    """A running ``kubernetes get --watch``."""

    def __init__(self, server: Etcd, *words: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            command("kubernetes", "get", *words),
            env=clean_environment({**server.environment, **environment}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

        self._limit = Timer(SECONDS, self._process.kill)

    def __enter__(self) -> Self:
        self._limit.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._limit.cancel()
        self._process.kill()
        self._process.communicate()

    def lines(self, count: int) -> list[str]:
        assert self._process.stdout
        shown = [self._process.stdout.readline() for _ in range(count)]
        assert "" not in shown, f"the watch ended, or said nothing for long, after {shown}"
        return [line.rstrip("\n") for line in shown]

    def until(self, last: str) -> list[str]:
        found = self.lines(1)
        while found[-1] != last:
            found += self.lines(1)
        return found

    def words(self, count: int = 1) -> list[list[str]]:
        return [line.split() for line in self.lines(count)]

    def complaint(self) -> str:
        assert self._process.stderr
        return self._process.stderr.readline().rstrip("\n")

    def end(self, by: signal.Signals) -> tuple[int, str, str]:
        """Send a signal; return exit code and the rest of the output."""
        self._process.send_signal(by)
        out, err = self._process.communicate(timeout=60)
        return self._process.returncode, out, err


@pytest.fixture(scope="module")
def server() -> Iterator[Etcd]:
    from tests.server import running

    with running() as started:
        yield started


def put(server: Etcd, key: str, value: object) -> None:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    assert run_here("put", key, env=server.environment, input=data).exit_code == 0


def entry_revision(server: Etcd, key: str) -> int:
    shown = json.loads(run_here("get", key, "-w", "json", env=server.environment).stdout)
    revision: int = shown["kvs"][0]["mod_revision"]
    return revision


def delete(server: Etcd, key: str) -> None:
    assert run_here("del", key, env=server.environment).stdout == b"1\n"


@pytest.fixture
def web(server: Etcd) -> Etcd:
    """A server with one pod, whatever was there before."""
    run_here("del", "/registry/", "--prefix", env=server.environment)
    put(server, POD, pod(app="web"))
    return server


def test_rows_follow_the_table_as_pods_change(web: Etcd) -> None:
    with Watched(web, "pods", "-n", "shop", "--watch") as watched:
        assert watched.words(2) == [
            ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
            ["web", "0/1", "Running", "0", "<unknown>"],
        ]
        put(web, POD, pod(phase="Failed"))
        put(web, "/registry/pods/other/web", pod())
        put(web, f"{POD}-2", pod("web-2"))
        delete(web, POD)
        assert [row[0::2][:2] for row in watched.words(3)] == [
            ["web", "Failed"],
            ["web-2", "Running"],
            ["web", "Failed"],
        ]
        code, out, err = watched.end(signal.SIGINT)
    assert (code, out, err) == (-signal.SIGINT, "", "")


def test_rows_say_what_happened_when_asked(web: Etcd) -> None:
    flags = ("-A", "-l", "app=web", "--watch", "--output-watch-events")
    with Watched(web, "pods", *flags) as watched:
        header, added = watched.lines(2)
        assert header.startswith("EVENT      NAMESPACE   NAME")
        assert added.startswith("ADDED      shop        web")
        put(web, f"{POD}-2", pod("web-2", app="db"))
        put(web, POD, pod(app="web", phase="Failed"))
        put(web, POD, pod(app="db"))
        put(web, POD, pod(app="web"))
        delete(web, POD)
        assert [(row[0], row[4]) for row in watched.words(4)] == [
            ("MODIFIED", "Failed"),
            ("DELETED", "Failed"),
            ("ADDED", "Running"),
            ("DELETED", "Running"),
        ]


def test_a_name_is_watched_in_every_form(web: Etcd) -> None:
    name = ("pod", "web", "-n", "shop", "--watch", "-o")
    with (
        Watched(web, *name, "jsonl") as lines,
        Watched(web, *name, "yaml") as documents,
        Watched(web, *name, "name") as names,
        Watched(web, *name, 'jsonpath={.status.phase}{"\\n"}') as phases,
        Watched(web, *name, "json", "--output-watch-events") as events,
    ):
        first = json.loads(lines.lines(1)[0])
        document = documents.until("  phase: Running")
        event = json.loads("\n".join(events.until("}")))
        assert (names.lines(1), phases.lines(1)) == (["pod/web"], ["Running"])
        put(web, f"{POD}-2", pod("web-2"))
        delete(web, POD)
        last = json.loads(lines.lines(1)[0])
        assert documents.lines(3) == ["---", "apiVersion: v1", "kind: Pod"]
        assert (names.lines(1), phases.lines(1)) == (["pod/web"], ["Running"])
        assert events.until("}")[-2] == '    "type": "DELETED"'
    assert (document[0], document[-1]) == ("apiVersion: v1", "  phase: Running")
    assert event["type"] == "ADDED"
    assert event["object"]["metadata"]["name"] == "web"
    created = int(first["metadata"].pop("resourceVersion"))
    # An object that is gone has the revision of its end.
    assert int(last["metadata"].pop("resourceVersion")) == created + 2
    assert first == last


def test_only_changes_are_shown_when_asked(web: Etcd) -> None:
    has_begun = Event()

    def change() -> None:
        while not has_begun.is_set():
            put(web, f"{POD}-3", pod("web-3"))

    changing = Thread(target=change)
    with Watched(web, "po", "-n", "shop", "--watch-only", "-o", "name") as watched:
        changing.start()
        try:
            assert watched.lines(1) == ["pod/web-3"]
        finally:
            has_begun.set()
            changing.join()


def test_differences_are_shown_of_objects_that_are_or_were_selected(web: Etcd) -> None:
    put(web, f"{POD}-2", pod("web-2", app="db"))
    begin = str(entry_revision(web, POD))
    put(web, POD, pod(app="db"))
    put(web, POD, pod(phase="Failed", app="db"))
    delete(web, POD)
    put(web, POD, pod(app="web"))
    flags = ("pods", "-n", "shop", "-l", "app=web", "--watch", "--diff", "--rev", begin)
    with Watched(web, *flags) as watched:
        assert watched.until("")[-1:] == [""]
        text = "\n".join(watched.until(""))
        assert "updated\n--- pods/shop/web\n+++ pods/shop/web\n" in text
        assert "-    app: web\n+    app: db\n" in text
        assert watched.lines(3)[1:] == ["--- (nothing)", "+++ pods/shop/web"]
    named = ("pod", "web", "-n", "shop", "--watch-only", "--diff", "-o", "jsonl", "--rev", begin)
    with Watched(web, *named) as watched:
        events = [json.loads(line) for line in watched.lines(5)]
    assert [each["event"] for each in events] == [
        *("created", "updated", "updated", "deleted", "created")
    ]
    assert {each["key"] for each in events} == {POD}


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (("--diff",), "--diff shows what changes: it needs --watch or --watch-only"),
        (("--diff", "--watch", "-o", "yaml"), "--diff has two forms: text, and -o jsonl"),
        (("--diff", "--watch", "--sort-by", ".spec"), "--diff and --sort-by cannot be set"),
        (("--diff", "--watch", "--show-labels"), "--diff and --show-labels cannot be set"),
        (("--rev", "2", "--watch"), "--rev reads the past, and --watch what is to come"),
    ],
)
def test_flags_that_do_not_go_with_differences_are_refused(
    flags: tuple[str, ...], why: str
) -> None:
    refused = run_here("kubernetes", "get", "pods", *flags)
    assert refused.exit_code == 128
    assert why in refused.stderr


def test_custom_resources_are_watched_with_their_own_columns(
    web: Etcd, values: dict[str, bytes]
) -> None:
    for key, value in values.items():
        if "customresourcedefinitions/widgets" in key:
            put(web, key, value)
    widget = {"apiVersion": "shop.example.com/v1", "kind": "Widget", "spec": {"size": 7}}
    put(web, f"{WIDGETS}a", widget)
    flags = ("-n", "shop", "-o", "wide", "--watch")
    with Watched(web, "widgets", *flags) as watched:
        assert watched.words(2) == [["NAME", "SIZE", "PHASE"], ["a", "7"]]
        put(web, f"{WIDGETS}a", {**widget, "status": {"phase": "New\nmore"}})
        assert watched.words() == [["a", "7", "New..."]]


def test_an_encrypted_object_is_shown_encrypted_and_reported(
    web: Etcd, values: dict[str, bytes]
) -> None:
    key = "/registry/secrets/vault-aesgcm/db-00"
    put(web, key, values[key])
    flags = ("-n", "vault-aesgcm", "--watch")
    config = ("--encryption-config", str(DATA / "encryption-config.yaml"))
    with Watched(web, "secrets", *flags) as closed, Watched(web, "secrets", *flags, *config) as own:
        assert closed.words(2)[1] == ["db-00", "<encrypted>", "<encrypted>", "<encrypted>"]
        assert own.words(2)[1][:2] == ["db-00", "Opaque"]
        for _ in range(2):  # the report of a row is written behind it
            put(web, key, values[key])
            assert closed.words() == [["db-00", "<encrypted>", "<encrypted>", "<encrypted>"]]
        _, _, reported = closed.end(signal.SIGTERM)
    assert reported.count("no encryption configuration is known") in (2, 3)


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("pods,services",), 128, "you may only watch a single resource"),
        (("pods", "a", "b"), 128, "you may only watch a single resource"),
        (("pods", "nope"), 1, 'pods "nope" not found'),
    ],
)
def test_what_cannot_be_watched_is_reported(
    web: Etcd, words: tuple[str, ...], code: int, why: str
) -> None:
    refused = run_here("kubernetes", "get", *words, "--watch", env=web.environment)
    assert refused.exit_code == code
    assert why in refused.stderr


def test_a_watch_outlives_its_server_and_reports_an_outage_that_lasts(
    own_etcd: Callable[..., Etcd],
) -> None:
    server = own_etcd()
    put(server, POD, pod())
    flags = ("-n", "shop", "--watch", "-o", "name")
    with Watched(server, "pods", *flags, ETCDCTL_COMMAND_TIMEOUT="3s") as watched:
        assert watched.lines(1) == ["pod/web"]
        server.members[0].restart()
        put(server, f"{POD}-2", pod("web-2"))
        assert watched.lines(1) == ["pod/web-2"]
        server.members[0].kill()
        assert watched.complaint() == "Warning: no server responds: context deadline exceeded"
        server.members[0].start()
        server.members[0].wait_until_healthy()
        put(server, f"{POD}-3", pod("web-3"))
        assert watched.lines(1) == ["pod/web-3"]


def test_what_was_compacted_away_in_an_outage_is_made_up_for(own_etcd: Callable[..., Etcd]) -> None:
    server = own_etcd()
    gate = Gate(server.address)
    for name in ("same", "gone", "changed", "again", "hidden"):
        put(server, f"/registry/pods/shop/{name}", pod(name, app="web"))
    flags = ("-n", "shop", "-l", "app=web", "--watch", "--output-watch-events")
    with Watched(server, "pods", *flags, ETCDCTL_ENDPOINTS=gate.endpoint) as watched:
        assert watched.words(6)[-1][:2] == ["ADDED", "same"]
        put(server, f"{POD}-1", pod("web-1", app="web"))
        assert watched.words()[0][:2] == ["ADDED", "web-1"]
        gate.shut()
        put(server, f"{POD}-2", pod("web-2", app="web"))
        for name in ("gone", "again", "web-1"):
            delete(server, f"/registry/pods/shop/{name}")
        put(server, "/registry/pods/shop/changed", pod("changed", "Failed", app="web"))
        put(server, "/registry/pods/shop/again", pod("again", app="web"))
        put(server, "/registry/pods/shop/hidden", pod("hidden", app="db"))
        put(server, f"{POD}-3", pod("web-3"))
        latest = entry_revision(server, f"{POD}-3")
        server.etcdctl("compact", str(latest), check=True)
        gate.open()
        assert [(row[0], row[1], row[3]) for row in watched.words(6)] == [
            ("DELETED", "gone", "Running"),
            ("DELETED", "web-1", "Running"),
            ("ADDED", "web-2", "Running"),
            ("MODIFIED", "changed", "Failed"),
            ("MODIFIED", "again", "Running"),
            ("DELETED", "hidden", "Running"),
        ]
        put(server, f"{POD}-3", pod("web-3", app="web"))
        assert watched.words()[0][:2] == ["ADDED", "web-3"]
        code, out, err = watched.end(signal.SIGTERM)
    gate.shut()
    assert (code, out) == (-signal.SIGTERM, "")
    assert err.count("compacted away. Listed again") == 1
