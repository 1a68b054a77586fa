"""``pyetcdctl tree`` as a person sees it: in a terminal of its own."""

from __future__ import annotations

import re

import pexpect
import pytest

from tests.runner import clean_environment, command

SECONDS = 30
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def seen(*args, width=80, **variables):
    words = command("tree", *args)
    terminal = pexpect.spawn(
        words[0],
        words[1:],
        env=clean_environment({"TERM": "xterm", **variables}),
        dimensions=(50, width),
        encoding="utf-8",
        timeout=SECONDS,
    )
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    return terminal.before


def drawn(*args, **variables):
    return STYLE.sub("", seen(*args, **variables)).replace("\r\n", "\n").splitlines()


def test_counts_stand_right_aligned_beside_the_drawing(sample_etcd):
    lines = drawn("/registry", "--depth", "1", **sample_etcd.environment)
    assert re.fullmatch(r"/registry +[\d,]+ keys", lines[0])
    assert all(re.fullmatch(r"[├└]── \S.* +[\d,]+", line) for line in lines[1:])
    assert len({len(line) for line in lines[1:]}) == 1
    assert len(lines[0]) == len(lines[1]) + len(" keys") <= 80
    assert [line[0] for line in lines[1:]] == ["├"] * (len(lines) - 2) + ["└"]


def test_the_familiar_name_stands_beside_etcds(sample_etcd):
    text = "\n".join(drawn("/registry", "--depth", "2", **sample_etcd.environment))
    for shown in ("minions (nodes)", "specs (services)", "controllers (replicationcontrollers)"):
        assert shown in text


def test_the_groups_of_custom_resources_are_marked(sample_etcd):
    text = "\n".join(drawn("/registry", "--depth", "2", **sample_etcd.environment))
    assert "shop.example.com (custom resources)" in text
    assert "ghost.example.com (custom resources)" in text
    assert text.count("(custom resources)") == 7
    assert "apiextensions.k8s.io (" not in text


def test_sizes_show_the_biggest_first_and_fold_what_hardly_matters(sample_etcd):
    args = ("/registry", "--depth", "1", "--sizes")
    lines = drawn(*args, **sample_etcd.environment)
    whole = drawn(*args, "--all", **sample_etcd.environment)
    folded = re.fullmatch(r"└── … (\d+) more below (\d+) kB \(--all shows them\)", lines[-1])
    assert folded
    assert len(whole) == len(lines) - 1 + int(folded[1])
    assert [line.split() for line in whole[: len(lines) - 1]] == [
        line.split() for line in lines[:-1]
    ]
    units = {"B": 1, "kB": 1000, "MB": 1_000_000}
    sizes = [re.search(r"([\d.]+) (B|kB|MB)$", line).groups() for line in whole[1:]]
    numbers = [float(number) * units[unit] for number, unit in sizes]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}])
def test_colour_is_left_out_where_it_is_not_wanted(sample_etcd, variables):
    args = ("/registry", "--depth", "1")
    assert "\x1b[1;34m" in seen(*args, **sample_etcd.environment)
    plain = seen(*args, **sample_etcd.environment, **variables)
    assert "\x1b" not in plain
    assert "├── " in plain


def test_names_cannot_drive_the_terminal(etcd, prefix):
    key = f"{prefix}\x1b[31mred\u202e\x07/x"
    etcd.etcdctl("put", key, "v", check=True)
    assert drawn(prefix, **etcd.environment)[1].startswith(r"└── \x1b[31mred\u202e\a")


def test_a_key_that_is_a_branch_too_is_drawn_as_both(etcd, prefix):
    for key in ("a", "a/b", "a//c"):
        etcd.etcdctl("put", prefix + key, "v", check=True)
    names = [line.rstrip(" 0123456789") for line in drawn(prefix, **etcd.environment)[1:]]
    assert names == ["├── a", "└── a", '    ├── ""', "    │   └── c", "    └── b"]


def test_a_tree_of_everything_below_the_slash_is_called_so(sample_etcd):
    assert drawn("/", "--depth", "1", **sample_etcd.environment)[0].startswith("/ ")
