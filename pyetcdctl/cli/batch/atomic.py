"""All lines of a batch as one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.batch.grouping import Operations
from pyetcdctl.cli.batch.lines import parse_line
from pyetcdctl.cli.batch.running import LineResult, rendered
from pyetcdctl.client.kv import commit
from pyetcdctl.errors import ExitCode, InvalidInput
from pyetcdctl.rpc.txn import TxnRequest

if TYPE_CHECKING:
    from pyetcdctl.cli.batch.lines import BatchLine, LineReader
    from pyetcdctl.cli.batch.running import ResultWriter
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.rpc.txn import RequestOp


def run_atomically(session: Session, reader: LineReader, writer: ResultWriter) -> int:
    """Commit all lines at once and show each response; return how many lines there were.

    Raises InvalidInput, before anything is sent, for a line that is not a plain operation on one
    key.
    """
    found = _operations(reader)
    if not found:
        return 0
    request = TxnRequest(success=[operation for _, operation in found])
    response = commit(session.connection, request, session.deadline())
    for (line, _), each in zip(found, response.responses, strict=True):
        output = rendered(session, each.answer)
        writer.write(LineResult(line, output, b"", ExitCode.SUCCESS))
    writer.flush()
    return len(found)


def _operations(reader: LineReader) -> list[tuple[BatchLine, RequestOp]]:
    operations = Operations()
    found = []
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
        found.append((line, operation))
    return found
