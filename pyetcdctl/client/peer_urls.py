"""Peer URLs as etcd takes them: a member that gets others does not start."""

from __future__ import annotations

import re

from pyetcdctl.client.endpoints import is_utf8
from pyetcdctl.client.status import NOT_UTF8, go_text
from pyetcdctl.errors import PyetcdctlError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_AUTHORITY = re.compile(r"//([^/?#]*)([^?#]*)")
_HOST = re.compile(r"(?:\[[^\]]*\]|[^:\[]*)(.*)")
_PORT = re.compile(r"(?::[0-9]*)?")
_NOT_IN_HOST = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f]')


def peer_urls(text: str) -> list[str]:
    """Split a list at its commas. Raises, in etcdctl's words, for what is no peer URL."""
    urls = text.split(",")
    for url in urls:
        _check(url.strip())
    return urls


def _check(url: str) -> None:
    if not is_utf8(url):
        raise PyetcdctlError(go_text("INTERNAL", NOT_UTF8))
    scheme, rest = _scheme_of(url)
    if scheme in ("http", "https"):
        _check_network(url, rest)
    elif scheme not in ("unix", "unixs"):
        raise PyetcdctlError(f"URL scheme must be http, https, unix, or unixs: {url}")


def _scheme_of(url: str) -> tuple[str, str]:
    found = _SCHEME.fullmatch(url)
    if found is not None:
        return found[1].lower(), found[2]
    if url.startswith(":"):
        raise _unreadable(url, "missing protocol scheme")
    if ":" in url.partition("/")[0]:
        advice = f"Try:  --peer-urls http://{url}"
        raise _unreadable(url, "first path segment in URL cannot contain colon", advice)
    return "", url


def _check_network(url: str, rest: str) -> None:
    found = _AUTHORITY.match(rest)
    authority, path = found.groups() if found else ("", "")
    address = authority.rpartition("@")[2]
    _check_address(url, address)
    if not re.search(r":[0-9]*$", address) or address.endswith("]"):
        raise PyetcdctlError(f'URL address does not have the form "host:port": {url}')
    if path:
        raise PyetcdctlError(f"URL must not contain a path: {url}")


def _check_address(url: str, address: str) -> None:
    if address.startswith("[") and "]" not in address:
        raise _unreadable(url, "missing ']' in host")
    found = _HOST.match(address)
    port = found[1] if found else ""
    if not _PORT.fullmatch(port):
        raise _unreadable(url, f'invalid port "{port}" after host')
    odd = _NOT_IN_HOST.search(address)
    if odd:
        raise _unreadable(url, f'invalid character "{odd[0]}" in host name')


def _unreadable(url: str, reason: str, *advice: str) -> PyetcdctlError:
    return PyetcdctlError(f'parse "{url}": {reason}', *advice)
