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
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.hints import ValueWatch, hint_at_prefix
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.kubernetes import decoding, fail_where_not_decrypted
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.requests import RangeOptions, range_request
from pyetcdctl.errors import UsageError
from pyetcdctl.results import Listing

_EXAMPLE = """\
  pyetcdctl get /registry/configmaps/kube-system --prefix -w yaml
  pyetcdctl get /registry/namespaces --prefix --keys-only
  pyetcdctl get /registry/namespaces/default -w json"""

app = new_app()


class ReadFlags(Flags):
    """The flags of ``get``."""

    consistency: Consistency = "l"
    count_only: Annotated[
        bool, typer.Option("--count-only", help="Only the count; needs -w fields.")
    ] = False
    decode: Decode = False
    from_key: FromKey = False
    keys_only: Annotated[bool, typer.Option("--keys-only", help="Only the keys.")] = False
    like_api: LikeApi = False
    limit: Annotated[int, number("--limit", "Maximum number of results; 0 for all.")] = 0
    max_create_rev: Annotated[int, number("--max-create-rev", "Created at this or before.")] = 0
    max_mod_rev: Annotated[int, number("--max-mod-rev", "Last changed at this or before.")] = 0
    min_create_rev: Annotated[int, number("--min-create-rev", "Created at this or after.")] = 0
    min_mod_rev: Annotated[int, number("--min-mod-rev", "Last changed at this or after.")] = 0
    no_decode: NoDecode = False
    order: Annotated[
        str, typer.Option("--order", metavar="ASCEND|DESCEND", help="Order of the results.")
    ] = ""
    prefix: Prefix = False
    print_value_only: Annotated[
        bool, typer.Option("--print-value-only", help="Only the values; with -w simple.")
    ] = False
    rev: Annotated[int, number("--rev", "As of this revision.")] = 0
    sort_by: Annotated[
        str,
        typer.Option(
            "--sort-by",
            metavar="CREATE|KEY|MODIFY|VALUE|VERSION",
            help="What to order by; the server then reads the whole range first.",
        ),
    ] = ""
    stream: Annotated[
        bool,
        typer.Option("--stream", help="Require RangeStream (3.7), the default where supported."),
    ] = False


@command(app, "get", _EXAMPLE, needs_server=False, prints=(Listing,))
def get(
    session: Session, keys: Annotated[list[str], words("KEY [RANGE_END]")], flags: ReadFlags
) -> None:
    """Read a key or a range of keys.

    A missing key prints nothing and is not an error. RANGE_END is the first key that is not read.

    -w yaml and -w jsonl decode Kubernetes' objects. Without them a pipe gets the bytes in etcd;
    a terminal, which cannot show those, gets Kubernetes' objects as YAML. An encrypted value that
    cannot be decrypted is reported, and the exit code is 1.
    """
    shown = decoding(
        session, decode=flags.decode, no_decode=flags.no_decode, like_api=flags.like_api
    )
    request = range_request(keys, RangeOptions(*(getattr(flags, n) for n in RangeOptions._fields)))
    reading = session.source.range(request, stream=flags.stream)
    _check_format(session.output.format, flags)
    # Both at once print the values, of which the response has none.
    keys_only = flags.keys_only and not flags.print_value_only
    watched = ValueWatch.of(session, reading, shown, is_chosen=flags.no_decode)
    session.print(Listing(watched, keys_only, flags.print_value_only, shown))
    watched.hint(session)
    hint_at_prefix(session, reading)
    fail_where_not_decrypted(session, shown)


def _check_format(name: str, flags: ReadFlags) -> None:
    """Refuse flags that the format does not support; after the call, as etcdctl does."""
    if flags.count_only and name != "fields":
        raise UsageError("--count-only is only for `--write-out=fields`")
    if flags.print_value_only and name != "simple":
        raise UsageError("print-value-only is only for `--write-out=simple`")
