"""A log's entries come in order, and all that were acknowledged; damage names its place."""

import random

import pytest

from pyetcdctl.errors import DamagedLog, PyetcdctlError
from pyetcdctl.storage.wal.log import Log
from pyetcdctl.storage.wal.operations import operation_of
from tests.storage.wal.logs import CLUSTER, MEMBER, LogWriter

SECTOR = 512


def entries_of(folder):
    """Return the index, term and data of all entries, and the log, read to its end."""
    with Log(str(folder)) as log:
        return [(entry.index, entry.term, entry.data) for entry in log.entries()], log


def indexes_of(folder):
    return [index for index, _, _ in entries_of(folder)[0]]


def indexes_before_damage(folder):
    """Return the indexes that were read before the log's damage, and the message about that."""
    found = []
    with Log(str(folder)) as log, pytest.raises(DamagedLog) as damage:
        found.extend(entry.index for entry in log.entries())
    return found, damage.value.message


def put_some(writer, count, size=100):
    for number in range(count):
        writer.put(b"k%d" % number, random.Random(writer.index).randbytes(size))
        writer.commit()


def test_entries_of_several_segments_come_in_order(writer, tmp_path):
    for _ in range(3):
        put_some(writer, 40)
        writer.cut()
    writer.save(space=100_000)
    found, log = entries_of(tmp_path)
    assert [index for index, _, _ in found] == list(range(1, 121))
    assert (log.metadata.NodeID, log.metadata.ClusterID) == (MEMBER, CLUSTER)
    assert (log.committed, log.replaced, log.torn) == (120, 0, "")


@pytest.mark.parametrize("below", ["", "member", "member/wal"])
def test_a_log_is_found_from_each_folder_above_it(writer, tmp_path, below):
    put_some(writer, 2)
    writer.save()
    assert indexes_of(tmp_path / below) == [1, 2]


def test_a_folder_without_a_log_is_refused_with_what_to_name(tmp_path):
    with pytest.raises(PyetcdctlError, match="no write-ahead log in") as refusal:
        Log(str(tmp_path))
    assert "member/wal" in refusal.value.advice[0]


def test_a_later_term_replaces_what_was_never_committed(writer, tmp_path):
    put_some(writer, 2)
    for number in (3, 4, 5):
        writer.put(b"lost", b"%d" % number)
    writer.term = 3
    writer.entry(index=3)
    writer.put(b"kept", b"4")
    writer.commit()
    writer.save()
    found, log = entries_of(tmp_path)
    assert [(index, term) for index, term, _ in found] == [(1, 1), (2, 1), (3, 3), (4, 3)]
    assert b"kept" in found[3][2]
    assert log.replaced == 3


def test_entries_behind_the_last_known_commit_are_yielded_at_the_end(writer, tmp_path):
    put_some(writer, 3)
    writer.put(b"k", b"v")
    writer.save()
    found, log = entries_of(tmp_path)
    assert (found[-1][0], log.committed) == (4, 3)


def test_many_uncommitted_entries_are_not_all_held(writer, tmp_path, monkeypatch):
    monkeypatch.setattr("pyetcdctl.storage.wal.log._MOST_HELD_BYTES", 100_000)
    for _ in range(1500):
        writer.put(b"k", bytes(1000))
    writer.save()
    with Log(str(tmp_path)) as log:
        most = max(len(log._held) for _ in log.entries())
    assert most < 1200
    assert indexes_of(tmp_path) == list(range(1, 1501))


def test_a_log_that_begins_after_its_first_segments_is_read(writer, tmp_path):
    put_some(writer, 10)
    first = writer.path
    writer.cut()
    put_some(writer, 5)
    writer.save()
    first.unlink()
    assert indexes_of(tmp_path) == list(range(11, 16))


def test_segments_that_vanish_while_they_are_opened_are_passed_over(writer, tmp_path, monkeypatch):
    for _ in range(3):
        put_some(writer, 10)
        first = writer.path
        writer.cut()
    put_some(writer, 10)
    writer.save()
    names = sorted(path.name for path in writer.folder.iterdir())
    monkeypatch.setattr("os.listdir", lambda folder: names)
    for name in names[:2]:
        (writer.folder / name).unlink()
    assert indexes_of(tmp_path) == list(range(21, 41))
    assert first.name == names[2]


def test_a_segment_that_is_deleted_while_the_log_is_read_is_read_to_its_end(writer, tmp_path):
    put_some(writer, 10)
    writer.cut()
    put_some(writer, 10)
    writer.save()
    with Log(str(tmp_path)) as log:
        for path in writer.folder.iterdir():
            path.unlink()
        assert [entry.index for entry in log.entries()] == list(range(1, 21))


def test_a_missing_segment_in_the_middle_is_named(writer, tmp_path):
    put_some(writer, 10)
    writer.cut()
    put_some(writer, 10)
    middle = writer.path
    writer.cut()
    put_some(writer, 10)
    writer.save()
    middle.unlink()
    with pytest.raises(DamagedLog, match="segment 0000000000000001 is missing"):
        Log(str(tmp_path))


def test_a_segment_of_another_log_is_refused(writer, tmp_path):
    put_some(writer, 10)
    writer.cut()
    stranger = LogWriter(tmp_path / "other")
    put_some(stranger, 12)
    stranger.cut()
    put_some(stranger, 3)
    stranger.save()
    stranger.path.rename(writer.path)
    found, message = indexes_before_damage(tmp_path)
    assert found == list(range(1, 11))
    assert f"{writer.path}: record at offset 0: it does not continue the segment" in message


