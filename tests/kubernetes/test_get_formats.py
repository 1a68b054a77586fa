"""``get -w yaml``, ``-w jsonl`` and the output on a terminal, against Kubernetes' own responses."""

from __future__ import annotations

import base64
import json
import re
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.kubernetes.sample import DATA, responses
from tests.runner import clean_environment
from tests.runner import run_here as run

if TYPE_CHECKING:
    from tests.runner import Result
    from tests.server import Etcd

CONFIG = str(DATA / "encryption-config.yaml")
SECRET = "/registry/secrets/vault-aescbc-old/db-00"
HOSTILE = "a\x1b]0;title\x07\x9b31m\u202e\u061cb"

WRITTEN_BY = ("--release", "1.36")
"""The release of Kubernetes that wrote the sample."""


def get(server: Etcd, *words: str) -> Result:
    return run("get", *words, env=server.environment)


def put(server: Etcd, key: str, value: bytes) -> None:
    words = (key,) if value else (key, "")
    assert run("put", *words, env=server.environment, input=value).exit_code == 0


def on_terminal(server: Etcd, *words: str) -> str:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "pyetcdctl", "get", *words],
        env=clean_environment(server.environment),
        encoding="utf-8",
        timeout=30,
    )
    shown = child.read()
    child.close()
    assert isinstance(shown, str)
    return shown.replace("\r\n", "\n")


def documents(text: str) -> dict[str, tuple[list[str], str]]:
    """Return, by key, a document's comments and the document."""
    found = {}
    for part in text.removesuffix("\n").split("\n---\n"):
        lines = part.split("\n")
        comments = [line for line in lines if line.startswith("# ")]
        found[comments[0].removeprefix("# ")] = (comments[1:], "\n".join(lines[len(comments) :]))
    return found


def test_every_object_is_kubectls_yaml_after_its_comments(sample_etcd: Etcd) -> None:
    printed = get(
        sample_etcd, "", "--prefix", "-w", "yaml", *WRITTEN_BY, "--encryption-config", CONFIG
    )
    shown = documents(printed.stdout.decode())
    assert shown.keys() == responses().keys()
    for key, response in responses().items():
        comments, document = shown[key]
        revisions = (response["create_revision"], response["mod_revision"], response["version"])
        created, changed, version = revisions
        held = f"  lease {response['lease']:016x}" if response.get("lease") else ""
        assert comments[0] == (
            f"# create_revision {created}  mod_revision {changed}  version {version}{held}"
        )
        if response["yaml"] and response.get("config_decrypts", True):
            assert document == response["yaml"].removesuffix("\n")
            assert len(comments) == (2 if response.get("encryption") else 1)


def test_every_object_is_the_apis_json_on_its_line(sample_etcd: Etcd) -> None:
    printed = get(
        sample_etcd, "", "--prefix", "-w", "jsonl", *WRITTEN_BY, "--encryption-config", CONFIG
    )
    lines = printed.stdout.decode().splitlines()
    assert len(lines) == len(responses())
    for line in lines:
        shown = json.loads(line)
        response = responses()[shown["key"]]
        for name in ("create_revision", "mod_revision", "version"):
            assert shown[name] == response[name]
        assert shown["lease"] == response.get("lease", 0)
        if response["json"] and response.get("config_decrypts", True):
            assert f'"value":{response["json"]}' in line


def test_like_api_is_what_kubectl_shows(sample_etcd: Etcd) -> None:
    flags = ("--like-api", *WRITTEN_BY, "--encryption-config", CONFIG)
    shown = documents(get(sample_etcd, "", "--prefix", "-w", "yaml", *flags).stdout.decode())
    for key, response in responses().items():
        # What is served of custom resources also has their schema's defaults, and an API server
        # adds the kind of a StatefulSet's claims (test_like_api.py).
        is_served = response.get("served") or response["kind"] == "StatefulSet"
        is_plain = response.get("kubectl_yaml") and not is_served
        if is_plain and response.get("config_decrypts", True):
            assert shown[key][1] == response["kubectl_yaml"].removesuffix("\n")


def test_a_value_that_is_not_decrypted_names_its_key_and_shows_no_bytes(sample_etcd: Etcd) -> None:
    printed = get(sample_etcd, SECRET, "-w", "yaml")
    comments, document = documents(printed.stdout.decode())[SECRET]
    assert comments[1] == "# encryption aescbc key2"
    assert "the plain value has 352 to 367 bytes" in comments[2]
    assert document == "null"


def test_a_value_that_is_not_decrypted_is_null_in_a_json_line(sample_etcd: Etcd) -> None:
    (line,) = get(sample_etcd, SECRET, "-w", "jsonl").stdout.splitlines()
    assert json.loads(line)["value"] is None
    assert "no encryption configuration is known" in line.decode()


@pytest.mark.parametrize("flags", [("-w", "yaml"), ("-w", "jsonl"), ("--decode",)])
def test_a_value_that_is_not_decrypted_fails_where_it_was_to_be_read(
    sample_etcd: Etcd, flags: tuple[str, ...]
) -> None:
    closed = get(sample_etcd, SECRET, *flags)
    assert closed.exit_code == 1
    assert "# 1 value could not be decrypted" in closed.stderr
    assert closed.stderr.count("no encryption configuration is known") == 1
    assert closed.stderr.count("Try:  --encryption-config FILE") == 1
    many = get(sample_etcd, SECRET.rpartition("/")[0], "--prefix", *flags).stderr
    assert "\n# Try:" in many
    assert re.search(r"^# 8 values could not be decrypted(, the first: /registry/|$)", many, re.M)
    assert get(sample_etcd, SECRET, *flags, "--encryption-config", CONFIG).exit_code == 0
    assert get(sample_etcd, SECRET).exit_code == 0


