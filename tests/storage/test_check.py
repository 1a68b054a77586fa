"""``snapshot check`` names all that is wrong and where, and finds nothing in a sound file."""

import json
import struct
from hashlib import sha256

import pytest

from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.storage.bolt.building import Builder
from pyetcdctl.storage.bolt.cursor import Cursor, buckets
from pyetcdctl.storage.bolt.pages import Pages
from pyetcdctl.storage.database import KEYS
from pyetcdctl.storage.mvcc.revisions import Revision
from tests.runner import run_here
from tests.storage.memory import InMemory

LEASE = (7).to_bytes(8, "big"), b"\x08\x07\x10\x3c"


def built(path, records, leases=(), page_size=4096):
    """Write a database with these records, and a hash at its end."""
    with open(path, "w+b") as out:
        builder = Builder(out, page_size)
        roots = {KEYS: builder.tree([builder.leaf(records)])}
        others = {b"lease": list(leases), b"meta": []}
        roots.update({name: builder.leaf(pairs).number for name, pairs in others.items()})
        builder.finish(roots)
        out.seek(0)
        data = out.read()
        out.write(sha256(data).digest())
    return str(path)


def record(key, revision, create=None, version=1, sub=0, **fields):
    entry = KeyValue(
        key=key,
        create_revision=create or revision,
        mod_revision=revision,
        version=version,
        value=b"v",
    )
    entry.__dict__.update(fields)
    return Revision(revision, sub, False).encode(), entry.encode()


def deletion(key, revision):
    return Revision(revision, 0, True).encode(), KeyValue(key=key).encode()


def faults(path, *flags):
    result = run_here("snapshot", "check", str(path), "-w", "json", *flags)
    found = json.loads(result.stdout)
    assert result.exit_code == (0 if found["sound"] else 1)
    return [(fault["where"], fault["what"]) for fault in found["faults"]]


def test_nothing_is_wrong_with_the_sample(sample_file):
    result = run_here("snapshot", "check", str(sample_file))
    assert result.exit_code == 0
    assert result.stdout.decode() == (
        f"{sample_file}: nothing is wrong; 1,175 keys, 2,106 records up to revision 2,564\n"
    )
    assert "80 values could not be decrypted" in result.stderr


def test_nothing_is_wrong_with_what_a_server_sends(every_etcd, prefix, tmp_path):
    for number in range(30):
        run_here("put", f"{prefix}{number % 10}", str(number), env=every_etcd.environment)
    run_here("del", prefix, "--prefix", env=every_etcd.environment)
    path = tmp_path / "saved.db"
    assert run_here("snapshot", "save", str(path), env=every_etcd.environment).exit_code == 0
    assert faults(path) == []


@pytest.mark.parametrize("page_size", [1024, 4096, 16384, 65536])
def test_pages_of_every_size_are_read(page_size, tmp_path):
    records = [record(b"key/%04d" % number, number) for number in range(2, 2000)]
    path = built(tmp_path / "a.db", records, page_size=page_size)
    assert faults(path) == []
    keys = run_here("get", "key/", "--prefix", "--keys-only", "--from", path)
    assert len(keys.stdout.split()) == 1998
    assert run_here("snapshot", "status", path).exit_code == 0


@pytest.mark.parametrize(
    ("records", "where", "what"),
    [
        ([record(b"a", 2, mod_revision=3)], "key a", "revision 2 has a record with mod_revision 3"),
        ([record(b"a", 2, create=5)], "key a", "created at 5, version 1"),
        ([record(b"a", 2), record(b"a", 3, 2, 5)], "key a", "version 5 at revision 3 follows 1"),
        ([record(b"a", 2, lease=9)], "key a", "its lease 0000000000000009 does not exist"),
        ([record(b"", 2)], "key ", "a record without a key"),
        ([(b"nonsense", b"")], "page 2 at offset ", "b'nonsense' is not a revision"),
        (
            [(Revision(2, 0, True).encode(), record(b"a", 2)[1])],
            "key a",
            "the deletion at revision 2 has more than a key",
        ),
        ([record(b"/registry/pods/default/x", 2)], "key /reg", "its value is not an object of Kub"),
        (
            [record(b"/registry/pods/default/x", 2, value=b"k8s\0\x0a\xff\xff")],
            "key /registry/pods/default/x",
            "",
        ),
    ],
)
def test_a_record_that_does_not_fit_is_found(records, where, what, tmp_path):
    [(place, text)] = faults(built(tmp_path / "a.db", records))
    assert where in place
    assert what in text


