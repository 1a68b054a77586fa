"""Run the lines of a batch in their order: alone, in shared transactions, or all in one."""

from __future__ import annotations

from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pyetcdctl.cli.batch.grouping import Operations
from pyetcdctl.cli.batch.lines import BatchLine, parse_line
from pyetcdctl.cli.main import invoke, report
from pyetcdctl.cli.session.streams import Buffer, Output
from pyetcdctl.client.grouping import Group, NotApplied, responses_to
from pyetcdctl.client.kv import commit
from pyetcdctl.errors import BadArguments, DeadlineExceeded, ExitCode, InvalidInput, PyetcdctlError
from pyetcdctl.rpc.txn import TxnRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyetcdctl.cli.batch.lines import LineReader
    from pyetcdctl.cli.session.process import Process
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.client.grouping import SentGroup
    from pyetcdctl.rpc.txn import RequestOp
    from pyetcdctl.rpc.wire import Message

_REFUSED = frozenset({"batch", "sandbox"})
_MOST_NUMBERS = 10


class BatchLimits(NamedTuple):
    """The limits of a batch: when it stops, and how much is sent at the same time."""

    stop_on_error: bool = False
    parallel: int = 1
    most_operations: int = 128


class LineResult(NamedTuple):
    """The result of one line: the bytes of both streams and the exit code."""

    line: BatchLine
    output: bytes
    error: bytes
    exit_code: int


class ResultWriter(Protocol):
    """Writes the results, one after the other."""

    def write(self, result: LineResult) -> None:
        """Write a result."""

    def flush(self) -> None:
        """Deliver the results so far."""


class _Sent(NamedTuple):
    lines: list[BatchLine]
    group: Group
    response: SentGroup


class Batch:
    """One run; ``session`` has the flags of every line. ``failed`` are the numbers of
    the lines that did not succeed.

    At most ``parallel`` transactions are under way. With one, the lines take effect in their order;
    with more, those that name the same key still do, and results come in the order of the lines.
    """

    def __init__(self, session: Session, limits: BatchLimits, writer: ResultWriter) -> None:
        self._session = session
        self._limits = limits
        self._writer = writer
        self._operations = Operations()
        self._groups_lines = (
            session.output.format == "simple"
            and not session.output.terminal
            and not session.is_read_only
        )
        self._sent: deque[_Sent] = deque()
        self._lines: list[BatchLine] = []
        self._group = Group(limits.most_operations)
        self.failed: list[int] = []
        self.total = 0
        self.stopped_at = 0
        """The last line that was run; 0 where all were."""

    def run(self, reader: LineReader) -> None:
        """Run every line, or those before an end by --stop-on-error or a lost server."""
        self._session.connection  # noqa: B018 - the lines share it
        try:
            for number, text in reader.lines():
                self._take(number, text)
                if reader.is_waiting:
                    self._finish()
            self._finish()
        except _Stopped:
            pass
        finally:
            self._writer.flush()

    def _take(self, number: int, text: bytes) -> None:
        try:
            line = parse_line(number, text)
        except InvalidInput as error:
            self._finish()
            self._show(_failure(self._session.process, BatchLine(number, []), error))
            return
        if line is None:
            return
        operation = self._operations.of(line) if self._groups_lines else None
        if operation is None:
            self._finish()
            self._alone(line)
            return
        if not self._group.takes(operation):
            self._send()
            self._group.takes(operation)
        self._lines.append(line)

    def _send(self) -> None:
        """Send the present group, after those that must take effect before it."""
        if not self._lines:
            return
        while len(self._sent) >= self._limits.parallel or any(
            sent.group.keys & self._group.keys for sent in self._sent
        ):
            self._collect()
        lines, group = self._lines, self._group
        self._lines, self._group = [], Group(self._limits.most_operations)
        try:
            response = group.send(self._session.connection)
        except PyetcdctlError:
            # Nothing was sent; each line reports its own error.
            while self._sent:
                self._collect()
            for line in lines:
                self._alone(line)
            return
        self._sent.append(_Sent(lines, group, response))

    def _finish(self) -> None:
        """Wait for all transactions under way, and write their results."""
        self._send()
        while self._sent:
            self._collect()
        self._writer.flush()

    def _collect(self) -> None:
        """Write the results of the oldest transaction."""
        sent = self._sent.popleft()
        try:
            responses = sent.response.responses()
        except NotApplied:
            for line in sent.lines:
                self._alone(line)
            return
        except PyetcdctlError as error:
            for line in sent.lines:
                self._show(_failure(self._session.process, line, error))
            if isinstance(error, DeadlineExceeded):
                self._stop(sent.lines[-1].number)
            return
        for line, response in zip(sent.lines, responses, strict=True):
            output = rendered(self._session, response)
            self._show(LineResult(line, output, b"", ExitCode.SUCCESS))

    def _alone(self, line: BatchLine) -> None:
        result = run_alone(self._session.process, line, self._session.flags)
        self._show(result)
        if result.exit_code and b"context deadline exceeded" in result.error:
            self._stop(line.number)

    def _show(self, result: LineResult) -> None:
        self.total += 1
        self._writer.write(result)
        if result.exit_code:
            self.failed.append(result.line.number)
            if self._limits.stop_on_error:
                self._stop(result.line.number)

    def _stop(self, number: int) -> None:
        self.stopped_at = number
        # Transactions under way still take effect, and their results are written.
        while self._sent:
            self._collect()
        raise _Stopped


