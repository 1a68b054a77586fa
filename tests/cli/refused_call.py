"""A process whose fsync fails in the kernel: a filter of system calls, which needs no root."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

FSYNC = {"x86_64": 74, "aarch64": 82}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
FILTER_MODE = 2
LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
FAIL, ALLOW = 0x50000, 0x7FFF0000

LIBC = ctypes.CDLL(None)


def refuse_fsync() -> None:
    """Let every fsync of this process, and of its children, end with an I/O error."""
    steps = (
        (LOAD_NUMBER, 0, 0, 0),
        (JUMP_IF_EQUAL, 0, 1, FSYNC[platform.machine()]),
        (RETURN, 0, 0, FAIL | errno.EIO),
        (RETURN, 0, 0, ALLOW),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HP", len(steps), ctypes.addressof(code))
    if LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or LIBC.prctl(
        PR_SET_SECCOMP, FILTER_MODE, program, 0, 0
    ):
        raise OSError("this kernel filters no system calls")
