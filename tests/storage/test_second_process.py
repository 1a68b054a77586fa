"""Two processes find in a large file what one finds, and one does where there is no second."""

import sys

import pytest

from pyetcdctl.storage import second_process
from pyetcdctl.storage.bolt.cursor import buckets
from pyetcdctl.storage.bolt.pages import Pages
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.hashing_process import HashingProcess
from tests.runner import run_here
from tests.storage.memory import InMemory


@pytest.fixture
def two_processes(monkeypatch):
    """Let each file be large enough, and the machine have enough processors."""
    monkeypatch.setattr(second_process, "WORTH_BYTES", 0)
    monkeypatch.setattr(second_process, "usable_processors", lambda: 2)


def hash_by_second(path):
    with ReadOnlyFile(str(path)) as file, HashingProcess(file) as second:
        return second.result()


def test_the_second_process_finds_the_hash_with_a_digest_and_without(sample_file, tmp_path):
    assert hash_by_second(sample_file) == 0x6C0D662E
    (tmp_path / "db").write_bytes(sample_file.read_bytes()[:-32])
    assert hash_by_second(tmp_path / "db") == 0x6C0D662E


def test_the_second_process_has_no_result_for_a_changed_byte(sample_file, tmp_path):
    data = bytearray(sample_file.read_bytes())
    data[3_000_000] ^= 1
    (tmp_path / "changed.db").write_bytes(data)
    assert hash_by_second(tmp_path / "changed.db") is None


@pytest.mark.parametrize("program", [sys.executable, "/nonexistent", "/bin/false"])
def test_the_figures_do_not_depend_on_the_second_process(
    program, sample_file, two_processes, monkeypatch
):
    monkeypatch.setattr(sys, "executable", program)
    result = run_here("snapshot", "status", str(sample_file))
    assert (result.stdout, result.stderr) == (b"6c0d662e, 2564, 1175, 6.9 MB, 3.6.0\n", "")


@pytest.mark.parametrize("size", [0, 32], ids=["without a hash", "with a wrong hash"])
def test_damage_is_named_as_one_process_names_it(size, sample_file, tmp_path, request):
    data = bytearray(sample_file.read_bytes()[: -32 if size == 0 else None])
    pages = Pages(InMemory(bytes(data)), len(data))
    page = buckets(pages)[b"key"].root * pages.page_size
    data[page : page + 64] = b"\xee" * 64
    path = tmp_path / "damaged.db"
    path.write_bytes(data)
    alone = run_here("snapshot", "status", str(path))
    request.getfixturevalue("two_processes")
    assert run_here("snapshot", "status", str(path)) == alone
    assert (alone.exit_code, alone.stdout) == (1, b"")
    assert ("expected sha256" if size else "the database is damaged: page ") in alone.stderr


def test_there_is_no_second_process_on_a_single_processor(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {3}, raising=False)
    assert not second_process.is_worth_it(1 << 40)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 3}, raising=False)
    assert second_process.is_worth_it(1 << 40)