class _Stopped(Exception):
    """The batch ends before its last line."""


def rendered(session: Session, response: Message | None) -> bytes:
    """Return what the command of one operation prints for its response."""
    buffer = Buffer()
    out = Output(buffer)
    session.printer.render(response, out, session.output)
    out.flush()
    return bytes(buffer.data)


def run_alone(process: Process, line: BatchLine, flags: Mapping[str, Any]) -> LineResult:
    """Run one line as a command of its own.

    It uses the connection of the process unless it names another cluster or user.
    """
    if line.arguments[0] in _REFUSED:
        return _failure(
            process, line, BadArguments(f"{line.arguments[0]} cannot be run as a line of a batch")
        )
    out, err = Buffer(), Buffer()
    with closing(process.beside(out, err, line.input)) as inner:
        inner.is_line_of_batch = True
        code = invoke(line.arguments, inner, flags)
        inner.streams.out.flush()
    return LineResult(line, bytes(out.data), bytes(err.data), int(code))


def _failure(process: Process, line: BatchLine, error: PyetcdctlError) -> LineResult:
    err = Buffer()
    code = report(error, process.beside(Buffer(), err, b"").streams)
    return LineResult(line, b"", bytes(err.data), int(code))


def listed(numbers: Sequence[int]) -> str:
    """Return line numbers as text, the first of them where they are many."""
    shown = ", ".join(map(str, numbers[:_MOST_NUMBERS]))
    return (
        f"{shown} and {len(numbers) - _MOST_NUMBERS:,} more" if numbers[_MOST_NUMBERS:] else shown
    )


def run_atomically(session: Session, reader: LineReader, writer: ResultWriter) -> int:
    """Commit all lines in one transaction and write each response; return the number of lines.

    Raises InvalidInput, before anything is sent, for a line that is not a plain operation on one
    key.
    """
    found = _operations(reader)
    if not found:
        return 0
    request = TxnRequest(success=[operation for _, operation in found])
    response = commit(session.connection, request, session.deadline())
    responses = responses_to(request.success, response)
    for (line, _), each in zip(found, responses, strict=True):
        output = rendered(session, each)
        writer.write(LineResult(line, output, b"", ExitCode.SUCCESS))
    writer.flush()
    return len(found)


def _operations(reader: LineReader) -> list[tuple[BatchLine, RequestOp]]:
    operations = Operations()
    found = []
    changed: dict[bytes, tuple[int, bool]] = {}
    for number, text in reader.lines():
        line = parse_line(number, text)
        if line is None:
            continue
        operation = operations.of(line)
        if operation is None:
            raise InvalidInput(
                f"line {number} cannot be a part of one transaction",
                "--atomic takes put KEY VALUE, get KEY and del KEY; nothing was done.",
            )
        _check_order(number, operation, changed)
        found.append((line, operation))
    return found


def _check_order(number: int, operation: RequestOp, changed: dict[bytes, tuple[int, bool]]) -> None:
    """Raise InvalidInput for a key that is put twice, or put and deleted, which etcd refuses in one
    transaction.
    """
    is_put = operation.request_put is not None
    request = operation.request_put or operation.request_delete_range
    if request is None:
        return
    earlier, was_put = changed.setdefault(request.key, (number, is_put))
    if earlier != number and (is_put or was_put):
        raise InvalidInput(
            f"lines {earlier} and {number} change the same key",
            "etcd allows one change of a key in a transaction; nothing was done.",
        )
