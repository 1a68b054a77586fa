"""Unified diffs: what the lines of two sides have in common is left out, and nothing is lost."""

from __future__ import annotations

import random
import re
from difflib import unified_diff
from time import process_time

import pytest

from pyetcdctl.output.line_difference import unified
from pyetcdctl.output.object_difference import difference

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def patched(old, lines):
    """Apply a unified diff as patch(1) does; its hunks must fit."""
    found, at = [], 0
    for line in lines[2:]:
        if hunk := HUNK.fullmatch(line):
            start = int(hunk[1]) - (hunk[2] != "0")
            found += old[at:start]
            at = start
            assert len(found) == int(hunk[3]) - (hunk[4] != "0")
        elif line.startswith("+"):
            found.append(line[1:])
        else:
            assert old[at] == line[1:]
            at += 1
            found += [line[1:]] * line.startswith(" ")
    return found + old[at:]


@pytest.mark.parametrize("seed", range(60))
def test_a_diff_that_is_applied_to_the_old_lines_gives_the_new_ones(seed):
    chosen = random.Random(seed)
    old = [chosen.choice("abcdefgh") for _ in range(chosen.randrange(30))]
    new = list(old)
    for _ in range(chosen.randrange(4)):
        at = chosen.randrange(len(new) + 1)
        new[at : at + chosen.randrange(3)] = chosen.choices("abcdxyz", k=chosen.randrange(3))
    lines = list(unified(old, new, "before", "after"))
    assert patched(old, lines) == new
    assert bool(lines) == (old != new)


@pytest.mark.parametrize(
    ("old", "new"),
    [("abcdefgh", "abcdXfgh"), ("", "ab"), ("ab", ""), ("a", "b"), ("abc" * 9, "abc" * 8 + "abx")],
)
def test_hunks_are_those_of_diff(old, new):
    expected = unified_diff([*old], [*new], "x", "y", lineterm="")
    assert list(unified([*old], [*new], "x", "y")) == list(expected)


def test_values_of_many_equal_lines_are_not_compared_for_ever():
    old, new = ["same", "x"] * 20_000, ["x", "same", "y"] * 20_000
    began = process_time()
    lines = list(unified(old, new, "x", "y"))
    assert process_time() - began < 10
    assert patched(old, lines) == new


def secret(**data):
    return {"apiVersion": "v1", "kind": "Secret", "data": data}


def shown(before, after):
    return [line.text for line in difference("s", before, after)][3:]


def test_a_secrets_values_are_sizes_and_marked_where_they_changed():
    assert shown(secret(a="aHVudGVy", b="AA=="), secret(a="b3RoZXI=", b="AA==", c="AAAA")) == [
        " apiVersion: v1",
        " data:",
        "-  a: (6 bytes)",
        "+  a: changed (5 bytes)",
        "   b: (1 bytes)",
        "+  c: (3 bytes)",
        " kind: Secret",
    ]


@pytest.mark.parametrize("data", ["no mapping", ["a"], {"a": 7}, {"a": "not base64!"}, {"a": None}])
def test_the_content_of_a_damaged_secret_is_not_shown(data):
    text = "\n".join(shown(None, {"kind": "Secret", "data": data}))
    assert "bytes)" in text
    assert "base64!" not in text
    assert "mapping" not in text


def test_an_annotation_that_copies_a_secret_is_hidden_too():
    name = "kubectl.kubernetes.io/last-applied-configuration"

    def copied(text):
        return {**secret(), "metadata": {"annotations": {name: text}}}

    text = "\n".join(shown(copied('{"data":{"a":"b"}}'), copied('{"data":{"a":"c"}}')))
    assert '"data"' not in text
    assert f"+    {name}: changed (18 bytes)" in text
