"""``tree -``: keys from standard input."""

from __future__ import annotations

import json
import random
import subprocess
import sys

from tests.runner import PROJECT, clean_environment, run_here

PROBE = """
import sys
from pyetcdctl.cli import main
code = main.main(["tree", "-"], {"PYETCDCTL_DISCOVERY": "off"})
print(code, "grpc" in sys.modules, "rich" in sys.modules, file=sys.stderr)
"""


def tree_of(keys, *args):
    result = run_here("tree", "-", *args, input=keys)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.decode().splitlines()


def test_what_etcdctl_lists_becomes_the_tree_of_the_server(sample_etcd):
    listing = sample_etcd.etcdctl("get", "", "--from-key", "--keys-only", check=True).stdout
    assert b"\n\n" in listing
    on_server = run_here("tree", "--counts", env=sample_etcd.environment).stdout.decode()
    assert tree_of(listing, "--counts") == on_server.splitlines()


def test_the_line_ends_of_a_terminal_do_no_harm(sample_etcd):
    listing = sample_etcd.etcdctl("get", "/", "--prefix", "--keys-only", check=True).stdout
    assert tree_of(listing.replace(b"\n", b"\r\n")) == tree_of(listing)


def test_keys_in_any_order_make_the_same_tree():
    keys = [b"/r/%d/%d" % (number % 9, number) for number in range(500)]
    shuffled = random.Random(1).sample(keys, len(keys))
    assert tree_of(b"\n".join(shuffled)) == tree_of(b"\n".join(sorted(keys)))


def test_registry_comes_first_then_byte_order():
    assert tree_of("/a\ncompact_rev_key\n/registry/x\n") == [
        "/registry/",
        "/registry/x",
        "/a",
        "compact_rev_key",
    ]


def test_empty_segments_and_keys_that_are_branches_too_are_shown_as_they_are():
    assert tree_of("/x\n/x/\nfoo//bar\n//y\n/x-z\n", "--counts") == [
        "//y\t1",
        "//\t1",
        "/x\t1",
        "/x-z\t1",
        "/x/\t1",
        "/x/\t1",
        "foo//bar\t1",
        "foo//\t1",
        "foo/\t1",
    ]


def test_depth_and_branches_only_apply_to_lines_too():
    keys = "/a/b/c/d\n/a/b/e\n/a/f\n"
    assert tree_of(keys, "--depth", "2") == ["/a/", "/a/b/", "/a/f"]
    assert tree_of(keys, "--dirs-only") == ["/a/", "/a/b/", "/a/b/c/"]


def test_json_of_lines_has_no_revision():
    document = json.loads(run_here("tree", "-", "-w", "json", input="/a/b\n").stdout)
    assert document == {
        "tree": [{"name": "/a/", "children": [{"name": "b"}], "keys": 1}],
        "keys": 1,
    }


def test_json_names_cannot_drive_a_terminal():
    result = run_here("tree", "-", "-w", "json", input="/\x1b[31m\x7f\u202e\u0085ö\n")
    (leaf,) = json.loads(result.stdout)["tree"]
    assert leaf == {"name": "/\x1b[31m\x7f\u202e\u0085ö"}
    assert result.stdout.decode().rstrip("\n").isprintable()


def test_no_lines_are_no_error():
    result = run_here("tree", "-", input="\n\r\n")
    assert (result.exit_code, result.stdout) == (0, b"")
    assert result.stderr == "There is no key\n"


def test_no_server_is_contacted_and_grpc_is_not_loaded():
    result = subprocess.run(
        [sys.executable, "-c", PROBE],
        input=b"/a\n",
        capture_output=True,
        env=clean_environment({"ETCDCTL_ENDPOINTS": "127.0.0.1:1"}),
        cwd=PROJECT,
        timeout=30,
        check=False,
    )
    assert (result.stdout, result.stderr) == (b"/a\n", b"0 False False\n")
