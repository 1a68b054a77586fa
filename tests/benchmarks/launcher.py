"""Run a program, read all that it prints, and print the figures of the run as four numbers.

A program of its own: a child's peak memory counts what its parent held when it was started, so the
parent must be small. Its arguments are the program's.
"""

import os
import sys
from time import perf_counter

PIPE_READ = 1 << 16


def main() -> int:
    """Print seconds, seconds until the first output, bytes printed, and peak bytes of memory."""
    reading, writing = os.pipe()
    begin = perf_counter()
    process = os.posix_spawnp(
        sys.argv[1],
        sys.argv[1:],
        dict(os.environ),
        file_actions=[
            (os.POSIX_SPAWN_DUP2, writing, 1),
            (os.POSIX_SPAWN_CLOSE, writing),
            (os.POSIX_SPAWN_CLOSE, reading),
        ],
    )
    os.close(writing)
    output, first = 0, 0.0
    while chunk := os.read(reading, PIPE_READ):
        first = first or perf_counter() - begin
        output += len(chunk)
    _, status, usage = os.wait4(process, 0)
    print(perf_counter() - begin, first, output, usage.ru_maxrss * 1024)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
