"""A known load of writes: ``python -m tests.benchmarks.writes [--etcd PATH] [--rate N]``.

``top`` must show its rate within 5 %; ``watch --diff`` must print 1,000 changes of a pod a second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections import deque
from datetime import datetime
from threading import Thread
from time import monotonic, sleep, time
from typing import TYPE_CHECKING

from pyetcdctl.client.connection import Connection
from pyetcdctl.sandbox.programs import find_programs
from pyetcdctl.settings import ConnectionSettings
from tests.benchmarks.data import ONE_OBJECT, send
from tests.benchmarks.watch import OURS, _await, _watch
from tests.runner import clean_environment
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.responses import PendingResponse

UNDER_WAY = 256
KEYS = 1_000
SECONDS = 10
PHASES = (b"Running", b"Pending")
PODS = 100


class Load(Thread):
    """Writes at a steady rate until it is stopped; ``marks`` are (time, writes done so far)."""

    def __init__(self, address: str, rate: int, puts_a_transaction: int) -> None:
        super().__init__(daemon=True)
        self._address = address
        self._rate = rate
        self._puts = puts_a_transaction
        self._done = 0
        self.is_stopped = False
        self.marks: list[tuple[float, int]] = []

    def run(self) -> None:
        """Write; a write that comes late is made up for."""
        connection = Connection(ConnectionSettings(endpoints=(self._address,)))
        replies: deque[PendingResponse] = deque()
        begin, written = monotonic(), 0
        while not self.is_stopped:
            while written < (monotonic() - begin) * self._rate and not self.is_stopped:
                pairs = [
                    (b"/registry/leases/ns/%d" % ((written + number) % KEYS), b"v" * 200)
                    for number in range(self._puts)
                ]
                replies.append(response := send(connection, pairs))
                response.when_done(self._note)
                written += self._puts
                if len(replies) > UNDER_WAY:
                    replies.popleft().result()
            sleep(0.002)
        connection.close()

    def _note(self) -> None:
        self._done += self._puts
        self.marks.append((time(), self._done))

    def rate(self, begin: float, end: float) -> float:
        """Return the writes a second between two moments."""
        inside = [mark for mark in self.marks if begin <= mark[0] <= end]
        (first, before), (last, after) = inside[0], inside[-1]
        return (after - before) / (last - first)


def main() -> None:
    """Print a table row for each load of ``top``, then one for each format of ``watch --diff``."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.writes", description=__doc__)
    parser.add_argument("--etcd", default="", help="server to use")
    parser.add_argument("--rate", type=int, default=5_000, help="writes a second")
    parser.add_argument("--changes", type=int, default=10_000)
    options = parser.parse_args()
    programs = find_programs(options.etcd, os.environ["PATH"])
    print("| work | etcd | load | shown | difference |\n|---|---|---|---|---|")
    for puts in (1, 10):
        for by in ("resource", "key", "manager"):
            with running(programs) as etcd:
                load, shown = _top(etcd.address, options.rate, puts, by)
            row = f"top --by {by}, {puts} a transaction | {programs.version}"
            print(
                f"| {row} | {load:,.0f}/s | {shown:,.0f}/s | {shown / load - 1:+.1%} |", flush=True
            )
    for words in ((), ("-w", "jsonl")):
        with running(programs) as etcd:
            pace = _changes(etcd.address, options.changes, words)
        row = f"watch --diff {' '.join(words)} of a pod | {programs.version}"
        print(f"| {row} | | {pace:,.0f}/s | |", flush=True)


def _top(address: str, rate: int, puts: int, by: str) -> tuple[float, float]:
    load = Load(address, rate, puts)
    load.start()
    words = (*OURS, "top", "--once", f"--for={SECONDS}s", "--by", by, "-w", "json")
    env = clean_environment({"ETCDCTL_ENDPOINTS": address})
    done = subprocess.run(words, env=env, stdout=subprocess.PIPE, check=True)
    load.is_stopped = True
    load.join()
    shown = json.loads(done.stdout)
    end = datetime.fromisoformat(shown["time"]).timestamp()
    return load.rate(end - shown["seconds"], end), shown["total"]["writes_per_second"]


def _changes(address: str, count: int, words: tuple[str, ...]) -> float:
    """Return how many changes a second are shown of those made before."""
    connection = Connection(ConnectionSettings(endpoints=(address,)))
    for _ in _sent(connection, count + PODS):
        pass
    connection.close()
    mark = b'{"revision":' if words else b"revision "
    with _watch(
        (*OURS, "watch", "/pods/", "--prefix", "--rev=2", "--diff", *words), address
    ) as out:
        count -= _await(out, mark, PODS)
        begin = monotonic()
        count += _await(out, mark, count)
        return count / (monotonic() - begin)


def _sent(connection: Connection, count: int) -> Iterator[None]:
    pod = bytes.fromhex(ONE_OBJECT.read_text())
    replies: deque[PendingResponse] = deque()
    for number in range(count):
        phase = PHASES[number // PODS % 2]
        replies.append(
            send(connection, [(b"/pods/%d" % (number % PODS), pod.replace(PHASES[0], phase))])
        )
        if len(replies) > UNDER_WAY:
            replies.popleft().result()
        yield
    for response in replies:
        response.result()


if __name__ == "__main__":
    main()
