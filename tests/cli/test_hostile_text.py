"""Text that others stored is escaped on a terminal, whatever the command and the format."""

import json

import pytest

from tests.runner import Screen, run_here

HOSTILE = "a\x1b]0;t\x07\u009b2J\u061c\u202e\u200b\ufeffb"
HOSTILE_OBJECT = json.dumps({"apiVersion": "v1", "kind": "Thing", "metadata": {"name": HOSTILE}})
SHOWING = [
    ("get", "KEY", "--no-decode"),
    ("get", "KEY"),
    ("get", "KEY", "-w", "json"),
    ("get", "KEY", "-w", "fields"),
    ("get", "KEY", "-w", "yaml"),
    ("get", "KEY", "-w", "jsonl"),
    ("tree", "KEY"),
    ("tree", "KEY", "-w", "json"),
    ("role", "get", HOSTILE),
    ("role", "list"),
    ("role", "list", "-w", "json"),
    ("kubernetes", "path", f"pods/default/{HOSTILE}"),
    ("txn", "-w", "json"),
]


@pytest.mark.parametrize(
    "words", SHOWING, ids=lambda words: "-".join(words).replace(HOSTILE, "NAME")
)
def test_no_text_of_others_reaches_a_terminal_unescaped(etcd, prefix, words):
    key = f"{prefix}{HOSTILE}"
    etcd.etcdctl("put", key, HOSTILE_OBJECT)
    etcd.etcdctl("role", "add", HOSTILE)
    screen = Screen()
    words = [word.replace("KEY", key) for word in words]
    given = f'\n\nget "{key}"\n\n'
    run_here(*words, env=etcd.environment, input=given, out=screen, err=screen)
    shown = screen.data.decode()
    assert "b" in shown
    assert not set(HOSTILE) & set(shown) - set("a]0;tb2J")


@pytest.mark.parametrize("verb", ["get cm -A", "resources", "versions", "encryption status --all"])
def test_no_table_of_kubernetes_has_characters_that_are_not_seen(etcd, prefix, verb):
    kind = {"apiVersion": f"v1{HOSTILE}", "kind": "ConfigMap", "metadata": {"name": HOSTILE}}
    etcd.etcdctl("put", f"{prefix}configmaps/default/{HOSTILE}", json.dumps(kind))
    screen = Screen()
    words = ("kubernetes", *verb.split(), "--etcd-prefix", prefix)
    run_here(*words, env=etcd.environment, out=screen, err=screen)
    shown = screen.data.decode()
    assert "1" in shown
    assert not set(HOSTILE) & set(shown) - set("a]0;tb2J")


def test_a_pipe_gets_the_bytes_as_they_are(etcd, prefix):
    etcd.etcdctl("put", prefix, HOSTILE)
    given = run_here("get", prefix, "--print-value-only", env=etcd.environment)
    assert given.stdout == f"{HOSTILE}\n".encode()
