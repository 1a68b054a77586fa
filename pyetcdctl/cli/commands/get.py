"""``get``: read a key or a range of keys."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.arguments import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.options import FromKey, Prefix, number, words
from pyetcdctl.cli.session import Session
from pyetcdctl.client.kv import from_key_range, prefix_range
from pyetcdctl.client.ranges import RangeReading
from pyetcdctl.errors import BadArguments, BadFeature
from pyetcdctl.results import Listing
from pyetcdctl.rpc.kv import (
    ASCEND,
    BY_CREATE,
    BY_KEY,
    BY_MOD,
    BY_VALUE,
    BY_VERSION,
    DESCEND,
    NO_ORDER,
    RangeRequest,
)

_ORDERS = {"": NO_ORDER, "ASCEND": ASCEND, "DESCEND": DESCEND}
_TARGETS = {
    "": BY_KEY,
    "CREATE": BY_CREATE,
    "KEY": BY_KEY,
    "MODIFY": BY_MOD,
    "VALUE": BY_VALUE,
    "VERSION": BY_VERSION,
}
_EXAMPLE = """\
  pyetcdctl get /registry/namespaces --prefix --keys-only
  pyetcdctl get /registry/namespaces/default -w json"""

app = new_app()


@command(app, "get", _EXAMPLE)
def get(
    ctx: typer.Context,
    keys: Annotated[list[str], words("KEY [RANGE_END]")] = [],  # noqa: B006 - Typer copies it
    consistency: Annotated[
        str,
        typer.Option(
            "--consistency",
            metavar="l|s",
            help="l: linearizable, as of now; s: serializable, one member's view without quorum.",
        ),
    ] = "l",
    count_only: Annotated[
        bool, typer.Option("--count-only", help="Only the count; needs -w fields.")
    ] = False,
    from_key: FromKey = False,
    keys_only: Annotated[bool, typer.Option("--keys-only", help="Only the keys.")] = False,
    limit: Annotated[int, number("--limit", "At most so many results; 0 for all.")] = 0,
    max_create_rev: Annotated[int, number("--max-create-rev", "Created at this or before.")] = 0,
    max_mod_rev: Annotated[int, number("--max-mod-rev", "Last changed at this or before.")] = 0,
    min_create_rev: Annotated[int, number("--min-create-rev", "Created at this or after.")] = 0,
    min_mod_rev: Annotated[int, number("--min-mod-rev", "Last changed at this or after.")] = 0,
    order: Annotated[
        str, typer.Option("--order", metavar="ASCEND|DESCEND", help="Order of the results.")
    ] = "",
    prefix: Prefix = False,
    print_value_only: Annotated[
        bool, typer.Option("--print-value-only", help="Only the values; with -w simple.")
    ] = False,
    rev: Annotated[int, number("--rev", "As of this revision.")] = 0,
    sort_by: Annotated[
        str,
        typer.Option(
            "--sort-by",
            metavar="CREATE|KEY|MODIFY|VALUE|VERSION",
            help="What to order by; the server then reads the whole range first.",
        ),
    ] = "",
    stream: Annotated[
        bool,
        typer.Option("--stream", help="Insist on RangeStream (3.7); used by itself otherwise."),
    ] = False,
) -> None:
    """Read a key or a range of keys.

    A missing key prints nothing and is no error. RANGE_END is the first key that is not read.
    """
    session: Session = ctx.obj
    _check_choices(keys, prefix, from_key, keys_only, count_only)
    serializable = _is_serializable(consistency)
    key, range_end = _range(keys, prefix, from_key)
    request = RangeRequest(
        key=key,
        range_end=range_end,
        limit=limit,
        revision=max(rev, 0),
        serializable=serializable,
        keys_only=keys_only,
        count_only=count_only,
        **_sorting(order, sort_by),
        **_filters("Create", min_create_rev, max_create_rev),
        **_filters("Mod", min_mod_rev, max_mod_rev),
    )
    reading = RangeReading(session.connection, request, session.settings.command_timeout)
    _check_format(session.output.format, count_only, print_value_only)
    session.print(Listing(reading, keys_only, print_value_only))


def _check_choices(
    keys: list[str], prefix: bool, from_key: bool, keys_only: bool, count_only: bool
) -> None:
    if not keys:
        raise BadArguments(
            "get command needs one argument as key and an optional argument as range_end"
        )
    if prefix and from_key:
        raise BadArguments("`--prefix` and `--from-key` cannot be set at the same time, choose one")
    if keys_only and count_only:
        raise BadArguments(
            "`--keys-only` and `--count-only` cannot be set at the same time, choose one"
        )


def _range(keys: list[str], prefix: bool, from_key: bool) -> tuple[bytes, bytes]:
    key = raw(keys[0])
    if len(keys) > 1:
        if prefix or from_key:
            raise BadArguments(
                "too many arguments, only accept one argument "
                "when `--prefix` or `--from-key` is set"
            )
        return key, raw(keys[1])
    if prefix:
        return prefix_range(key)
    return from_key_range(key) if from_key else (key, b"")


def _is_serializable(consistency: str) -> bool:
    if consistency not in ("l", "s"):
        raise BadFeature(f'unknown consistency flag "{consistency}"')
    return consistency == "s"


def _sorting(order: str, sort_by: str) -> dict[str, int]:
    if order.upper() not in _ORDERS:
        raise BadFeature(f"bad sort order {order}")
    if sort_by.upper() not in _TARGETS:
        raise BadFeature(f"bad sort target {sort_by}")
    sort_order, sort_target = _ORDERS[order.upper()], _TARGETS[sort_by.upper()]
    # Keys come in ascending order anyway; asking for it makes the server sort them again.
    if sort_order == ASCEND and sort_target == BY_KEY:
        sort_order = NO_ORDER
    return {"sort_order": sort_order, "sort_target": sort_target}


def _filters(kind: str, least: int, most: int) -> dict[str, int]:
    if most > 0 and least > most:
        raise BadFeature(f"getMin{kind}Rev(={least}) > getMax{kind}Rev(={most})")
    name = kind.lower()
    return {f"min_{name}_revision": max(least, 0), f"max_{name}_revision": max(most, 0)}


def _check_format(name: str, count_only: bool, print_value_only: bool) -> None:
    """Refuse what a format cannot show; etcdctl does so after the call, and so do we."""
    if count_only and name != "fields":
        raise BadArguments("--count-only is only for `--write-out=fields`")
    if print_value_only and name != "simple":
        raise BadArguments("print-value-only is only for `--write-out=simple`")
