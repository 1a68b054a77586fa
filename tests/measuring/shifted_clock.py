"""A server whose clock is wrong: the kernel's function that it reads the time by is replaced.

Each process has that function in memory of its own (the vDSO), and Go calls nothing else, so that
one server of this machine can live in another hour than all the others.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import struct
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server import freeze, thaw


@contextmanager
def clock_behind(member, seconds):
    """Let a server's clock be so many seconds behind, until the block ends."""
    if platform.machine() != "x86_64":
        _skip(f"there is no such function for {platform.machine()}")
    before = _exchange(member, _function(seconds))
    try:
        yield
    finally:
        _exchange(member, before)


def _skip(reason):
    pytest.skip(f"no test can change a server's clock here: {reason}")


def _function(seconds):
    """Return the machine code: call the kernel, and go back where the clock is that of days."""
    code = b"\xb8\xe4\x00\x00\x00\x0f\x05"  # clock_gettime
    code += b"\x85\xff\x75\x07"  # another clock than CLOCK_REALTIME: leave it
    return code + b"\x48\x81\x2e" + struct.pack("<i", seconds) + b"\xc3"


def _exchange(member, code):
    """Write a function's code into a server that stands still; return what was there."""
    place = _vdso(member.process_id)[0] + _offset()
    _freeze_elsewhere(member)
    try:
        with open(f"/proc/{member.process_id}/mem", "r+b", buffering=0) as memory:
            memory.seek(place)
            before = memory.read(len(code))
            memory.seek(place)
            memory.write(code)
    except OSError as error:
        _skip(f"its memory cannot be written: {error}")
    finally:
        thaw(member)
    return before


def _freeze_elsewhere(member):
    """Freeze a server at a moment at which no thread is within the function."""
    start, end = _vdso(member.process_id)
    while True:
        freeze(member)
        if not any(start <= each < end for each in _program_counters(member)):
            return
        thaw(member)


def _program_counters(member):
    """Return where each thread of a frozen server is."""
    threads = Path(f"/proc/{member.process_id}/task").glob("*/syscall")
    try:
        return [int(path.read_text().split()[-1], 16) for path in threads]
    except OSError as error:
        thaw(member)
        _skip(f"its threads cannot be looked at: {error}")


def _vdso(process_id):
    maps = Path(f"/proc/{process_id}/maps").read_text()
    found = re.search(r"^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$", maps, re.MULTILINE)
    if not found:
        _skip("the kernel gives its processes no such function")
    return int(found[1], 16), int(found[2], 16)


def _offset():
    """Return where the function is, as in any process: in this one."""
    try:
        library = ctypes.CDLL("linux-vdso.so.1")
        function = ctypes.cast(library.__vdso_clock_gettime, ctypes.c_void_p).value
    except (OSError, AttributeError) as error:
        _skip(str(error))
    return function - _vdso(os.getpid())[0]
