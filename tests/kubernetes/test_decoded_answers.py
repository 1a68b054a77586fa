"""Kubernetes' values in responses to put, del, txn and watch, and their colours on a terminal."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any

import pexpect
import pytest

from pyetcdctl.kubernetes.stored_value import Reader
from pyetcdctl.output import printer_for
from pyetcdctl.output.coloured_yaml import coloured
from pyetcdctl.results import DecodedResponse, Decoding
from pyetcdctl.rpc.watch import WatchResponse
from pyetcdctl.settings import OutputSettings
from tests.kubernetes.sample import DATA, responses, stored_values
from tests.runner import SECONDS, clean_environment, command, run_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.server import Etcd

NAMESPACE = "/registry/namespaces/default"
SECRET = "/registry/secrets/vault-aesgcm/db-00"
CONFIG = ("--encryption-config", str(DATA / "encryption-config.yaml"))
ESCAPE = re.compile(r"\x1b\[\d*m")


@pytest.fixture(scope="session")
def values(sample_etcd: Etcd) -> dict[str, bytes]:
    return {each.key: each.value for each in stored_values(sample_etcd)}


def put(server: Etcd, key: str, value: bytes, *flags: str) -> tuple[str, str]:
    done = run_here("put", key, *flags, env=server.environment, input=value)
    assert done.exit_code == 0, done.stderr
    return done.stdout.decode(), done.stderr


@contextmanager
def watched(server: Etcd, *words: str) -> Iterator[Callable[[], str]]:
    """Give what reads the next line of a watch, which has begun."""
    with subprocess.Popen(
        command("watch", *words),
        env=clean_environment(server.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="backslashreplace",
    ) as process:
        assert process.stdout
        limit = Timer(SECONDS, process.kill)
        limit.start()
        try:
            yield process.stdout.readline
        finally:
            limit.cancel()
            process.kill()


def revision(server: Etcd) -> int:
    shown = json.loads(run_here("get", "nothing", "-w", "json", env=server.environment).stdout)
    assert isinstance(shown["header"]["revision"], int)
    return shown["header"]["revision"]


def test_each_event_of_a_watch_is_a_line_with_both_values(
    etcd: Etcd, values: dict[str, bytes], prefix: str
) -> None:
    key, since = f"{prefix}default", revision(etcd) + 1
    put(etcd, key, values[NAMESPACE])
    put(etcd, key, b"\xff")
    flags = ("--prefix", "--prev-kv", "-w", "jsonl", f"--rev={since}")
    with watched(etcd, prefix, *flags) as line:
        first, second = json.loads(line()), json.loads(line())
        run_here("del", key, env=etcd.environment)
        third = json.loads(line())
    namespace = json.loads(responses()[NAMESPACE]["json"])
    assert first == {
        "type": "PUT",
        "key": key,
        "create_revision": since,
        "mod_revision": since,
        "version": 1,
        "lease": 0,
        "value": namespace,
    }
    assert (second["value"], second["prev_value"]) == ({"base64": "/w=="}, namespace)
    assert second["prev_mod_revision"] == since
    assert (third["type"], third["mod_revision"]) == ("DELETE", since + 2)
    assert third["prev_value"] == {"base64": "/w=="}
    assert "value" not in third


class Deliveries:
    """Takes output, and keeps apart what was delivered at once."""

    def __init__(self) -> None:
        self.pending = b""
        self.delivered: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.pending += data

    safe = write

    def flush(self) -> None:
        self.delivered.append(self.pending)
        self.pending = b""


@pytest.mark.parametrize("name", ["jsonl", "yaml"])
def test_each_event_of_a_response_is_delivered_before_the_next_is_decoded(name: str) -> None:
    kv = b"\x0a\x01k\x10\x01\x18\x01\x20\x01\x2a\x01v"
    event = bytes([0x5A, len(kv) + 2, 0x12, len(kv)]) + kv
    response = WatchResponse.parse(event * 2)
    out = Deliveries()
    result = DecodedResponse(response, Decoding(Reader(None)))
    printer_for(name).render(result, out, OutputSettings(name))
    assert len(out.delivered) == 2
    assert out.delivered[0] == out.delivered[1]
    assert not out.pending


def test_each_event_of_a_watch_is_a_document(
    etcd: Etcd, values: dict[str, bytes], prefix: str
) -> None:
    key, since = f"{prefix}default", revision(etcd) + 1
    put(etcd, key, values[NAMESPACE])
    run_here("del", key, env=etcd.environment)
    document = responses()[NAMESPACE]["yaml"].splitlines()
    expected = [
        *("---", f"# PUT {key}"),
        f"# create_revision {since}  mod_revision {since}  version 1",
        *document,
        *("---", f"# before: {key}"),
        f"# create_revision {since}  mod_revision {since}  version 1",
        *document,
        *("---", f"# DELETE {key}", f"# mod_revision {since + 1}", "null"),
    ]
    with watched(etcd, key, "--prev-kv", "-w", "yaml", f"--rev={since}") as line:
        assert [line().rstrip("\n") for _ in expected] == expected


def test_a_watch_in_a_pipe_decodes_only_when_asked(
    etcd: Etcd, values: dict[str, bytes], prefix: str
) -> None:
    since = revision(etcd) + 1
    put(etcd, prefix, values[NAMESPACE])
    put(etcd, prefix, b"text")
    with watched(etcd, prefix, f"--rev={since}") as line:
        assert (line(), line()) == ("PUT\n", f"{prefix}\n")
        assert line().startswith("k8s\0")
    document = responses()[NAMESPACE]["yaml"]
    with watched(etcd, prefix, "--decode", f"--rev={since}") as line:
        assert "".join(line() for _ in document.splitlines()) == document
        assert [line() for _ in range(3)] == ["PUT\n", f"{prefix}\n", "text\n"]


def test_a_question_for_progress_is_a_line_of_its_own(etcd: Etcd, prefix: str) -> None:
    process = subprocess.Popen(
        command("watch", "-i", "-w", "jsonl"),
        env=clean_environment(etcd.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"watch {prefix}\n")
        process.stdin.flush()
        shown = ""
        while not shown:
            process.stdin.write("progress\n")
            process.stdin.flush()
            shown = process.stdout.readline()
        process.kill()
    reported = json.loads(shown)
    assert reported.keys() == {"type", "revision"}
    assert reported["type"] == "PROGRESS"


def test_what_was_there_before_is_decoded(
    etcd: Etcd, values: dict[str, bytes], prefix: str
) -> None:
    put(etcd, prefix, values[NAMESPACE])
    namespace, document = json.loads(responses()[NAMESPACE]["json"]), responses()[NAMESPACE]["yaml"]
    shown, reported = put(etcd, prefix, values[NAMESPACE], "--prev-kv", "--decode")
    assert shown == f"OK\n{document}"
    assert re.fullmatch(rf"# {prefix}  mod_revision \d+  v1 Namespace\n", reported)
    line = json.loads(put(etcd, prefix, values[NAMESPACE], "--prev-kv", "-w", "jsonl")[0])
    assert (line["prev_kv"]["version"], line["prev_kv"]["value"]) == (2, namespace)
    flags = ("--prev-kv", "-w", "yaml")
    deleted = run_here("del", prefix, *flags, env=etcd.environment).stdout.decode()
    assert re.fullmatch(
        rf"# deleted 1  revision \d+\n# before: {prefix}\n# create_.*  version 3\n"
        + re.escape(document),
        deleted,
    )


def test_every_step_of_a_transaction_is_shown(
    etcd: Etcd, values: dict[str, bytes], prefix: str
) -> None:
    put(etcd, prefix, values[NAMESPACE])
    script = f"\nget {prefix}\nput {prefix}x 1\ndel {prefix}y --prev-kv\n\n\n"

    def txn(*flags: str) -> str:
        put(etcd, f"{prefix}y", b"1")
        done = run_here("txn", *flags, env=etcd.environment, input=script)
        assert (done.exit_code, done.stderr.count("\n")) == (0, flags == ("--decode",))
        return done.stdout.decode()

    response: dict[str, Any] = json.loads(txn("-w", "jsonl"))
    assert response["succeeded"] is True
    got, stored, deleted = response["responses"]
    assert got["range"]["count"] == 1
    assert got["range"]["kvs"][0]["value"] == json.loads(responses()[NAMESPACE]["json"])
    assert stored == {"put": {}}
    assert deleted["delete_range"]["deleted"] == 1
    assert deleted["delete_range"]["prev_kvs"][0]["value"] == "1"
    document = responses()[NAMESPACE]["yaml"]
    assert txn("--decode") == f"SUCCESS\n\n{document}\nOK\n\n1\n{prefix}y\n1\n"
    lines = re.sub(r"\d+", "N", txn("-w", "yaml").replace(document, "DOCUMENT\n")).splitlines()
    place = "# create_revision N  mod_revision N  version N"
    key = re.sub(r"\d+", "N", prefix)
    assert lines == [
        *("# SUCCESS  revision N", "# got N", f"# {key}", place, "DOCUMENT", "---"),
        *("# put", "# deleted N", f"# before: {key}y", place, '"N"'),
    ]


def test_encrypted_values_are_opened_wherever_they_are_printed(
    own_etcd: Callable[..., Etcd], values: dict[str, bytes]
) -> None:
    server = own_etcd()
    put(server, SECRET, values[SECRET])
    put(server, SECRET, values[SECRET])
    secret = json.loads(responses()[SECRET]["json"])
    flags = ("--prev-kv", "-w", "jsonl", "--rev=3", *CONFIG)
    with watched(server, SECRET, *flags) as line:
        event = json.loads(line())
    assert (event["value"], event["prev_value"]) == (secret, secret)
    assert event["encryption"] == event["prev_encryption"] == "aesgcm gcm-a"
    script = f"\nget {SECRET}\nget {SECRET}\n\n\n"
    closed = run_here("txn", "-w", "yaml", env=server.environment, input=script)
    assert closed.exit_code == 0
    assert closed.stderr.startswith(
        f"# 2 values could not be decrypted, the first: {SECRET}: encrypted by"
    )
    assert closed.stderr.count("Try:  --encryption-config FILE") == 1
    closed = run_here("del", SECRET, "--prev-kv", "--decode", env=server.environment)
    assert (closed.exit_code, closed.stdout) == (0, b"1\n")
    assert "no encryption configuration is known" in closed.stderr


def test_flags_that_would_do_nothing_change_nothing(etcd: Etcd, prefix: str) -> None:
    refused = run_here("put", prefix, "x", "--decode", "-w", "json", env=etcd.environment)
    assert refused.exit_code == 128
    assert not run_here("get", prefix, env=etcd.environment).stdout


def on_terminal(server: Etcd, *words: str, **environment: str) -> str:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "pyetcdctl", *words],
        env=clean_environment({**server.environment, "TERM": "xterm", **environment}),
        encoding="utf-8",
        timeout=30,
    )
    shown = child.read()
    child.close()
    assert isinstance(shown, str)
    return shown.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "words",
    [("get", NAMESPACE), ("get", NAMESPACE, "-w", "yaml"), ("kube", "get", "ns/default", "-oyaml")],
)
def test_yaml_is_coloured_on_a_terminal_that_wants_it(
    sample_etcd: Etcd, words: tuple[str, ...]
) -> None:
    shown = on_terminal(sample_etcd, *words)
    assert "\x1b[36mapiVersion\x1b[0m: \x1b[32mv1\x1b[0m\n" in shown
    plain = on_terminal(sample_etcd, *words, NO_COLOR="1")
    assert "\x1b" not in plain
    assert ESCAPE.sub("", shown) == plain


def test_no_escape_sequence_of_a_value_is_among_the_colours(etcd: Etcd, prefix: str) -> None:
    hostile = "a\x1b]0;title\x07\x1b[31mb"
    value = {"apiVersion": "v1", "kind": hostile, "metadata": {hostile: f"{hostile}\n# {hostile}"}}
    put(etcd, prefix, json.dumps(value).encode())
    shown = on_terminal(etcd, "get", prefix)
    assert "title" in shown
    assert not set(ESCAPE.sub("", shown)) & set("\x1b\x07")
    assert "\x1b[31m" not in shown


def test_colours_change_no_text_of_any_object() -> None:
    for response in responses().values():
        document = response["yaml"] or ""
        assert ESCAPE.sub("", coloured(document)) == document


def test_what_a_line_is_shows_in_its_colour() -> None:
    document = (
        "a: 1\nb:\n- c: true\n  d: text\n    folded: on\n- |\n  # no comment\n\n  e: f\n"
        "g: 'it''s: h'\n\"q: r\": {}\n---\n# comment\n"
    )
    key, text, word, aside = "36", "32", "33", "90"
    painted = re.findall(r"\x1b\[(\d+)m(.*?)\x1b\[0m", coloured(document))
    assert painted == [
        *((key, "a"), (word, "1"), (key, "b"), (key, "c"), (word, "true"), (key, "d")),
        *((text, "text"), (text, "    folded: on"), (text, "|"), (text, "  # no comment")),
        *((text, "  e: f"), (key, "g"), (text, "'it''s: h'"), (key, '"q: r"'), (word, "{}")),
        *((aside, "---"), (aside, "# comment")),
    ]
