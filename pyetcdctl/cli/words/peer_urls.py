"""Peer URLs as etcd takes them: a member that gets others does not start."""

from __future__ import annotations

import re

from pyetcdctl.cli.words.go_url import MalformedUrl, Url, parse_url
from pyetcdctl.client.endpoints import is_utf8
from pyetcdctl.client.status import NOT_UTF8, go_text
from pyetcdctl.errors import PyetcdctlError

_ADDRESS = re.compile(rb".*:[0-9]*")


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
