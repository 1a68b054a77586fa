"""``put``: write a value under a key."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import Decode, NoDecode, PreviousValue, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.decoding import decoding
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.requests import PutFlags, put_request
from pyetcdctl.client.kv import put as put_key
from pyetcdctl.results import DecodedAnswer
from pyetcdctl.rpc.kv import PutResponse

_EXAMPLE = """\
  pyetcdctl put /config/colour green
  pyetcdctl put /config/motd < motd.txt
  pyetcdctl put -- /config/offset -5"""

app = new_app()


@command(app, "put", _EXAMPLE, prints=(DecodedAnswer, PutResponse))
def put(
    ctx: typer.Context,
    key_and_value: Annotated[list[str], words("KEY [VALUE]")] = [],  # noqa: B006 - Typer copies it
    decode: Decode = False,
    ignore_lease: Annotated[
        bool, typer.Option("--ignore-lease", help="Keep the key's present lease.")
    ] = False,
    ignore_value: Annotated[
        bool, typer.Option("--ignore-value", help="Keep the key's present value.")
    ] = False,
    lease: Annotated[
        str, typer.Option("--lease", metavar="string", help="Id of a lease, hexadecimal.")
    ] = "0",
    no_decode: NoDecode = False,
    prev_kv: PreviousValue = False,
) -> None:
    """Write a value under a key.

    Without VALUE standard input is written as it is, its last line end included. A value that
    starts with a dash needs -- before the key.
    """
    session: Session = ctx.obj
    shown = decoding(session, decode=decode, no_decode=no_decode)
    flags = PutFlags(ignore_lease, ignore_value, lease, prev_kv)
    request = put_request(key_and_value, flags, session.streams.input.read)
    session.print_values(put_key(session.connection, request, session.deadline()), shown)
