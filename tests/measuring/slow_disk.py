"""A server whose log is written to a disk that stalls now and then.

The kernel hands each fdatasync of the server over to us (a seccomp filter with a listener), so the
fault is the same on every machine, however fast or slow its own disk is. Run as a program, this
file becomes the server behind such a filter.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import socket
import struct
import sys
import threading
from contextlib import closing, contextmanager, suppress
from time import sleep

_SYSCALLS = {"x86_64": (75, 317), "aarch64": (83, 277)}  # fdatasync, seccomp
_SET_NO_NEW_PRIVILEGES, _SET_FILTER, _NEW_LISTENER = 38, 1, 8
_LOAD_NUMBER, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_STALLS_ONCE_IN = 25


@contextmanager
def stalling_log(member, seconds):
    """Start a member anew whose log stalls once in 25 times; it is killed at the end."""
    member.stop()
    path = str(member.site.data_folder.with_name("stalls"))
    before = member.command
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(path)
        server.listen()
        server.settimeout(60)
        member.command = (sys.executable, "-I", "-S", __file__, path, *before)
        member.start()
        with closing(server.accept()[0]) as launcher:
            reason, (listener,) = _received(launcher)
    if reason:
        import pytest  # the server's part runs without it

        pytest.skip(f"the kernel lets no test stall a disk: {reason}")
    threading.Thread(target=_serve, args=(listener, seconds), daemon=True).start()
    try:
        member.wait_until_healthy()
        yield
    finally:
        member.kill()
        member.command = before


def _received(launcher):
    reason, listeners, _, _ = socket.recv_fds(launcher, 100, 1)
    return reason.decode().strip(), listeners or [None]


def _serve(listener, seconds):
    """Respond to each fdatasync; it does nothing: what the disk does is not what is measured."""
    waiting = select.poll()
    waiting.register(listener, select.POLLIN)
    number = 0
    while waiting.poll()[0][1] & select.POLLIN:
        with suppress(OSError):
            call = bytearray(fcntl.ioctl(listener, _RECEIVE, bytes(80)))
            number += _is_of_log(call)
            if number % _STALLS_ONCE_IN == 0 and _is_of_log(call):
                sleep(seconds)
            fcntl.ioctl(listener, _SEND, call[:8] + bytes(16))
    os.close(listener)


def _is_of_log(call):
    thread, file = struct.unpack_from("<8xI", call)[0], struct.unpack_from("<Q", call, 32)[0]
    return os.readlink(f"/proc/{thread}/fd/{file}").endswith(".wal")


def _filter(fdatasync):
    """Return the program: hand over this call, allow all others."""
    steps = ((_LOAD_NUMBER, 0, 0, 0), (_JUMP_IF_EQUAL, 0, 1, fdatasync))
    steps += ((_RETURN, 0, 0, _NOTIFY), (_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", *step) for step in steps)


def _install():
    """Put the filter before this process; return its listener."""
    fdatasync, seccomp = _SYSCALLS[os.uname().machine]
    libc = ctypes.CDLL(None, use_errno=True)
    steps = ctypes.create_string_buffer(_filter(fdatasync))
    program = struct.pack("@HP", 4, ctypes.addressof(steps))
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    listener = libc.syscall(seccomp, _SET_FILTER, _NEW_LISTENER, program)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


def _become(path, *command):
    with closing(socket.socket(socket.AF_UNIX)) as parent:
        parent.connect(path)
        try:
            socket.send_fds(parent, [b"\n"], [_install()])
        except (OSError, KeyError) as error:
            parent.sendall(str(error).encode())
            return
    os.execv(command[0], command)


if __name__ == "__main__":
    _become(*sys.argv[1:])
