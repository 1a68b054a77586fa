"""Events a second of a watch: ``python -m tests.benchmarks.watch [--etcd PATH] [--etcdctl PATH]``.

``history`` reads what has happened before, many events in a response. ``live`` receives each write
as a response of its own while it is made; the clock runs from the first write to the last event.
Last, ``history`` of a pod with 1,000 revisions beside a watch of it: at least a third as fast.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.rpc.kv import PUT, PutRequest
from pyetcdctl.sandbox.programs import find_programs
from pyetcdctl.settings import ConnectionSettings
from tests.benchmarks.data import ONE_OBJECT, load, send
from tests.runner import clean_environment
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OURS = (sys.executable, "-m", "pyetcdctl")
MARKS = {"simple": b"PUT\n", "json": b'{"kv":'}
ROUNDS = 3
HISTORY_ROUNDS = 21
SYNC_SECONDS = 0.1
"""A server starts watches of the past this often (mvcc/watchable_store.go, watchResyncPeriod)."""
WRITES_UNDER_WAY = 64
LIVE_PREFIX = "/live/"
POD, REVISIONS = "/registry/pods/shop/web-1", 1_000


def main() -> None:
    """Print a table row for each kind of watch and format."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.watch", description=__doc__)
    parser.add_argument("--etcd", default="", help="server to use")
    parser.add_argument("--etcdctl", type=Path, help="default: the one beside etcd")
    parser.add_argument("--events", type=int, default=100_000)
    options = parser.parse_args()
    programs = find_programs(options.etcd, os.environ["PATH"])
    theirs = (str(options.etcdctl or programs.beside("etcdctl")),)
    print("| watch | etcd | ours, events/s | etcdctl, events/s | ratio |\n|---|---|---|---|---|")
    for kind in (_history, _live):
        for name in MARKS:
            with running(programs) as etcd:
                ours, reference = kind(etcd.address, name, options.events, theirs)
            ratio = f"{ours / reference:.2f}"
            row = (f"{kind.__name__[1:]}, {name}", programs.version, f"{ours:,.0f}")
            print(f"| {' | '.join((*row, f'{reference:,.0f}', ratio))} |", flush=True)
    with running(programs) as etcd:
        ours, reference = _of_a_pod(etcd.address, theirs)
    cells = ("history of a pod", programs.version, f"{ours:,.0f}", f"{reference:,.0f}")
    print(f"| {' | '.join((*cells, f'{ours / reference:.2f}'))} |", flush=True)


def _of_a_pod(address: str, theirs: Sequence[str]) -> tuple[float, float]:
    """Return the revisions a second of our whole program, and of a watch until it has them all."""
    pod = bytes.fromhex(ONE_OBJECT.read_text())
    connection = Connection(ConnectionSettings(endpoints=(address,)))
    for number in range(REVISIONS):
        phase = b"Running" if number % 2 else b"Pending"
        send(connection, [(POD.encode(), pod.replace(b"Running", phase))]).result()
    connection.close()
    env = clean_environment({"ETCDCTL_ENDPOINTS": address})
    ours, reference = [], []
    chance = Random(1)
    for _ in range(HISTORY_ROUNDS):
        # Otherwise each run starts where the one before has ended, with the same wait every time.
        sleep(chance.uniform(0, SYNC_SECONDS))
        start = perf_counter()
        done = subprocess.run((*OURS, "history", POD), env=env, capture_output=True, check=True)
        ours.append(REVISIONS / (perf_counter() - start))
        assert done.stdout.count(b"\tupdated\t") == REVISIONS - 1
        sleep(chance.uniform(0, SYNC_SECONDS))
        start = perf_counter()
        with _watch((*theirs, "watch", POD, "--rev", "1"), address) as output:
            _await(output, MARKS["simple"], REVISIONS)
        reference.append(REVISIONS / (perf_counter() - start))
    return median(ours), median(reference)


def _history(address: str, name: str, events: int, theirs: Sequence[str]) -> tuple[float, float]:
    load(address, events)
    words = ("watch", "/registry", "--prefix", "--rev", "1", "-w", name)
    best = [0.0, 0.0]
    for _ in range(ROUNDS):
        for index, program in enumerate((OURS, theirs)):
            start = perf_counter()
            with _watch((*program, *words), address) as output:
                _await(output, MARKS[name], events)
            best[index] = max(best[index], events / (perf_counter() - start))
    return best[0], best[1]


def _live(address: str, name: str, events: int, theirs: Sequence[str]) -> tuple[float, float]:
    events //= 5
    words = ("watch", LIVE_PREFIX, "--prefix", "--rev", "1", "-w", name)
    best, written = [0.0, 0.0], 0
    _write(address, 1)
    written += 1
    for _ in range(ROUNDS):
        for index, program in enumerate((OURS, theirs)):
            with _watch((*program, *words), address) as output:
                _await(output, MARKS[name], written)
                start = perf_counter()
                _write(address, events)
                _await(output, MARKS[name], events)
                best[index] = max(best[index], events / (perf_counter() - start))
            written += events
    return best[0], best[1]


def _write(address: str, count: int) -> None:
    connection = Connection(ConnectionSettings(endpoints=(address,)))
    under_way: deque[object] = deque()
    for number in range(count):
        request = PutRequest(key=f"{LIVE_PREFIX}{number % 100}".encode(), value=b"v" * 100)
        deadline = Deadline.after(60)
        under_way.append(connection.future(PUT, request.encode(), deadline=deadline))
        if len(under_way) > WRITES_UNDER_WAY:
            under_way.popleft().result()  # type: ignore[attr-defined]
    for response in under_way:
        response.result()  # type: ignore[attr-defined]
    connection.close()


@contextmanager
def _watch(words: Sequence[str], address: str) -> Iterator[int]:
    env = clean_environment({"ETCDCTL_ENDPOINTS": address})
    process = subprocess.Popen(words, env=env, stdout=subprocess.PIPE)
    assert process.stdout
    try:
        yield process.stdout.fileno()
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _await(output: int, mark: bytes, count: int) -> int:
    """Read until so many marks have been seen; return how many more there were."""
    rest = b""
    while count > 0:
        data = os.read(output, 1 << 20)
        if not data:
            raise RuntimeError("the watch ended")
        data = rest + data
        count -= data.count(mark)
        last = data.rfind(mark)
        rest = data[last + len(mark) :][-len(mark) + 1 :] if last >= 0 else data[-len(mark) + 1 :]
    return -count


if __name__ == "__main__":
    main()
