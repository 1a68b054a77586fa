"""Read mutated files: ``python -m tests.storage.fuzz --kind database|log|both [--rounds N]``.

Each seed is one file, always the same for ``--seed N``. Whatever its bytes are, reading it ends
soon, with a result or with one of our errors, and takes little memory.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import resource
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.storage import live_copy
from tests.storage import fuzz_databases
from tests.storage.wal import fuzz_logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_SECONDS = 10.0
"""Of the processor, so that a busy machine does not count; a reading that waits has more."""
MOST_SECONDS_WAITED = 900.0
MOST_BYTES = 2 << 30
"""Of address space, threads and libraries with it."""
IN_MEMORY = "/dev/shm"
BOTH = "both"
REPORT_EVERY = 1000


class Kind(NamedTuple):
    """What is mutated: made once, written to a folder for each seed, and read there."""

    make: Callable[[], Any]
    write: Callable[[Any, int, Path], None]
    read: Callable[[Path, int], None]


KINDS = {
    "database": Kind(
        fuzz_databases.sound_database, fuzz_databases.write_mutated, fuzz_databases.read_all
    ),
    "log": Kind(fuzz_logs.sound_log, fuzz_logs.write_mutated, fuzz_logs.read_all),
}


class TooLong(BaseException):
    """A reading has not ended in time; not an Exception, so that no handler takes it for one."""


def run(kind: Kind, sound: Any, seeds: range, folder: Path) -> float:
    """Read one file for each seed; return the processor's seconds that the slowest took."""
    slowest = 0.0
    for seed in seeds:
        kind.write(sound, seed, folder)
        start = time.process_time()
        try:
            with limited(MOST_SECONDS, MOST_SECONDS_WAITED):
                kind.read(folder, seed)
        except BaseException:
            print(f"seed {seed}", file=sys.stderr)
            raise
        slowest = max(slowest, time.process_time() - start)
    return slowest


@contextmanager
def limited(seconds: float, seconds_waited: float) -> Iterator[None]:
    """Raise TooLong after so many seconds; a call into C that does not return ends the process."""

    def stop(number: int, frame: object) -> None:
        raise TooLong(signal.Signals(number).name)

    timers = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    before = {number: signal.signal(number, stop) for number in timers}
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds_waited)
    faulthandler.dump_traceback_later(2 * seconds_waited, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        for number, timer in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])


def main() -> None:
    """Read so many mutated files; print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.storage.fuzz", description=__doc__)
    parser.add_argument("--kind", choices=(*KINDS, BOTH), required=True)
    parser.add_argument("--rounds", type=int, default=10_000, help="files in all")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    kinds = list(KINDS) if options.kind == BOTH else [options.kind]
    sounds = {name: KINDS[name].make() for name in kinds}
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    live_copy.LOCKS = os.devnull  # no server writes these files: a list of all locks takes long
    print(f"seeds from {options.seed} on", flush=True)
    started = time.monotonic()
    slowest = 0.0
    seeds = range(options.seed, options.seed + options.rounds)
    for at in range(0, len(seeds), REPORT_EVERY):
        for number, name in enumerate(kinds):
            part = seeds[at : at + REPORT_EVERY][number :: len(kinds)]
            with TemporaryDirectory(dir=IN_MEMORY if os.path.isdir(IN_MEMORY) else None) as folder:
                slowest = max(slowest, run(KINDS[name], sounds[name], part, Path(folder)))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(
            f"{min(at + REPORT_EVERY, len(seeds))} mutated files ({' and '.join(kinds)}) were read"
            f" in {time.monotonic() - started:.0f} s, the slowest in {slowest:.2f} s of the"
            f" processor; {memory} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
