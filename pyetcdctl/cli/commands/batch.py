"""``batch``: run many commands in one process."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Any, BinaryIO

import typer

from pyetcdctl.cli.batch.lines import LineReader
from pyetcdctl.cli.batch.running import (
    Batch,
    BatchLimits,
    LineResult,
    ResultWriter,
    listed,
    run_atomically,
)
from pyetcdctl.cli.flags.parameters import number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.streams import Streams
from pyetcdctl.errors import BadArguments, PyetcdctlError, UsageError

_EXAMPLE = """\
  printf '%s\\n' 'put /config/colour green' 'get /config/colour' | pyetcdctl batch
  pyetcdctl batch changes.txt --stop-on-error
  jq -c '["put", .key, .value]' keys.json | pyetcdctl batch --parallel 8"""
_MOST_PARALLEL = 64

app = new_app()


class BatchFlags(Flags):
    """The flags of ``batch``."""

    atomic: Annotated[
        bool, typer.Option("--atomic", help="All lines in one transaction: all or none.")
    ] = False
    parallel: Annotated[
        int, number("--parallel", "Transactions under way at once; lines on one key keep order.")
    ] = 1
    stop_on_error: Annotated[
        bool, typer.Option("--stop-on-error", help="Run no line after one that failed.")
    ] = False
    txn_ops: Annotated[
        int, number("--txn-ops", "Maximum lines in one transaction; 1 for none.")
    ] = 128


@command(app, "batch", _EXAMPLE)
def batch(
    session: Session, file: Annotated[list[str], words("[FILE | -]")], flags: BatchFlags
) -> None:
    """Run many commands in one process.

    All lines share one connection. A line is a command without the program's name, quoted as in
    txn: '...' is verbatim, "..." knows \\n and \\xNN. Or it is JSON: ["put","key","value"],
    {"args":["put","key"],"input":"value"}, and {"base64":"..."} for a word that is not UTF-8. Blank
    lines and lines that begin with # are skipped.

    Responses come in the order of the lines, as the single commands print them; -w jsonl writes
    {"line":N,"exit_code":N,"output":TEXT,"error":TEXT} instead. Neighbouring lines that put, get or
    delete one key share a transaction, and so a revision, unless --txn-ops is 1.

    A command of etcdctl's that runs until it is interrupted, such as watch, holds up the lines
    after it; one that etcdctl does not have, such as top without --once, is refused.

    The exit code is 1 if any line failed. When no server responds, the lines that follow are not
    run.
    """
    _check(file, flags)
    as_json = session.flags.get("write-out") == "jsonl"
    writer: ResultWriter = _JsonLines(session.streams) if as_json else _Plain(session.streams)
    lines = Session(session.process, _without_format(session.flags) if as_json else session.flags)
    source = _opened(file, session.streams)
    reader = LineReader(source)
    if flags.atomic:
        lines.check_may_run("batch --atomic")
        run_atomically(lines, reader, writer)
        return
    limits = BatchLimits(flags.stop_on_error, flags.parallel, flags.txn_ops)
    run = Batch(lines, limits, writer)
    run.run(reader)
    _report_failures(run)


def _without_format(flags: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flags.items() if name != "write-out"}


def _check(file: list[str], flags: BatchFlags) -> None:
    if len(file) > 1:
        raise UsageError("batch takes one FILE, or - for standard input")
    if not 1 <= flags.parallel <= _MOST_PARALLEL:
        raise BadArguments(f"--parallel is a number from 1 to {_MOST_PARALLEL}")
    if flags.txn_ops < 1:
        raise BadArguments("--txn-ops is a number from 1 on")
    if flags.atomic and flags.parallel > 1:
        raise BadArguments("--atomic is one transaction: --parallel does not apply")


def _opened(file: list[str], streams: Streams) -> BinaryIO:
    if file and file != ["-"]:
        return open(os.fsencode(file[0]), "rb")
    return streams.input


def _report_failures(run: Batch) -> None:
    if not run.failed:
        return
    which = "line" if len(run.failed) == 1 else "lines"
    advice = []
    if run.stopped_at:
        advice.append(f"The lines after {run.stopped_at} were not run.")
    raise PyetcdctlError(
        f"{len(run.failed):,} of {run.total:,} lines failed: {which} {listed(run.failed)}", *advice
    )


class _Plain:
    """What each command prints, one after the other."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def write(self, result: LineResult) -> None:
        """Write the output; an error goes to standard error, after the earlier output."""
        self._streams.out.write(result.output)
        if result.error:
            self.flush()
            prefix = f"line {result.line.number}: " if result.exit_code else ""
            text = result.error.decode("utf-8", "surrogateescape").rstrip("\n")
            self._streams.err.line(f"{prefix}{text}")

    def flush(self) -> None:
        """Deliver the output so far."""
        self._streams.out.flush()


class _JsonLines:
    """One JSON object for each line."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def write(self, result: LineResult) -> None:
        """Write a result."""
        shown = {
            "line": result.line.number,
            "exit_code": result.exit_code,
            **_text("output", result.output),
            **_text("error", result.error),
        }
        self._streams.out.text(json.dumps(shown, separators=(",", ":")) + "\n")

    def flush(self) -> None:
        """Deliver the output so far."""
        self._streams.out.flush()


def _text(name: str, data: bytes) -> dict[str, str]:
    """Return a member with the bytes as text; in base64 under another name where they are not
    UTF-8.
    """
    if not data and name == "error":
        return {}
    try:
        return {name: data.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": b64encode(data).decode()}
