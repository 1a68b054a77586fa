"""A second process verifies a large log's checksums; what is read does not depend on it."""

import random
import shutil
import sys

import pytest

from pyetcdctl.errors import DamagedLog
from pyetcdctl.storage import second_process
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.wal import log as log_module
from pyetcdctl.storage.wal.log import Log
from pyetcdctl.storage.wal.records import Chain, Segment
from pyetcdctl.storage.wal.verifying_process import VerifyingProcess
from tests.runner import run_here
from tests.storage.wal.logs import LogWriter
from tests.waiting import until

SEGMENTS, ENTRIES, SIZE = 3, 500, 3000
"""Segments that are read in several blocks."""
IN_CHECKSUM, IN_DATA = 12, 20
"""Where bytes of any record's checksum are behind its offset, and of the data behind that."""


class Finished(VerifyingProcess):
    """Has done all that it can before the log is read, so that all it found is used."""

    def __enter__(self):
        if self._process is not None:
            until(lambda: self._process.poll() is not None, "the end of the second process")
        return super().__enter__()


@pytest.fixture
def two_processes(monkeypatch):
    """Let each log be large enough, and the machine have enough processors; list what starts."""
    started = []

    class Noted(Finished):
        def __init__(self, files):
            super().__init__(files)
            started.append(self)

    monkeypatch.setattr(second_process, "WORTH_BYTES", 0)
    monkeypatch.setattr(second_process, "usable_processors", lambda: 2)
    monkeypatch.setattr(log_module, "VerifyingProcess", Noted)
    return started


@pytest.fixture(scope="module")
def sound_log(tmp_path_factory):
    """A log, in a folder that is only read."""
    folder, dice = tmp_path_factory.mktemp("sound"), random.Random(1)
    writer = LogWriter(folder)
    for number in range(SEGMENTS):
        for _ in range(ENTRIES):
            writer.put(b"k%d" % writer.index, dice.randbytes(SIZE))
            writer.commit()
        if number < SEGMENTS - 1:
            writer.cut()
    writer.save(space=100_000)
    return folder


@pytest.fixture
def segments(sound_log, tmp_path):
    """The paths of the segments of a copy of the log in ``tmp_path``."""
    shutil.copytree(sound_log, tmp_path, dirs_exist_ok=True)
    return sorted(tmp_path.rglob("*.wal"))


def change(path, offset):
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def verified(paths):
    """Return up to which record of each file a second process verified it."""
    files = [ReadOnlyFile(str(path)) for path in paths]
    with Finished(files) as second:
        found = [second.verified_to(number) for number in range(len(files))]
    for file in files:
        file.close()
    return found


def blocks_in(path):
    """Return the offsets of the records of each block that is read."""
    with ReadOnlyFile(str(path)) as file:
        lists = list(Segment(file, Chain(), is_last=True).records())
    return [[record.offset for record in records] for records in lists]


def offsets_in(path):
    return [offset for block in blocks_in(path) for offset in block]


def read(folder, **options):
    """Return the entries before the damage, what is said of it, and what else is known."""
    found, said = [], ""
    with Log(str(folder), **options) as log:
        try:
            found.extend((each.index, each.term, each.data) for each in log.entries())
        except DamagedLog as error:
            said = error.message
        return found, said, log.damages, log.gaps, log.torn, log.replaced, log.committed


def test_the_second_process_reports_how_far_all_checksums_are_right(segments):
    last = offsets_in(segments[1])[-1]
    assert verified(segments[:2]) == [sys.maxsize, last]


def test_the_second_process_reports_nothing_from_a_wrong_checksum_on(segments):
    offsets = offsets_in(segments[1])
    change(segments[1], offsets[900] + IN_DATA)
    first, second = verified(segments[:2])
    assert first == sys.maxsize
    assert offsets[0] <= second < offsets[900]


