"""Measure: ``python -m tests.benchmarks [ROW...] [--etcd PATH --etcdctl PATH]...``."""

from __future__ import annotations

import argparse
import compileall
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyetcdctl.sandbox.programs import find_programs
from tests.benchmarks.data import load, load_objects, sample_objects
from tests.benchmarks.measure import RunFailed, run
from tests.benchmarks.report import Pairs, headings, line
from tests.benchmarks.rows import PROJECT, rows
from tests.server import running

if TYPE_CHECKING:
    from pyetcdctl.sandbox.programs import Programs
    from tests.benchmarks.rows import Row

QUOTA = "--quota-backend-bytes=16000000000"
STREAMING = (3, 7)


def main() -> None:
    """Measure the rows on each server and print the table on stdout, all else on stderr."""
    options = _options()
    compileall.compile_dir(PROJECT / "pyetcdctl", quiet=1)
    print(headings(), flush=True)
    for index, etcd in enumerate(options.etcd or [""]):
        programs = find_programs(etcd, os.environ["PATH"])
        etcdctl = options.etcdctl[index] if index < len(options.etcdctl) else None
        _measure(programs, etcdctl or programs.beside("etcdctl"), options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=main.__doc__)
    parser.add_argument(
        "row",
        nargs="*",
        help="get, help, complete, keys, values, json, tree, du, jsonl, yaml, decode; all if none",
    )
    parser.add_argument(
        "--etcd", action="append", default=[], help="server to use; repeat for several"
    )
    parser.add_argument(
        "--etcdctl", action="append", default=[], type=Path, help="default: the one beside etcd"
    )
    parser.add_argument("--keys", type=int, default=1_000_000, help="how many keys to load")
    parser.add_argument("--rounds", type=int, default=5, help="how many pairs of runs")
    return parser.parse_args()


def _measure(programs: Programs, etcdctl: Path, options: argparse.Namespace) -> None:
    with running(programs, flags=(QUOTA,)) as etcd:
        report(f"loading {options.keys} keys into etcd {etcd.version}")
        load(etcd.address, options.keys)
        with running(programs, sample=True) as sample:
            load_objects(etcd.address, sample_objects(sample.address))
        streams = programs.release >= STREAMING
        for row in rows(etcd.address, Path(etcdctl), streams=streams):
            if not options.row or row.name in options.row:
                pairs = measured_pairs(row, options.rounds * row.rounds_factor)
                report(pairs.details())
                print(line(pairs.cells(etcd.version)), flush=True)


def measured_pairs(row: Row, rounds: int) -> Pairs:
    """Run both in turn; the first pair only warms the machine up."""
    pairs = Pairs(row, [], [])
    for number in range(rounds + 1):
        ours, theirs = run(row.ours, PROJECT), run(row.reference, PROJECT)
        if row.same_output and ours.output_size != theirs.output_size:
            raise RunFailed(f"{row.name}: {ours.output_size} bytes, not {theirs.output_size}")
        if number:
            pairs.ours.append(ours)
            pairs.reference.append(theirs)
    return pairs


def report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
