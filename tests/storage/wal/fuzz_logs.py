"""Mutated logs, each listed and applied to the database beside it; see ../fuzz.py.

Half of them are damaged as bytes. In the others the records are changed, and then written with the
checksums that they should have, so that what is behind the checksums is reached, too.
"""

from __future__ import annotations

import random
import shutil
from contextlib import ExitStack, nullcontext, suppress
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.logs import beside
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.settings import FileReading
from pyetcdctl.storage.file_source import FileSource
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.opening import OpenedFile
from pyetcdctl.storage.replay.lines import log_lines
from pyetcdctl.storage.wal.log import Log
from pyetcdctl.storage.wal.records import CRC, Chain, Segment
from tests.rpc.fuzz import damaged
from tests.runner import run_here
from tests.storage.fuzz_databases import NUMBERS
from tests.storage.wal.logs import LogWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Records = list[tuple[int, bytes]]
EVERYTHING = RangeRequest(key=b"\0", range_end=b"\0")
CALLS = 150
SPACE_BYTES = 8192
COMMAND_EVERY = 10


class SoundLog(NamedTuple):
    """A log's records, and its database as it was at several times."""

    records: Records
    databases: list[bytes]


def sound_log() -> SoundLog:
    """Return the log of a real server with requests of all kinds, and its database before and
    after them.
    """
    from tests.server import running
    from tests.storage.invocations import write_data
    from tests.storage.wal.writes import call, dial, random_request

    with running() as etcd:
        database = etcd.members[0].site.data_folder / "member/snap/db"
        before = database.read_bytes()
        write_data(etcd)
        with dial(etcd) as connection, TemporaryDirectory() as folder:
            dice = random.Random(11)
            for _ in range(CALLS):
                call(connection, *random_request(dice))
            saved = f"{folder}/saved.db"
            assert run_here("snapshot", "save", saved, env=etcd.environment).exit_code == 0
            with open(saved, "rb") as file:
                after = file.read()[:-32]
        etcd.members[0].kill()
        return SoundLog(_records_in(etcd.members[0].site.data_folder), [before, after])


def _records_in(folder: Path) -> Records:
    records: Records = []
    for path in sorted((folder / "member/wal").glob("*.wal")):
        with ReadOnlyFile(str(path)) as file:
            for batch in Segment(file, Chain(), is_last=True).records():
                records += [(each.kind, each.data) for each in batch if each.kind != CRC]
    return records


def write_mutated(sound: SoundLog, seed: int, folder: Path) -> None:
    """Write the data directory of a seed."""
    dice = random.Random(seed)
    shutil.rmtree(folder / "member", ignore_errors=True)
    records = list(sound.records)
    as_bytes = dice.random() < 0.5
    if not as_bytes:
        for _ in range(dice.randrange(1, 6)):
            dice.choice(RECORD_CHANGES)(records, dice)
    _write(records, folder, dice)
    if as_bytes or dice.random() < 0.1:
        _damage_bytes(folder, dice)
    (folder / "member/snap").mkdir()
    if dice.random() < 0.9:
        (folder / "member/snap/db").write_bytes(dice.choice(sound.databases))


def _write(records: Records, folder: Path, dice: random.Random) -> None:
    """Write the records into one segment, or into several."""
    writer = LogWriter(folder)
    cuts = {dice.randrange(1, len(records) + 1) for _ in range(dice.choice((0, 0, 1, 3)))}
    for number, (kind, data) in enumerate(records):
        if number in cuts:
            writer.cut()
        writer.record(kind, data)
    writer.save(space=dice.choice((0, SPACE_BYTES)))


def _damage_bytes(folder: Path, dice: random.Random) -> None:
    for _ in range(dice.randrange(1, 5)):
        paths = sorted((folder / "member/wal").iterdir())
        if not paths:
            return
        path = dice.choice(paths)
        if dice.random() < 0.05:
            path.unlink()
            continue
        data = bytearray(path.read_bytes())
        dice.choice(BYTE_CHANGES)(data, dice)
        path.write_bytes(data)


def _flip(data: bytearray, dice: random.Random) -> None:
    if data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _number(data: bytearray, dice: random.Random) -> None:
    """Write a number where a frame may begin."""
    if len(data) > 16:
        at = dice.randrange(len(data) // 8 - 1) * 8
        size = dice.choice((1, 2, 4, 8))
        number = dice.choice(NUMBERS) & (1 << 8 * size) - 1
        data[at : at + size] = number.to_bytes(size, "little")


def _zero(data: bytearray, dice: random.Random) -> None:
    """Leave out sectors, as a disk that lost its power does."""
    at = dice.randrange(len(data) // 512 + 1) * 512
    size = min(dice.choice((512, 4096)), len(data) - at)
    data[at : at + size] = bytes(size)


def _cut(data: bytearray, dice: random.Random) -> None:
    if data:
        del data[dice.randrange(len(data)) :]


def _repeat(data: bytearray, dice: random.Random) -> None:
    """Put a part in again somewhere else."""
    if data:
        start = dice.randrange(len(data)) // 8 * 8
        part = data[start : start + dice.randrange(8, 4096, 8)]
        at = dice.randrange(len(data)) // 8 * 8
        data[at:at] = part


BYTE_CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(_flip, _flip, _number, _number),
    *(_zero, _cut, _repeat),
)


def _change_record(records: Records, dice: random.Random) -> None:
    at = dice.randrange(len(records))
    kind, data = records[at]
    records[at] = (kind, damaged(data, dice))


def _change_kind(records: Records, dice: random.Random) -> None:
    at = dice.randrange(len(records))
    records[at] = (dice.randrange(1, 6), records[at][1])


def _copy_record(records: Records, dice: random.Random) -> None:
    records.insert(dice.randrange(len(records)), dice.choice(records))


def _drop_record(records: Records, dice: random.Random) -> None:
    if len(records) > 1:
        del records[dice.randrange(len(records))]


def _drop_first(records: Records, dice: random.Random) -> None:
    """Let the log begin later, as one does whose first segments are deleted."""
    if len(records) > 10:
        del records[2 : dice.randrange(3, len(records) - 2)]


RECORD_CHANGES: tuple[Callable[[Records, random.Random], None], ...] = (
    *(_change_record, _change_record, _change_record, _change_record),
    *(_change_kind, _copy_record, _drop_record, _drop_first),
)


def read_all(folder: Path, seed: int) -> None:
    """List the log and apply it. Raises what is not one of our errors."""
    for reading in (_list, _apply):
        with suppress(PyetcdctlError, WireError):
            reading(str(folder))
    if not seed % COMMAND_EVERY:
        shape = ("--decode",) if seed % 20 else ("-w", "jsonl")
        done = run_here("wal", "--from", str(folder), *shape)
        assert done.exit_code in (0, 1), done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert "internal error" not in done.stderr, done.stderr


def _list(folder: str) -> None:
    with ExitStack() as opened, Log(folder) as log:
        for line in log_lines(log, lambda: beside(folder, opened)):
            line.read()


def _apply(folder: str) -> None:
    opened = OpenedFile(
        folder,
        FileReading(skip_hash_check=True),
        progress=lambda: nullcontext(lambda size: None),
        note=lambda line: None,
    )
    try:
        pages = FileSource(opened).range(EVERYTHING).pages()
        assert sum(1 for page in pages for _ in page.records()) >= 0
    finally:
        opened.close()
