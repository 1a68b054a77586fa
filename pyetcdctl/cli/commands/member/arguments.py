"""The words and flags of several member commands."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import ValueRefused, unsigned_hex
from pyetcdctl.cli.words.go_url import MalformedUrl, Url, parse_url
from pyetcdctl.client.endpoints import is_utf8
from pyetcdctl.client.status import NOT_UTF8, go_text
from pyetcdctl.errors import PyetcdctlError, UsageError

MemberId = Annotated[list[str], words("MEMBER_ID")]
PeerUrls = Annotated[
    str,
    typer.Option(
        "--peer-urls", metavar="URL[,URL]", help="The URLs at which other members reach it."
    ),
]
_ADDRESS = re.compile(rb".*:[0-9]*")


def member_id(given: list[str]) -> int:
    """Parse the one ID that is given, in hexadecimal. Raises UsageError."""
    if len(given) != 1:
        raise UsageError("member ID is not provided")
    try:
        return unsigned_hex(given[0])
    except ValueRefused as error:
        raise UsageError(f"bad member ID arg ({error}), expecting ID in Hex") from error


def check_given(peer_urls: str) -> None:
    """Raise UsageError for missing peer URLs."""
    if not peer_urls:
        raise UsageError("member peer urls not provided")


def peer_urls(text: str) -> list[str]:
    """Split a list at its commas. Raises, in etcdctl's words, for what is not a peer URL."""
    urls = text.split(",")
    for url in urls:
        _check(url.strip())
    return urls


def _check(text: str) -> None:
    if not is_utf8(text):
        raise PyetcdctlError(go_text("INTERNAL", NOT_UTF8))
    url = _parsed(text)
    if url.scheme in ("http", "https"):
        if not _ADDRESS.fullmatch(url.host):
            raise PyetcdctlError(f'URL address does not have the form "host:port": {text}')
        if url.path:
            raise PyetcdctlError(f"URL must not contain a path: {text}")
    elif url.scheme not in ("unix", "unixs"):
        raise PyetcdctlError(f"URL scheme must be http, https, unix, or unixs: {text}")


def _parsed(text: str) -> Url:
    try:
        return parse_url(text.encode())
    except MalformedUrl as error:
        lacks_scheme = str(error).endswith("first path segment in URL cannot contain colon")
        advice = (f"Try:  --peer-urls http://{text}",) if lacks_scheme else ()
        raise PyetcdctlError(str(error), *advice) from error
