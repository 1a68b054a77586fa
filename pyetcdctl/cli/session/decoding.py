"""Whether a command decodes Kubernetes' values: by its flags, its format, and who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.session.invocation import DECODING_FORMATS
from pyetcdctl.errors import BadArguments, Reported
from pyetcdctl.results import Decoding

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.settings import OutputSettings


def decoding(
    session: Session, *, decode: bool, no_decode: bool, like_api: bool = False
) -> Decoding | None:
    """Return how to decode; None where the bytes in etcd are shown."""
    name = session.output.format
    _check(name, decode, no_decode, like_api)
    is_simple = name == "simple"
    if not (_decodes(session.output, decode, no_decode) if is_simple else name in DECODING_FORMATS):
        return None
    from pyetcdctl.kubernetes.stored_value import Reader

    report = session.streams.err.line if is_simple else None
    return Decoding(Reader(session.decrypter, session.release), like_api, report)


def fail_where_not_decrypted(session: Session, shown: Decoding | None) -> None:
    """Report values that were to be decoded and could not be decrypted, and raise Reported."""
    session.report_not_decrypted(shown)
    if shown is not None and shown.read.not_decrypted:
        raise Reported


def _decodes(output: OutputSettings, decode: bool, no_decode: bool) -> bool:
    return decode or (output.terminal and not output.hex and not no_decode)


def _check(name: str, decode: bool, no_decode: bool, like_api: bool) -> None:
    """Refuse flags that would be ignored."""
    if decode and no_decode:
        raise BadArguments("`--decode` and `--no-decode` cannot be set at the same time")
    if (decode or no_decode) and name != "simple":
        raise BadArguments("--decode and --no-decode are only for `--write-out=simple`")
    if like_api and name not in ("simple", *DECODING_FORMATS):
        raise BadArguments("--like-api is only for `--write-out=yaml`, `jsonl` and `simple`")
