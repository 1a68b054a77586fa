"""``del``: delete a key or a range of keys."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import Decode, FromKey, NoDecode, Prefix, PreviousValue, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.kubernetes import decoding
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.requests import DeleteOptions, delete_request, leave_time_to_think
from pyetcdctl.client.kv import bounded, delete
from pyetcdctl.results import DecodedResponse
from pyetcdctl.rpc.kv import DeleteRangeResponse

_EXAMPLE = "  pyetcdctl del /config/colour --prev-kv"

app = new_app()


class DelFlags(Flags):
    """The flags of ``del``."""

    decode: Decode = False
    from_key: FromKey = False
    no_decode: NoDecode = False
    prefix: Prefix = False
    prev_kv: PreviousValue = False
    is_range: Annotated[
        bool, typer.Option("--range", help="KEY to RANGE_END is intended: do not wait 2 seconds.")
    ] = False


@command(app, "del", _EXAMPLE, prints=(DecodedResponse, DeleteRangeResponse))
def delete_keys(
    session: Session, keys: Annotated[list[str], words("KEY [RANGE_END]")], flags: DelFlags
) -> None:
    """Delete a key or a range of keys.

    A second word is the end of a range, not another key: all keys from KEY up to RANGE_END are
    deleted.
    """
    shown = decoding(session, decode=flags.decode, no_decode=flags.no_decode)
    request = delete_request(keys, DeleteOptions(flags.from_key, flags.prefix, flags.prev_kv))
    if len(keys) > 1 and not flags.is_range:
        leave_time_to_think(session.streams.err, request)
    connection = bounded(session.connection, request)
    session.print_values(delete(connection, request, session.deadline()), shown)
