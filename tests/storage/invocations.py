"""Command lines that only read, to be run against a server and against its files.

``DATA`` is a store with all that files have: several changes in one revision, deletions, keys that
were made anew, compaction, leases, values that flow over pages, keys that are no text.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from tests.runner import run_here

if TYPE_CHECKING:
    from tests.server import Etcd

COMPACTED = 9


def write_data(etcd: Etcd) -> None:
    """Fill an empty store."""

    def do(*words: str | bytes, input: bytes = b"") -> bytes:
        done = run_here(*words, input=input, env=etcd.environment)
        assert done.exit_code == 0, done.stderr
        return done.stdout

    for number in range(5):
        do("put", f"a/{number}", f"first {number}")
    do("txn", input=b'\nput t/1 "one"\nput t/2 "two"\ndel a/0\n\n\n')
    do("put", "a/1", "second 1")
    do("del", "a/2")
    do("put", "a/2", "anew")
    do("compaction", str(COMPACTED))
    do("put", "a/3", "second 3")
    do("del", "a/4")
    do("put", "big", input=b"x" * 70_000)
    do("put", b"\xffbinary", input=b"\x00\x01\xfe")
    do("put", "k" * 300, "a long key")
    do("put", "empty", input=b"\n")
    for number in range(40):
        do("put", f"many/{number % 25:02}", f"v{(number * 7) % 10}")
    lease = do("lease", "grant", "9000").split()[1].decode()
    for key in ("leased/1", "leased/2"):
        do("put", key, "held", f"--lease={lease}")
    do("put", "leased/2", "no more")
    do("user", "add", "alice:secret")
    do("user", "add", "root:secret")
    do("role", "add", "reader")
    do("role", "add", "root")
    do("role", "grant-permission", "reader", "read", "a/", "--prefix")
    do("role", "grant-permission", "reader", "readwrite", "b")
    do("user", "grant-role", "alice", "reader")
    do("user", "grant-role", "root", "root")


def get_lines() -> list[tuple[str, ...]]:
    """Return ``get`` with its flags."""
    ranges = [
        ("a/1",),
        ("nothing",),
        ("a/", "--prefix"),
        ("a/1", "a/3"),
        ("a/3", "--from-key"),
        ("", "--prefix"),
        ("", "--from-key"),
        ("k" * 300,),
        ("empty",),
        ("b", "a"),
        ("big",),
    ]
    formats = [(), ("-w", "fields"), ("-w", "json"), ("-w", "protobuf"), ("-w", "jsonl")]
    options = [
        ("--keys-only",),
        ("--print-value-only",),
        ("--limit", "3"),
        ("--limit", "3", "--keys-only"),
        ("--limit", "1000"),
        ("--count-only", "-w", "fields"),
        ("--rev", "9"),
        ("--rev", "10", "-w", "json"),
        ("--rev", "11", "-w", "fields"),
        ("--rev", "30", "--keys-only", "-w", "json"),
        ("--rev", "8"),
        ("--rev", "100000"),
        ("--min-mod-rev", "12"),
        ("--max-mod-rev", "12", "-w", "fields"),
        ("--min-create-rev", "5", "--max-create-rev", "20", "-w", "json"),
        ("--min-mod-rev", "12", "--limit", "4", "-w", "json"),
        ("--order", "DESCEND"),
        ("--order", "DESCEND", "--limit", "5", "-w", "json"),
        ("--sort-by", "KEY", "--order", "ASCEND"),
        ("--hex",),
        ("--hex", "-w", "json"),
        ("--decode",),
        ("-w", "yaml"),
        ("--consistency", "s", "-w", "json"),
    ]
    every = [("get", *keys, *shape) for keys, shape in product(ranges, formats)]
    every += [("get", "", "--prefix", *option) for option in options]
    every += [("get", "a/", "--prefix", *option) for option in options]
    every += [
        ("get", "a/1", "--rev", "10"),
        ("get", "a/1", "--rev", "8", "-w", "json"),
        ("get", "a/2", "--rev", "9", "-w", "json"),
        ("get", "a/4", "--rev", "9", "-w", "json"),
        ("get", "a/4", "--rev", "12", "-w", "json"),
        ("get", "a/1", "--rev", "7"),
        ("get", "a/1", "--rev", "99999999"),
        ("get", ""),
        ("get",),
        ("get", "x", "--order", "SIDEWAYS"),
        # Those that are equal have no order that a server promises, so there are none here.
        ("get", "a/", "--prefix", "--sort-by", "CREATE"),
        ("get", "many/", "--prefix", "--sort-by", "MODIFY", "--order", "DESCEND"),
        ("get", "many/", "--prefix", "--sort-by", "MODIFY", "--limit", "2", "-w", "fields"),
        ("get", "a/", "--prefix", "--sort-by", "VALUE", "--order", "DESCEND", "-w", "json"),
        ("get", "a/", "--prefix", "--sort-by", "VALUE", "--keys-only"),
        ("get", "leased/", "--prefix", "-w", "fields"),
        ("get", "leased/", "--prefix", "--keys-only", "-w", "fields"),
        ("get", "a/1", "-w", "table"),
    ]
    return every


def tree_lines() -> list[tuple[str, ...]]:
    """Return ``tree`` with its flags."""
    flags = [
        (),
        ("--depth", "1"),
        ("--depth", "2", "--counts"),
        ("--counts", "--sizes"),
        ("--sizes", "--depth", "1"),
        ("-w", "json"),
        ("--rev", "9"),
        ("--rev", "1"),
        ("--rev", "100000"),
        ("--dirs-only",),
    ]
    return [("tree", *words, *each) for words in ((), ("a",), ("nothing",)) for each in flags]


def cluster_lines() -> list[tuple[str, ...]]:
    """Return what shows other things than keys."""
    lines = [
        ("lease", "list"),
        ("lease", "list", "-w", "json"),
        ("lease", "list", "-w", "fields"),
        ("lease", "timetolive", "1234"),
        ("lease", "timetolive", "1234", "-w", "json"),
        ("lease", "timetolive", "nonsense"),
        ("user", "list"),
        ("user", "get", "alice"),
        ("user", "get", "alice", "--detail"),
        ("user", "get", "root", "--detail"),
        ("user", "get", "nobody"),
        ("user", "get"),
        ("role", "list"),
        ("role", "get", "reader"),
        ("role", "get", "root"),
        ("role", "get", "none"),
        ("auth", "status"),
        ("alarm", "list"),
        ("member", "list", "--consistency", "x"),
    ]
    with_formats = [("user", "list"), ("user", "get", "alice"), ("role", "list")]
    with_formats += [("role", "get", "reader"), ("auth", "status"), ("alarm", "list")]
    return lines + [(*each, "-w", "json") for each in with_formats]
