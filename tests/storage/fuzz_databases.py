"""Mutated databases, each read in every way; see fuzz.py."""

from __future__ import annotations

import random
import struct
from contextlib import nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.settings import FileReading
from pyetcdctl.storage.auth import stored_roles, stored_status, stored_user, stored_users
from pyetcdctl.storage.bolt.pages import META, Meta, Pages, fnv_1a
from pyetcdctl.storage.checking.snapshot import check_snapshot
from pyetcdctl.storage.file_source import FileSource
from pyetcdctl.storage.leases import stored_leases, stored_time_to_live
from pyetcdctl.storage.members import stored_alarms, stored_figures, stored_hash, stored_members
from pyetcdctl.storage.opening import OpenedFile
from pyetcdctl.storage.status import snapshot_status
from tests.storage.memory import InMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "mutated.db"
NUMBERS = (0, 1, 2, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
EVERYTHING = RangeRequest(key=b"\0", range_end=b"\0")


def mutated(data: bytes, seed: int) -> bytes:
    """Return a database with some damage, always the same for a seed."""
    chance = random.Random(seed)
    found = bytearray(data)
    for _ in range(chance.randrange(1, 8)):
        chance.choice((_flip, _number, _head, _copy_page, _meta, _cut))(found, chance)
    return bytes(found)


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _number(data: bytearray, chance: random.Random) -> None:
    """Write a number of 2, 4 or 8 bytes anywhere."""
    size = chance.choice((2, 4, 8))
    if len(data) > size:
        at = chance.randrange(len(data) - size)
        number = chance.choice(NUMBERS) & (1 << 8 * size) - 1
        data[at : at + size] = number.to_bytes(size, "little")


def _head(data: bytearray, chance: random.Random) -> None:
    """Change the head of a page, or an element of its table."""
    pages = len(data) // 4096
    if pages > 2:
        at = chance.randrange(pages) * 4096 + chance.randrange(0, 400, 2)
        data[at : at + 4] = (chance.choice(NUMBERS) & 0xFFFFFFFF).to_bytes(4, "little")


def _copy_page(data: bytearray, chance: random.Random) -> None:
    """Put a page in the place of another, with the other's number: loops, and keys out of order."""
    pages = len(data) // 4096
    if pages > 3:
        source, target = chance.randrange(2, pages), chance.randrange(2, pages)
        page = target.to_bytes(8, "little") + data[source * 4096 + 8 : (source + 1) * 4096]
        data[target * 4096 : (target + 1) * 4096] = page


def _meta(data: bytearray, chance: random.Random) -> None:
    """Change a meta page and give it the right checksum."""
    at = 4096 * chance.randrange(2) + 16
    if len(data) < at + META.size:
        return
    fields = list(Meta(*META.unpack_from(data, at)))
    index = chance.randrange(2, 9)
    fields[index] = chance.choice((*NUMBERS, fields[index] + 1, chance.randrange(100)))
    with suppress(struct.error):
        body = META.pack(*fields)[:-8]
        data[at : at + META.size] = body + fnv_1a(body).to_bytes(8, "little")


def _cut(data: bytearray, chance: random.Random) -> None:
    if data and chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]


def write_mutated(data: bytes, seed: int, folder: Path) -> None:
    """Write the database of a seed."""
    (folder / NAME).write_bytes(mutated(data, seed))


def read_all(folder: Path, seed: int) -> None:
    """Read it in every way. Raises what is not one of our errors."""
    path = folder / NAME
    for reading in (_read_source, _salvage, _check, _status):
        with suppress(PyetcdctlError, WireError):
            reading(str(path))


def _check(path: str) -> None:
    check_snapshot(path, lambda key, value: "")


def _status(path: str) -> None:
    snapshot_status(path)


def _read_source(path: str) -> None:
    _read(path, FileReading(skip_hash_check=True, use_log=False))


def _salvage(path: str) -> None:
    _read(path, FileReading(use_log=False, salvage=True))


def _read(path: str, reading: FileReading) -> None:
    opened = OpenedFile(
        path,
        reading,
        progress=lambda: nullcontext(lambda size: None),
        note=lambda line: None,
    )
    try:
        for question in _questions(opened):
            with suppress(PyetcdctlError, WireError):
                question()
    finally:
        opened.close()


def _questions(opened: OpenedFile) -> Iterator[Callable[[], object]]:
    source = FileSource(opened)

    def pages(request: RangeRequest) -> Callable[[], object]:
        return lambda: [list(page.records()) for page in source.range(request).pages()]

    yield pages(RangeRequest(key=b"a/1"))
    yield pages(EVERYTHING)
    yield pages(RangeRequest(key=b"\0", range_end=b"\0", keys_only=True))
    yield pages(RangeRequest(key=b"a/", range_end=b"b", revision=12, sort_target=4, sort_order=2))
    yield lambda: source.ranges([EVERYTHING, RangeRequest(key=b"t/1")])
    yield lambda: stored_leases(opened)
    yield lambda: stored_time_to_live(opened, 1, with_keys=True)
    yield lambda: [stored_users(opened), stored_roles(opened), stored_status(opened)]
    yield lambda: stored_user(opened, "alice")
    yield lambda: stored_members(opened)
    yield lambda: stored_alarms(opened)
    yield lambda: stored_figures(opened)
    yield lambda: stored_hash(opened, 0)


def sound_database() -> bytes:
    """Return a database of a real server with all that a file has."""
    from tests.runner import run_here
    from tests.server import running
    from tests.storage.invocations import write_data

    with TemporaryDirectory() as folder, running() as etcd:
        write_data(etcd)
        path = Path(folder) / "sound.db"
        assert run_here("snapshot", "save", str(path), env=etcd.environment).exit_code == 0
        data = path.read_bytes()[:-32]
    assert Pages(InMemory(data), len(data)).page_size == 4096
    return data
