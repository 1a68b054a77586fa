"""``txn``: several reads and writes in one transaction, depending on conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, TypeVar

import typer

from pyetcdctl.cli.flags.parameters import Decode, NoDecode, check_count, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.kubernetes import decoding
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.go_scan import BLANKS
from pyetcdctl.cli.words.txn_grammar import parse_compare, parse_operation
from pyetcdctl.client.kv import bounded, commit
from pyetcdctl.errors import InvalidInput
from pyetcdctl.results import DecodedResponse
from pyetcdctl.rpc.txn import RequestOp, TxnRequest, TxnResponse

_EXAMPLE = (
    r"""  printf '%s\n' 'ver("/lock") = "0"' '' 'put /lock me' '' 'get /lock' '' | pyetcdctl txn"""
)

Parsed = TypeVar("Parsed")

app = new_app()


class TxnFlags(Flags):
    """The flags of ``txn``."""

    decode: Decode = False
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Prompt for each block.")
    ] = False
    no_decode: NoDecode = False


@command(app, "txn", _EXAMPLE, prints=(DecodedResponse, TxnResponse))
def txn(
    session: Session, arguments: Annotated[list[str], words("< FILE")], flags: TxnFlags
) -> None:
    """Read and write several keys in one step, if conditions hold.

    Standard input holds three blocks, each ended by an empty line, the last one too: comparisons,
    operations if all of them hold, operations otherwise.

    \b
    Comparisons:  ver|create|mod|val|lease("KEY") =|!=|<|> "VALUE"
    Operations:   get, put and del as on the command line, with their own flags
    """
    check_count(0, arguments, "txn command does not accept argument")
    shown = decoding(session, decode=flags.decode, no_decode=flags.no_decode)
    connection = session.connection
    connection.begin()  # files and password are checked before anything is typed
    script = _Script(session, flags.interactive)
    request = TxnRequest(
        compare=script.block("compares:", parse_compare),
        success=script.block("success requests (get, put, del):", script.operation),
        failure=script.block("failure requests (get, put, del):", script.operation),
    )
    session.print_values(commit(bounded(connection, request), request, session.deadline()), shown)


class _Script:
    """Standard input, block by block."""

    def __init__(self, session: Session, interactive: bool) -> None:
        self._streams = session.streams
        self._interactive = interactive

    def block(self, prompt: str, parse: Callable[[str], Parsed]) -> list[Parsed]:
        """Read a block up to its empty line."""
        if self._interactive:
            self._streams.out.text(f"{prompt}\n")
            self._streams.out.flush()
        return [parse(line) for line in self._lines()]

    def operation(self, line: str) -> RequestOp:
        """Read one operation."""
        return parse_operation(line, self._streams.err)

    def _lines(self) -> Iterator[str]:
        while True:
            line = self._streams.input.readline()
            if not line.endswith(b"\n"):
                raise InvalidInput("EOF", "Each of the three blocks ends with an empty line.")
            text = line.decode("utf-8", "surrogateescape").strip(BLANKS)
            if not text:
                return
            yield text