@pytest.mark.parametrize("cut", [1, 9, 40, 1000])
def test_a_last_record_that_the_file_ends_in_is_left_out(writer, tmp_path, cut):
    put_some(writer, 5)
    offset = writer.offset
    writer.put(b"k", bytes(2000))
    writer.save()
    data = writer.path.read_bytes()
    writer.path.write_bytes(data[: offset + cut])
    found, log = entries_of(tmp_path)
    assert [index for index, _, _ in found] == [1, 2, 3, 4, 5]
    assert log.torn == f"{writer.path} at offset {offset}"


def test_a_last_record_with_a_sector_that_was_never_written_is_left_out(writer, tmp_path):
    put_some(writer, 5)
    offset = writer.offset
    writer.put(b"k", random.Random(1).randbytes(3000))
    writer.save(space=10_000)
    data = bytearray(writer.path.read_bytes())
    data[offset + 1000 - offset % SECTOR : offset + 5000] = bytes(4000 + offset % SECTOR)
    writer.path.write_bytes(data)
    found, log = entries_of(tmp_path)
    assert ([index for index, _, _ in found], log.torn[-len(str(offset)) :]) == (
        [1, 2, 3, 4, 5],
        str(offset),
    )


@pytest.mark.parametrize("part", ["data", "length", "head", "middle segment"])
def test_damage_in_the_middle_names_file_and_offset(writer, tmp_path, part):
    put_some(writer, 5)
    path, offset = writer.path, writer.offset
    put_some(writer, 5)
    if part == "middle segment":
        writer.cut()
        put_some(writer, 5)
    writer.save()
    data = bytearray(path.read_bytes())
    at = {"data": 60, "length": 2, "head": 8, "middle segment": 60}[part]
    data[offset + at] ^= 0x40
    path.write_bytes(data)
    found, message = indexes_before_damage(tmp_path)
    assert found == [1, 2, 3, 4, 5]
    assert f"{path}: record at offset {offset}: " in message


def test_a_wrong_checksum_of_right_data_is_no_damage(writer, tmp_path):
    put_some(writer, 5)
    offset = writer.offset
    put_some(writer, 5)
    writer.save()
    data = bytearray(writer.path.read_bytes())
    assert data[offset + 10] == 0x10  # the checksum's tag
    data[offset + 11] ^= 1
    writer.path.write_bytes(data)
    assert indexes_of(tmp_path) == list(range(1, 11))


def test_records_beyond_one_block_are_read(writer, tmp_path):
    for size in (3_000_000, 10, 1 << 20, 2_500_000):
        put_some(writer, 1, size)
    writer.save()
    found, _ = entries_of(tmp_path)
    assert [len(data) // 1000 for _, _, data in found] == [3000, 0, 1048, 2500]


def test_a_length_beyond_all_reason_is_refused_before_it_is_read(writer, tmp_path):
    put_some(writer, 2)
    writer.save(space=1000)
    offset = writer.offset
    with writer.path.open("r+b") as file:
        file.seek(offset)
        file.write((1 << 50).to_bytes(8, "little"))
    assert indexes_before_damage(tmp_path)[0] == [1, 2]


@pytest.mark.parametrize("count", [1, 37, 500])
def test_every_acknowledged_put_is_in_the_log_of_a_killed_member(own_etcd, programs, count):
    etcd = own_etcd(programs)
    for start in range(0, count, 100):
        numbers = range(start, min(start + 100, count))
        puts = "".join(f"put key-{number} value-{number}\n" for number in numbers)
        etcd.etcdctl("txn", input=f"\n{puts}\n\n".encode(), check=True)
    etcd.members[0].kill()
    with Log(str(etcd.members[0].site.data_folder)) as log:
        transactions = [operation_of(entry).transaction for entry in log.entries()]
    steps = [step for each in transactions if each for step in each.success]
    found = [(step.key, step.value) for step in steps]
    assert found == [(b"key-%d" % number, b"value-%d" % number) for number in range(count)]
    assert log.torn == ""


@pytest.mark.parametrize(
    ("part", "lost", "first_behind"),
    [("data", {6}, 7), ("length", set(range(6, 11)), 11), ("head", set(range(6, 11)), 11)],
)
def test_salvage_reads_on_behind_damage_and_names_it(writer, tmp_path, part, lost, first_behind):
    put_some(writer, 5)
    path, offset = writer.path, writer.offset
    put_some(writer, 5)
    writer.cut()
    put_some(writer, 5)
    writer.save()
    data = bytearray(path.read_bytes())
    data[offset + {"data": 60, "length": 2, "head": 8}[part]] ^= 0x40
    path.write_bytes(data)
    with Log(str(tmp_path), passes_damage=True) as log:
        found = [entry.index for entry in log.entries()]
    assert found == [index for index in range(1, 16) if index not in lost]
    assert log.gaps == [first_behind]
    assert [f"{path}: record at offset {offset}: " in each for each in log.damages] == [True]


def test_salvage_passes_over_a_missing_segment(writer, tmp_path):
    put_some(writer, 10)
    writer.cut()
    put_some(writer, 10)
    middle = writer.path
    writer.cut()
    put_some(writer, 10)
    writer.save()
    middle.unlink()
    with Log(str(tmp_path), passes_damage=True) as log:
        found = [entry.index for entry in log.entries()]
    assert found == [*range(1, 11), *range(21, 31)]
    assert log.gaps == [21]
    assert "segment 0000000000000001 is missing" in log.damages[0]


def test_salvage_gives_up_a_log_that_is_damaged_everywhere(writer, tmp_path):
    offsets = []
    for _ in range(300):
        offsets.append(writer.offset)
        put_some(writer, 1)
    writer.save()
    data = bytearray(writer.path.read_bytes())
    for offset in offsets:
        data[offset + 60] ^= 1
    writer.path.write_bytes(data)
    with Log(str(tmp_path), passes_damage=True) as log, pytest.raises(DamagedLog):
        list(log.entries())
