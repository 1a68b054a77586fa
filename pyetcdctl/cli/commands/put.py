"""``put``: write a value under a key."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.arguments import lease_id, raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.options import PreviousValue, words
from pyetcdctl.cli.session import Session
from pyetcdctl.cli.streams import Streams
from pyetcdctl.client.kv import put as put_key
from pyetcdctl.errors import BadArguments
from pyetcdctl.rpc.kv import PutRequest

_EXAMPLE = """\
  pyetcdctl put /config/colour green
  pyetcdctl put /config/motd < motd.txt
  pyetcdctl put -- /config/offset -5"""

_NEEDS_VALUE = "put command needs 1 argument and input from stdin or 2 arguments"

app = new_app()


@command(app, "put", _EXAMPLE)
def put(
    ctx: typer.Context,
    key_and_value: Annotated[list[str], words("KEY [VALUE]")] = [],  # noqa: B006 - Typer copies it
    ignore_lease: Annotated[
        bool, typer.Option("--ignore-lease", help="Keep the key's present lease.")
    ] = False,
    ignore_value: Annotated[
        bool, typer.Option("--ignore-value", help="Keep the key's present value.")
    ] = False,
    lease: Annotated[
        str, typer.Option("--lease", metavar="string", help="Id of a lease, hexadecimal.")
    ] = "0",
    prev_kv: PreviousValue = False,
) -> None:
    """Write a value under a key.

    Without VALUE standard input is written as it is, its last line end included. A value that
    starts with a dash needs -- before the key.
    """
    session: Session = ctx.obj
    _check_words(key_and_value, ignore_value)
    value = b"" if ignore_value else _value(key_and_value, session.streams)
    request = PutRequest(
        key=raw(key_and_value[0]),
        value=value,
        lease=lease_id(lease),
        prev_kv=prev_kv,
        ignore_value=ignore_value,
        ignore_lease=ignore_lease,
    )
    session.print(put_key(session.connection, request, session.deadline()))


def _check_words(key_and_value: list[str], ignore_value: bool) -> None:
    if not key_and_value:
        raise BadArguments(_NEEDS_VALUE)
    if ignore_value and len(key_and_value) > 1:
        raise BadArguments("put command needs only 1 argument when 'ignore-value' is set")


def _value(key_and_value: list[str], streams: Streams) -> bytes:
    if len(key_and_value) > 1:
        return raw(key_and_value[1])
    value = streams.input.read()
    if not value:
        raise BadArguments(_NEEDS_VALUE)
    return value