def test_what_was_compacted_or_made_anew_is_no_fault(tmp_path):
    records = [
        record(b"a", 7, 2, 5),
        record(b"b", 8),
        deletion(b"b", 9),
        record(b"b", 10),
        record(b"c", 11, lease=7),
        record(b"d", 12, 3, 4),
        record(b"d", 13, 3, 5),
    ]
    assert faults(built(tmp_path / "a.db", records, [LEASE])) == []


def test_buckets_that_are_not_etcds_are_found(tmp_path):
    path = built(tmp_path / "a.db", [record(b"a", 2)], [(b"12345678", LEASE[1])])
    [(place, text)] = faults(path)
    assert place.endswith("bucket lease")
    assert "lease 3132333435363738" in text


def test_all_damaged_pages_are_named_with_their_offsets(sample_database, tmp_path):
    pages = Pages(InMemory(sample_database), len(sample_database))
    leaves = list(Cursor(pages, buckets(pages)[KEYS]).leaves())
    data = bytearray(sample_database)
    for leaf in (leaves[3], leaves[9]):
        data[leaf.page.offset : leaf.page.offset + 8] = struct.pack("<Q", 1)
    path = tmp_path / "a.db"
    path.write_bytes(data + sha256(data).digest())
    places = [place for place, text in faults(path) if "its header names page 1" in text]
    assert places == [
        f"page {n.page.number} at offset {n.page.offset}" for n in (leaves[3], leaves[9])
    ]


def test_a_hash_that_is_wrong_is_a_fault_among_others(sample_file, tmp_path):
    data = bytearray(sample_file.read_bytes())
    data[-1] ^= 1
    path = tmp_path / "a.db"
    path.write_bytes(data)
    [(place, text)] = faults(path)
    assert place == f"hash at offset {len(data) - 32}"
    assert text.startswith("expected sha256 ")


def test_a_torn_meta_page_is_a_fault_though_the_other_serves(sample_database, tmp_path):
    data = bytearray(sample_database)
    newer = Pages(InMemory(sample_database), len(data)).meta.transaction % 2
    data[newer * 4096 + 20] ^= 1
    path = tmp_path / "a.db"
    path.write_bytes(data)
    place = f"page {newer} at offset {newer * 4096}"
    what = "it is not a valid meta page: what the last transaction wrote may be missing"
    assert (place, what) in faults(path)
    words = ("get", "/registry/namespaces/default", "--keys-only", "--from", str(path))
    for flags in ((), ("--salvage",)):
        read = run_here(*words, *flags)
        assert read.stdout == b"/registry/namespaces/default\n\n"
        assert f"{place}: {what}\n" in read.stderr


@pytest.mark.parametrize("content", [b"", b"x" * 10_000, bytes(8192)])
def test_what_is_no_database_is_a_fault(content, tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(content)
    [(place, what)] = faults(path)
    assert place == "file"
    assert what.startswith("invalid database: ")
    assert "Page 0 at offset 0 and page 1 hold no valid meta page of bbolt: " in what


def test_the_number_of_faults_that_are_shown_is_bounded(tmp_path):
    records = [record(b"a%d" % number, number, lease=9) for number in range(2, 1300)]
    result = run_here("snapshot", "check", built(tmp_path / "a.db", records))
    lines = result.stdout.decode().splitlines()
    assert len(lines) == 1001
    assert lines[-1].endswith("1,298 faults, of which 298 are not shown")