def test_records_that_another_process_verified_are_not_verified_again(segments):
    offsets = offsets_in(segments[0])
    change(segments[0], offsets[50] + IN_DATA)
    with ReadOnlyFile(str(segments[0])) as file:

        def count(verified_to):
            segment = Segment(file, Chain(), is_last=False, verified_to=lambda: verified_to)
            found = 0
            try:
                for records in segment.records():
                    found += len(records)
            except DamagedLog:
                return found, "damaged"
            return found, ""

        assert count(-1) == (50, "damaged")
        assert count(offsets[40]) == (50, "damaged")
        assert count(offsets[-1]) == (len(offsets), "")


@pytest.mark.parametrize("program", [sys.executable, "/nonexistent", "/bin/false"])
def test_a_log_is_read_with_a_second_process_as_without(
    program, segments, tmp_path, monkeypatch, request
):
    alone = read(tmp_path)
    assert [index for index, _, _ in alone[0]] == list(range(1, SEGMENTS * ENTRIES + 1))
    started = request.getfixturevalue("two_processes")
    monkeypatch.setattr(sys, "executable", program)
    assert read(tmp_path) == alone
    assert len(started) == 1


@pytest.mark.parametrize("salvages", [False, True])
@pytest.mark.parametrize(
    ("number", "record", "byte"),
    [
        (0, 3, IN_DATA),
        (0, 700, IN_DATA),
        (1, 0, IN_CHECKSUM),
        (1, 701, IN_DATA),
        (1, -1, IN_DATA),
        (2, 900, IN_DATA),
        (2, -1, IN_CHECKSUM),
    ],
)
def test_damage_is_named_as_one_process_names_it(
    number, record, byte, salvages, segments, tmp_path, request
):
    change(segments[number], offsets_in(segments[number])[record] + byte)
    alone = read(tmp_path, passes_damage=salvages)
    request.getfixturevalue("two_processes")
    assert read(tmp_path, passes_damage=salvages) == alone
    assert alone[1] or alone[2]


def test_changed_checksums_before_right_ones_change_nothing(segments, tmp_path, request):
    blocks = blocks_in(segments[0])
    alone = read(tmp_path)
    for offset in (*blocks[0][3:50], blocks[0][-1], blocks[1][20]):
        change(segments[0], offset + IN_CHECKSUM)
    assert read(tmp_path) == alone
    request.getfixturevalue("two_processes")
    assert read(tmp_path) == alone


def test_a_later_terms_entries_and_a_torn_tail_are_found_as_one_process_finds_them(
    writer, tmp_path, request
):
    for number in range(1, 400):
        writer.put(b"lost", bytes(SIZE))
        if number == 200:
            writer.cut()
    writer.term = 3
    writer.entry(index=150)
    writer.put(b"kept", b"1")
    writer.commit()
    offset = writer.offset
    writer.put(b"torn", bytes(2000))
    writer.save()
    writer.path.write_bytes(writer.path.read_bytes()[: offset + 1000])
    alone = read(tmp_path)
    request.getfixturevalue("two_processes")
    assert read(tmp_path) == alone
    assert alone[4:6] == (f"{writer.path} at offset {offset}", 250)


def test_the_second_process_ends_with_a_log_that_is_not_read_to_its_end(
    segments, tmp_path, two_processes
):
    with Log(str(tmp_path)) as log:
        assert next(log.entries()).index == 1
    (second,) = two_processes
    assert second._process.returncode is not None
    assert second._process.stdout.closed


def test_the_second_process_ends_when_its_reports_are_not_read_any_more(segments):
    files = [ReadOnlyFile(str(path)) for path in segments]
    second = VerifyingProcess(files)
    second._process.stdout.close()
    until(lambda: second._process.poll() is not None, "the end of the second process")
    for file in files:
        file.close()


def test_wal_lists_the_same_lines_with_two_processes(segments, tmp_path, request):
    words = ("wal", "--from", str(tmp_path))
    alone = run_here(*words)
    started = request.getfixturevalue("two_processes")
    assert run_here(*words) == alone
    assert (len(alone.stdout.splitlines()), len(started)) == (SEGMENTS * ENTRIES, 1)
