"""Parse URLs as Go's net/url does, with its error texts."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import NamedTuple

from pyetcdctl.output.quoting import go_quoted

_SCHEME = re.compile(rb"([A-Za-z][A-Za-z0-9+.-]*):")
_PORT = re.compile(rb"(?::[0-9]*)?")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_USER = re.compile(rb"[A-Za-z0-9._:~!$&'()*+,;=%@-]*")
_HOST = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~!$&'()*+,;=:[]<>\""
)
_ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})?")


class MalformedUrl(ValueError):
    """The text is no URL; the message is Go's."""


class Url(NamedTuple):
    """The parts of a valid URL; the scheme in lower case, the rest unchanged."""

    scheme: str = ""
    host: bytes = b""
    path: bytes = b""


def parse_url(text: bytes) -> Url:
    """Read a URL. Raises MalformedUrl."""
    body, _, fragment = text.partition(b"#")
    try:
        url = _parse(body)
    except ValueError as error:
        raise MalformedUrl(f"parse {go_quoted(body)}: {error}") from error
    try:
        _check_escapes(fragment)
    except ValueError as error:
        raise MalformedUrl(f"parse {go_quoted(text)}: {error}") from error
    return url


def _parse(text: bytes) -> Url:
    if _CONTROL.search(text):
        raise ValueError("net/url: invalid control character in URL")
    if text.startswith(b":"):
        raise ValueError("missing protocol scheme")
    found = _SCHEME.match(text)
    scheme = found[1].decode().lower() if found else ""
    rest = text[found.end() if found else 0 :].partition(b"?")[0]
    if not rest.startswith(b"/"):
        if not scheme and b":" in rest.partition(b"/")[0]:
            raise ValueError("first path segment in URL cannot contain colon")
        if scheme:
            return Url(scheme)  # what Go calls opaque
    host = b""
    if rest.startswith(b"//") and (scheme or not rest.startswith(b"///")):
        authority, slash, path = rest[2:].partition(b"/")
        host = _host_of(scheme, authority)
        rest = slash + path
    _check_escapes(rest)
    return Url(scheme, host, rest)


def _host_of(scheme: str, authority: bytes) -> bytes:
    user, at, host = authority.rpartition(b"@")
    _check_host(scheme, host)
    if at:
        if not _USER.fullmatch(user):
            raise ValueError("net/url: invalid userinfo")
        name, _, password = user.partition(b":")
        _check_escapes(name)
        _check_escapes(password)
    return host


def _check_host(scheme: str, host: bytes) -> None:
    bracket = host.rfind(b"[")
    if bracket == 0:
        _check_literal(host)
        return
    if bracket > 0:
        raise ValueError("invalid IP-literal")
    colon = host.find(b":") if scheme in ("http", "https") else host.rfind(b":")
    if colon >= 0:
        _check_port(host[colon:])
    _check_escapes(host, in_host=True)


def _check_literal(host: bytes) -> None:
    inside, bracket, port = host[1:].rpartition(b"]")
    if not bracket:
        raise ValueError("missing ']' in host")
    _check_port(port)
    address, percent, zone = inside.partition(b"%25")
    _check_escapes(address, in_host=True)
    _check_escapes(zone)
    _check_address(address.decode("utf-8", "replace"), percent != b"")


def _check_address(address: str, has_zone: bool) -> None:
    """Check an address in brackets, which must be IPv6."""
    try:
        IPv6Address(address)
    except AddressValueError:
        pass
    else:
        return
    try:
        IPv4Address(address)
    except AddressValueError:
        why = "missing IPv6 address" if has_zone and not address else "unable to parse IP"
        shown = f"{address}%" if has_zone else address
        raise ValueError(f'invalid host: ParseAddr("{shown}"): {why}') from None
    raise ValueError("invalid IP-literal")


def _check_port(port: bytes) -> None:
    if not _PORT.fullmatch(port):
        raise ValueError(f"invalid port {go_quoted(port)} after host")


def _check_escapes(text: bytes, *, in_host: bool = False) -> None:
    at = 0
    while at < len(text):
        escape = _ESCAPE.match(text, at)
        if escape is None:
            if in_host and text[at] < 0x80 and text[at] not in _HOST:
                raise ValueError(f"invalid character {go_quoted(text[at : at + 1])} in host name")
            at += 1
            continue
        code = escape[1]
        if code is None or (in_host and code != b"25" and int(code, 16) < 0x80):
            raise ValueError(f"invalid URL escape {go_quoted(text[at : at + 3])}")
        at = escape.end()
