"""``put``: write a value under a key."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import Decode, NoDecode, PreviousValue, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.kubernetes import decoding
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.requests import PutOptions, put_request
from pyetcdctl.client.kv import put as put_key
from pyetcdctl.results import DecodedResponse
from pyetcdctl.rpc.kv import PutResponse

_EXAMPLE = """\
  pyetcdctl put /config/colour green
  pyetcdctl put /config/motd < motd.txt
  pyetcdctl put -- /config/offset -5"""

app = new_app()


class PutFlags(Flags):
    """The flags of ``put``."""

    decode: Decode = False
    ignore_lease: Annotated[
        bool, typer.Option("--ignore-lease", help="Keep the key's present lease.")
    ] = False
    ignore_value: Annotated[
        bool, typer.Option("--ignore-value", help="Keep the key's present value.")
    ] = False
    lease: Annotated[
        str, typer.Option("--lease", metavar="LEASE", help="The ID of a lease, in hexadecimal.")
    ] = "0"
    no_decode: NoDecode = False
    prev_kv: PreviousValue = False


@command(app, "put", _EXAMPLE, prints=(DecodedResponse, PutResponse))
def put(
    session: Session, key_and_value: Annotated[list[str], words("KEY [VALUE]")], flags: PutFlags
) -> None:
    """Write a value under a key.

    Without VALUE standard input is written as it is, its last line end included. A value that
    starts with a dash needs -- before the key.
    """
    shown = decoding(session, decode=flags.decode, no_decode=flags.no_decode)
    options = PutOptions(*(getattr(flags, name) for name in PutOptions._fields))
    request = put_request(key_and_value, options, lambda: _value(session))
    session.print_values(put_key(session.connection, request, session.deadline()), shown)


def _value(session: Session) -> bytes:
    if session.streams.input_is_terminal:
        session.note(
            "# the value is read from this terminal; Ctrl-D at the start of a line ends it"
        )
    return session.streams.input.read()