def test_text_and_bytes_that_are_no_objects_are_shown_as_such(etcd: Etcd, prefix: str) -> None:
    values = {"n": b"1002", "t": b"two\nlines\n", "b": b"\xff\x00", "e": b""}
    for name, value in values.items():
        put(etcd, prefix + name, value)
    printed = get(etcd, prefix, "--prefix", "-w", "jsonl")
    shown = [json.loads(line)["value"] for line in printed.stdout.splitlines()]
    assert shown == [{"base64": base64.b64encode(b"\xff\x00").decode()}, "", "1002", "two\nlines\n"]
    shown_documents = documents(get(etcd, prefix, "--prefix", "-w", "yaml").stdout.decode())
    assert [document for _, document in shown_documents.values()] == [
        "!!binary |\n  /wA=",
        '""',
        '"1002"',
        "|\n  two\n  lines",
    ]


def test_a_damaged_value_is_shown_as_far_as_it_can_be_read(etcd: Etcd, prefix: str) -> None:
    put(etcd, prefix, b'{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"')
    shown = json.loads(get(etcd, prefix, "-w", "jsonl").stdout)
    assert shown["value"]["kind"] == "Pod"
    assert shown["remarks"][0].startswith("not all of it is JSON")


def test_a_key_with_a_newline_stays_one_comment(etcd: Etcd, prefix: str) -> None:
    put(etcd, f"{prefix}a\nkind: Secret", b"x")
    printed = get(etcd, prefix, "--prefix", "-w", "yaml").stdout.decode()
    assert printed.startswith(f"# {prefix}a\\nkind: Secret\n# create_revision")


def test_keys_only_gives_lines_without_values_and_no_documents(etcd: Etcd, prefix: str) -> None:
    put(etcd, prefix, b"x")
    shown = json.loads(get(etcd, prefix, "--keys-only", "-w", "jsonl").stdout)
    assert "value" not in shown
    refused = get(etcd, prefix, "--keys-only", "-w", "yaml")
    assert refused.exit_code == 4
    assert refused.stderr.startswith("Error: yaml not supported as output format")


@pytest.mark.parametrize("name", ["yaml", "jsonl"])
def test_only_commands_with_values_have_these_formats(etcd: Etcd, prefix: str, name: str) -> None:
    for words in (("member", "list"), ("role", "add", prefix)):
        refused = run(*words, "-w", name, env=etcd.environment)
        assert refused.exit_code == 4
        assert refused.stderr.startswith(f"Error: {name} not supported as output format\n")
    assert run("role", "get", prefix, env=etcd.environment).exit_code == 1
    # The environment's format has no effect on a command that prints no response.
    defragmented = run("defrag", env={**etcd.environment, "ETCDCTL_WRITE_OUT": name})
    assert defragmented.exit_code == 0


def test_a_pipe_gets_the_bytes_of_etcd(sample_etcd: Etcd) -> None:
    key = "/registry/namespaces/default"
    printed = get(sample_etcd, key)
    assert printed.stdout.startswith(key.encode() + b"\nk8s\x00")
    assert not printed.stderr


def test_decode_gives_a_pipe_yaml_and_reports_aside_what_it_is(sample_etcd: Etcd) -> None:
    printed = get(sample_etcd, SECRET, "--decode", "--encryption-config", CONFIG)
    assert printed.stdout.decode() == responses()[SECRET]["yaml"]
    assert printed.stderr == f"# {SECRET}  mod_revision 446  v1 Secret, aescbc key2\n"


def test_a_terminal_gets_yaml_and_its_own_bytes_only_when_asked(sample_etcd: Etcd) -> None:
    key = "/registry/namespaces/default"
    shown = on_terminal(sample_etcd, key)
    assert shown == f"# {key}  mod_revision 32  v1 Namespace\n{responses()[key]['yaml']}"
    assert on_terminal(sample_etcd, key, "--no-decode").startswith(f"{key}\nk8s\\x00")


def test_a_terminal_gets_other_values_as_etcdctl_shows_them(etcd: Etcd, prefix: str) -> None:
    put(etcd, prefix, b'{"a": 1}')
    assert on_terminal(etcd, prefix) == f'{prefix}\n{{"a": 1}}\n'


@pytest.mark.parametrize("flags", [(), ("-w", "yaml"), ("-w", "jsonl")])
def test_no_escape_sequence_of_a_value_reaches_a_terminal(
    etcd: Etcd, prefix: str, flags: tuple[str, ...]
) -> None:
    value = {"apiVersion": "v1", "kind": HOSTILE, "metadata": {"name": HOSTILE, HOSTILE: HOSTILE}}
    put(etcd, prefix + HOSTILE.replace("\x9b", ""), json.dumps(value, ensure_ascii=False).encode())
    shown = on_terminal(etcd, prefix, "--prefix", *flags)
    assert "title" in shown
    assert not set(shown) & set("\x1b\x07\x9b\u202e\u061c")


def test_flags_that_would_do_nothing_are_refused(etcd: Etcd, prefix: str) -> None:
    for flags in (
        ("--decode", "--no-decode"),
        ("--decode", "-w", "json"),
        ("--like-api", "-wjson"),
    ):
        assert get(etcd, prefix, *flags).exit_code == 128
