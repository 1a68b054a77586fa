"""``get``: read a key or a range of keys."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import (
    Consistency,
    Decode,
    FromKey,
    LikeApi,
    NoDecode,
    Prefix,
    number,
    words,
)
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.decoding import decoding, fail_where_not_decrypted
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.requests import GetFlags, range_request
from pyetcdctl.errors import UsageError
from pyetcdctl.results import Listing

_EXAMPLE = """\
  pyetcdctl get /registry/configmaps/kube-system --prefix -w yaml
  pyetcdctl get /registry/namespaces --prefix --keys-only
  pyetcdctl get /registry/namespaces/default -w json"""
_CountOnly = Annotated[bool, typer.Option("--count-only", help="Only the count; needs -w fields.")]
_Order = Annotated[
    str, typer.Option("--order", metavar="ASCEND|DESCEND", help="Order of the results.")
]
_PrintValueOnly = Annotated[
    bool, typer.Option("--print-value-only", help="Only the values; with -w simple.")
]
_Stream = Annotated[
    bool,
    typer.Option("--stream", help="Insist on RangeStream (3.7); used by itself otherwise."),
]
_SortBy = Annotated[
    str,
    typer.Option(
        "--sort-by",
        metavar="CREATE|KEY|MODIFY|VALUE|VERSION",
        help="What to order by; the server then reads the whole range first.",
    ),
]

app = new_app()


@command(app, "get", _EXAMPLE, needs_server=False, prints=(Listing,))
def get(
    ctx: typer.Context,
    keys: Annotated[list[str], words("KEY [RANGE_END]")] = [],  # noqa: B006 - Typer copies it
    consistency: Consistency = "l",
    count_only: _CountOnly = False,
    decode: Decode = False,
    from_key: FromKey = False,
    keys_only: Annotated[bool, typer.Option("--keys-only", help="Only the keys.")] = False,
    like_api: LikeApi = False,
    limit: Annotated[int, number("--limit", "At most so many results; 0 for all.")] = 0,
    max_create_rev: Annotated[int, number("--max-create-rev", "Created at this or before.")] = 0,
    max_mod_rev: Annotated[int, number("--max-mod-rev", "Last changed at this or before.")] = 0,
    min_create_rev: Annotated[int, number("--min-create-rev", "Created at this or after.")] = 0,
    min_mod_rev: Annotated[int, number("--min-mod-rev", "Last changed at this or after.")] = 0,
    no_decode: NoDecode = False,
    order: _Order = "",
    prefix: Prefix = False,
    print_value_only: _PrintValueOnly = False,
    rev: Annotated[int, number("--rev", "As of this revision.")] = 0,
    sort_by: _SortBy = "",
    stream: _Stream = False,
) -> None:
    """Read a key or a range of keys.

    A missing key prints nothing and is no error. RANGE_END is the first key that is not read.

    -w yaml and -w jsonl decode Kubernetes' objects. Without them a pipe gets the bytes in etcd;
    a terminal, which cannot show those, gets Kubernetes' objects as YAML. An encrypted value that
    cannot be decrypted is reported, and ends the command with 1.
    """
    session: Session = ctx.obj
    shown = decoding(session, decode=decode, no_decode=no_decode, like_api=like_api)
    flags = GetFlags(
        consistency=consistency,
        count_only=count_only,
        from_key=from_key,
        keys_only=keys_only,
        limit=limit,
        max_create_rev=max_create_rev,
        max_mod_rev=max_mod_rev,
        min_create_rev=min_create_rev,
        min_mod_rev=min_mod_rev,
        order=order,
        prefix=prefix,
        rev=rev,
        sort_by=sort_by,
    )
    request = range_request(keys, flags)
    reading = session.source.range(request, stream=stream)
    _check_format(session.output.format, count_only, print_value_only)
    # Both at once print the values, of which the answer has none.
    keys_only = keys_only and not print_value_only
    session.print(Listing(reading, keys_only, print_value_only, shown))
    fail_where_not_decrypted(session, shown)


def _check_format(name: str, count_only: bool, print_value_only: bool) -> None:
    """Refuse what a format cannot show; etcdctl does so after the call, and so do we."""
    if count_only and name != "fields":
        raise UsageError("--count-only is only for `--write-out=fields`")
    if print_value_only and name != "simple":
        raise UsageError("print-value-only is only for `--write-out=simple`")
