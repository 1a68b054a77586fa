"""``del``: delete a key or a range of keys."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from pyetcdctl.cli.arguments import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.options import FromKey, Prefix, PreviousValue, words
from pyetcdctl.cli.session import Session
from pyetcdctl.client.kv import delete, from_key_range, prefix_range
from pyetcdctl.errors import BadArguments
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.rpc.kv import DeleteRangeRequest

_EXAMPLE = "  pyetcdctl del /config/colour --prev-kv"
_SECONDS_TO_THINK = 2

app = new_app()


@command(app, "del", _EXAMPLE)
def delete_keys(
    ctx: typer.Context,
    keys: Annotated[list[str], words("KEY [RANGE_END]")] = [],  # noqa: B006 - Typer copies it
    from_key: FromKey = False,
    prefix: Prefix = False,
    prev_kv: PreviousValue = False,
    is_range: Annotated[
        bool, typer.Option("--range", help="KEY to RANGE_END is meant: do not wait 2 seconds.")
    ] = False,
) -> None:
    """Delete a key or a range of keys.

    A second word is the end of a range, not another key: everything from KEY up to RANGE_END goes.
    """
    session: Session = ctx.obj
    _check_choices(keys, prefix, from_key)
    if len(keys) > 1 and not is_range:
        _leave_time_to_think(session, raw(keys[0]), raw(keys[1]))
    key, range_end = _range(keys, prefix, from_key)
    request = DeleteRangeRequest(key=key, range_end=range_end, prev_kv=prev_kv)
    session.print(delete(session.connection, request, session.deadline()))


def _check_choices(keys: list[str], prefix: bool, from_key: bool) -> None:
    if len(keys) not in (1, 2):
        raise BadArguments(
            "del command needs one argument as key and an optional argument as range_end"
        )
    if prefix and from_key:
        raise BadArguments("`--prefix` and `--from-key` cannot be set at the same time, choose one")
    if len(keys) > 1 and (prefix or from_key):
        raise BadArguments(
            "too many arguments, only accept one argument when `--prefix` or `--from-key` is set"
        )


def _leave_time_to_think(session: Session, key: bytes, range_end: bytes) -> None:
    session.streams.err.line(
        f"Warning: Keys between {go_quoted(key)} and {go_quoted(range_end)} will be deleted. "
        f"Please interrupt the command within next {_SECONDS_TO_THINK} seconds to cancel. "
        "You can provide `--range` flag to avoid the delay."
    )
    time.sleep(_SECONDS_TO_THINK)


def _range(keys: list[str], prefix: bool, from_key: bool) -> tuple[bytes, bytes]:
    key = raw(keys[0])
    if len(keys) > 1:
        return key, raw(keys[1])
    if prefix:
        return prefix_range(key)
    return from_key_range(key) if from_key else (key, b"")
