"""What came damaged or cut is not kept."""

import os
import stat
from hashlib import sha256

import pytest

from pyetcdctl.errors import SnapshotFailed
from pyetcdctl.storage.saving import save

DATABASE = bytes(range(256)) * 64
WHOLE = DATABASE + sha256(DATABASE).digest()


def in_pieces(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 31, 32, 33, 4096, 100_000])
def test_the_digest_is_right_however_the_pieces_fall(size, tmp_path):
    path = tmp_path / "a.db"
    assert save(in_pieces(WHOLE, size), str(path)) == (len(WHOLE), "")
    assert path.read_bytes() == WHOLE


def test_a_byte_that_changed_on_the_way_is_noticed(tmp_path):
    changed = b"!" + WHOLE[1:]
    with pytest.raises(SnapshotFailed, match=r"expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}"):
        save(in_pieces(changed, 1000), str(tmp_path / "a.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", [b"", WHOLE[:-1], DATABASE, WHOLE[1:]])
def test_an_end_without_a_digest_is_noticed(data, tmp_path):
    expected = rf"sha256 checksum not found \[bytes: {len(data)}\]"
    with pytest.raises(SnapshotFailed, match=expected):
        save(in_pieces(data, 1000), str(tmp_path / "a.db"))
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(b"old")

    def looking():
        for piece in in_pieces(WHOLE, 1000):
            assert path.read_bytes() == b"old"
            yield piece

    save(looking(), str(path))
    assert path.read_bytes() == WHOLE


def test_a_name_that_was_taken_meanwhile_is_reported(tmp_path):
    path = tmp_path / "a.db"

    def taking():
        path.mkdir()
        yield WHOLE

    expected = rf"could not rename \S+ to {path} \(rename \S+ {path}: is a directory\)"
    with pytest.raises(SnapshotFailed, match=expected):
        save(taking(), str(path))
    assert list(tmp_path.iterdir()) == [path]


def test_an_empty_name_is_refused_before_anything_is_read():
    def untouched():
        pytest.fail("a piece was read")
        yield b""

    with pytest.raises(SnapshotFailed, match="the name of the file is empty"):
        save(untouched(), "")


def test_a_verified_snapshot_stays_where_its_folder_cannot_be_synced(tmp_path, monkeypatch):
    sync = os.fsync
    path = tmp_path / "a.db"
    path.write_bytes(b"old")

    def refuses_folders(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(5, "Input/output error")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", refuses_folders)

    saved = save([WHOLE], str(path))

    assert saved.doubt == f"could not fsync snapshot: sync {tmp_path}: input/output error"
    assert path.read_bytes() == WHOLE
