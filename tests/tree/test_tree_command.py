"""``pyetcdctl tree`` in a pipe."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import pytest

from tests.runner import PROJECT, clean_environment, run_here
from tests.server import write


def tree(etcd, *args):
    result = run_here("tree", *args, env=etcd.environment)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.decode().splitlines()


def name_of(node):
    return node["name"].encode() if "name" in node else base64.b64decode(node["name_base64"])


def flattened(nodes, path=b""):
    for node in nodes:
        if "keys" in node:
            yield from flattened(node["children"], path + name_of(node))
        else:
            yield path + name_of(node)


def keys_of(etcd):
    listing = run_here("get", "", "--from-key", "--keys-only", env=etcd.environment).stdout
    return [line for line in listing.split(b"\n") if line]


def test_the_whole_tree_has_every_key_once_and_each_branch_before_its_keys(sample_etcd):
    lines = tree(sample_etcd)
    leaves = [line.encode() for line in lines if not line.endswith("/")]
    assert leaves == keys_of(sample_etcd)
    assert lines[:2] == ["/registry/", "/registry/apiextensions.k8s.io/"]


def test_a_level_shows_the_branches_with_their_counts_and_the_sum_last(sample_etcd):
    lines = tree(sample_etcd, "/registry", "--depth", "1", "--counts")
    counts = dict(line.split("\t") for line in lines)
    keys = [key for key in keys_of(sample_etcd) if key.startswith(b"/registry/")]
    assert lines[-1] == f"/registry/\t{len(keys)}"
    for path, count in counts.items():
        assert int(count) == sum(key.startswith(path.encode()) for key in keys), path
    assert sum(map(int, counts.values())) == 2 * len(keys)


def test_counts_of_a_full_tree_are_those_of_a_level(sample_etcd):
    full = tree(sample_etcd, "/registry", "--counts", "--dirs-only")
    level = tree(sample_etcd, "/registry", "--counts", "--dirs-only", "--depth", "2")
    assert [line for line in full if line.split("\t")[0].count("/") <= 4] == level


def test_sizes_are_the_bytes_of_the_values(etcd, prefix):
    etcd.etcdctl("put", f"{prefix}a/x", "12345", check=True)
    etcd.etcdctl("put", f"{prefix}a/y", "", check=True)
    etcd.etcdctl("put", f"{prefix}b", "ö", check=True)
    assert tree(etcd, prefix, "--sizes", "--counts") == [
        f"{prefix}a/x\t1\t5",
        f"{prefix}a/y\t1\t0",
        f"{prefix}a/\t2\t5",
        f"{prefix}b\t1\t2",
        f"{prefix}\t3\t7",
    ]


def test_a_prefix_is_a_path_and_not_the_start_of_a_name(etcd, prefix):
    for key in ("a", "a/b", "ab", "a-b/c"):
        etcd.etcdctl("put", prefix + key, "v", check=True)
    assert tree(etcd, f"{prefix}a") == [f"{prefix}a", f"{prefix}a/", f"{prefix}a/b"]
    assert tree(etcd, f"{prefix}a/") == [f"{prefix}a/", f"{prefix}a/b"]
    nothing = run_here("tree", f"{prefix}a/b/c", env=etcd.environment)
    assert (nothing.exit_code, nothing.stdout) == (0, b"")
    assert "none under" in nothing.stderr


def test_a_past_revision_is_shown_as_it_was(etcd, prefix):
    put = etcd.etcdctl("put", f"{prefix}old", "v", "-w", "json", check=True)
    revision = str(json.loads(put.stdout)["header"]["revision"])
    etcd.etcdctl("del", f"{prefix}old", check=True)
    etcd.etcdctl("put", f"{prefix}new", "v", check=True)
    for more in ([], ["--depth", "1"], ["--consistency", "s"]):
        assert tree(etcd, prefix, "--rev", revision, *more) == [prefix, f"{prefix}old"]


def test_a_revision_to_come_is_an_error(etcd, prefix):
    for more in ([], ["--depth", "1"]):
        result = run_here("tree", prefix, "--rev", "999999999", *more, env=etcd.environment)
        assert result.exit_code == 1
        assert "required revision is a future revision" in result.stderr


@pytest.mark.parametrize("more", [[], ["--sizes"]], ids=["keys", "sizes"])
def test_json_flattens_to_exactly_the_keys(sample_etcd, more):
    result = run_here("tree", "-w", "json", *more, env=sample_etcd.environment)
    document = json.loads(result.stdout)
    keys = keys_of(sample_etcd)
    assert list(flattened(document["tree"])) == keys
    assert document["keys"] == len(keys)
    assert document["revision"] > 1
    assert ("bytes" in document) == bool(more)


def test_json_of_a_level_has_the_counts_and_the_familiar_names(sample_etcd):
    result = run_here(
        "tree", "/registry", "--depth", "1", "-w", "json", env=sample_etcd.environment
    )
    (registry,) = json.loads(result.stdout)["tree"]
    assert registry["name"] == "/registry/"
    by_name = {child["name"]: child for child in registry["children"]}
    assert by_name["minions/"]["familiar"] == "nodes"
    assert "children" not in by_name["pods/"]
    assert sum(child["keys"] for child in registry["children"]) == registry["keys"]


def test_binary_keys_are_escaped_in_lines_and_whole_in_json(etcd, prefix):
    key = prefix.encode() + b"\xff\x01\t\\/\n"
    run_here("put", key.decode("utf-8", "surrogateescape"), "v", env=etcd.environment)
    assert tree(etcd, prefix) == [
        prefix,
        rf"{prefix}\xff\x01\t\\/",
        rf"{prefix}\xff\x01\t\\/\n",
    ]
    document = json.loads(run_here("tree", prefix, "-w", "json", env=etcd.environment).stdout)
    assert list(flattened(document["tree"])) == [key]


@pytest.mark.parametrize("name", ["table", "fields", "protobuf"])
def test_a_format_that_cannot_show_a_tree_is_refused_before_any_call(name):
    result = run_here("tree", "-w", name, "--endpoints", "127.0.0.1:1", seconds=20)
    assert result.exit_code == 4
    assert (
        result.stderr == f"Error: {name} not supported as output format\n  Try:  -w json|simple\n"
    )


@pytest.mark.parametrize(
    "args", [["a", "b"], ["--depth", "-1"], ["-", "--sizes"], ["-", "--rev", "3"]]
)
def test_arguments_that_make_no_sense_are_refused(args):
    result = run_here("tree", *args)
    assert (result.exit_code, result.stdout) == (128, b"")


def test_every_release_responds_alike(every_etcd, prefix):
    write(every_etcd, ((f"{prefix}{number % 3}/{number}", "v") for number in range(300)))
    assert tree(every_etcd, prefix, "--depth", "1", "--counts") == [
        *(f"{prefix}{number}/\t100" for number in range(3)),
        f"{prefix}\t300",
    ]


def test_a_server_that_takes_few_operations_at_once_is_asked_one_by_one(own_etcd):
    server = own_etcd(flags=["--max-txn-ops=2"])
    for key in ("/a/1", "/a/2", "/b/1"):
        server.etcdctl("put", key, "v", check=True)
    assert tree(server, "/", "--depth", "1", "--counts") == ["/a/\t2", "/b/\t1", "/\t3"]


def test_an_unread_pipe_ends_the_tree_in_silence(sample_etcd):
    head = subprocess.run(
        f"{sys.executable} -m pyetcdctl tree | head -1",
        shell=True,
        capture_output=True,
        env=clean_environment(sample_etcd.environment),
        cwd=PROJECT,
        timeout=30,
        check=False,
    )
    assert (head.stdout, head.stderr) == (b"/registry/\n", b"")
