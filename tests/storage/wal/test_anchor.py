"""A log that begins in the middle is compared with its database, in bounded time."""

from contextlib import ExitStack
from random import Random

from pyetcdctl.cli.logs import beside
from pyetcdctl.storage.bolt.building import Builder
from tests.storage.test_check import record

COPIES, ENTRIES = 5_000, 300


def write_database(path, records, index):
    path.parent.mkdir(parents=True)
    with path.open("w+b") as out:
        builder = Builder(out, 4096)
        meta = [(b"consistent_index", index.to_bytes(8, "big"))]
        builder.finish({b"key": builder.bucket(records), b"meta": builder.bucket(meta)})


def opened(folder, writer, puts, records):
    """Open a database beside a log that begins late with these puts."""
    for index, put in enumerate(puts, 100_000):
        writer.index = index - 1
        writer.put(*put)
    writer.save()
    write_database(folder / "member/snap/db", records, index)
    with ExitStack() as files:
        return beside(str(folder), files)


def test_a_put_that_was_made_a_thousand_times_is_not_tried_everywhere(tmp_path, writer):
    records = [record(b"k", 2 + number, create=2) for number in range(COPIES)]
    found = opened(tmp_path, writer, [(b"k", b"v")] * ENTRIES, records)
    assert found.anchors.start is None
    assert found.witness.read <= 2 * ENTRIES


def test_a_put_that_was_made_a_few_times_is_tried_everywhere(tmp_path, writer):
    keys = Random(7).choices([b"a", b"b", b"c"], k=42)
    records = [record(key, 2 + number) for number, key in enumerate(keys)]
    found = opened(tmp_path, writer, [(key, b"v") for key in keys[14:]], records)
    assert found.anchors.start is not None
    assert (found.anchors.start.entry_index, found.anchors.start.revision) == (100_000, 15)
