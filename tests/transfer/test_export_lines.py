"""An export as lines: what comes out is what went in, and a cut file is refused."""

import io
import json

import pytest

from pyetcdctl.errors import InvalidInput
from pyetcdctl.transfer.entries import TransferEntry
from pyetcdctl.transfer.export_file import ExportFile
from pyetcdctl.transfer.export_lines import Head, export_lines

HEAD = Head(b"/a/", 12, 2**63 + 5)
ENTRIES = [
    TransferEntry(b'/a/"\n\xc3\xa9', b"text \x00 \xe2\x80\xa8", 5),
    TransferEntry(b"/a/b", b"", 6, 2**62 + 1),
    TransferEntry(b"/a/\xff", bytes(range(256)), 7),
]


def written(head=HEAD, entries=ENTRIES, leases=None):
    return b"".join(export_lines(head, entries, lambda ids: leases or dict.fromkeys(ids, 60)))


def read(data):
    export = ExportFile(io.BytesIO(data))
    return export, list(export.entries())


def test_what_is_read_is_what_was_written():
    export, entries = read(written())

    assert entries == ENTRIES
    assert export.head == HEAD
    assert (export.end.keys, export.end.leases) == (3, {2**62 + 1: 60})


def test_every_line_is_json_that_says_what_it_is():
    head, *lines, end = [json.loads(line) for line in written().splitlines()]

    assert head == {"export": 1, "prefix": "/a/", "revision": 12, "cluster_id": f"{2**63 + 5:x}"}
    assert lines[1] == {"key": "/a/b", "value": "", "mod_revision": 6, "lease": f"{2**62 + 1:x}"}
    assert lines[2]["key"] == {"base64": "L2Ev/w=="}
    assert end["count"] == 3


def test_an_export_of_nothing_is_whole():
    export, entries = read(written(Head(b"", 1), []))

    assert (entries, export.head.prefix) == ([], b"")


def test_a_file_that_was_cut_anywhere_is_refused():
    data = written()

    for end in range(len(data)):
        with pytest.raises(InvalidInput):
            read(data[:end])


def test_a_file_that_was_changed_is_refused():
    data = written()

    for changed in (
        data.replace(b'"mod_revision":6', b'"mod_revision":9'),
        data.replace(b'"revision":12', b'"revision":13'),
        b"".join(line for n, line in enumerate(data.splitlines(True)) if n != 2),
        data.replace(b'"count":3', b'"count":4'),
    ):
        with pytest.raises(InvalidInput):
            read(changed)


@pytest.mark.parametrize(
    "entries",
    [
        [TransferEntry(b"/a/b", b""), TransferEntry(b"/a/a", b"")],
        [TransferEntry(b"/a/b", b""), TransferEntry(b"/a/b", b"")],
        [TransferEntry(b"/b", b"")],
    ],
    ids=["order", "twice", "prefix"],
)
def test_keys_that_no_export_has_are_refused(entries):
    with pytest.raises(InvalidInput, match=r"line [23]: the keys of an export"):
        read(written(entries=entries))


def test_a_last_line_longer_than_any_block_is_found():
    leases = dict.fromkeys(range(1, 20000), 60)

    export, _ = read(written(leases=leases))

    assert export.end.leases == leases
