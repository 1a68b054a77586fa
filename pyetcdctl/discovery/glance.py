"""A cheap first check of a certificate and its key, without a library.

Importing ``cryptography`` takes longer than a whole call to etcd, so every command on a node would
pay for it. `is_fine` returns "usable" or "check fully": `certificates` checks fully, gives the
reasons and alone decides which files are not used.
"""

from __future__ import annotations

import time
from binascii import a2b_base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CERTIFICATE = b"CERTIFICATE"
_PRIVATE_KEYS = (b"RSA PRIVATE KEY", b"EC PRIVATE KEY", b"PRIVATE KEY")
_SEQUENCE = 0x30
_UTC_TIME = 0x17
_SHORTEST_KEY = 32
_EXTENDED_KEY_USAGE = b"\x06\x03\x55\x1d\x25"
_CLIENT_AUTHENTICATION = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02"


def is_fine(certificate: bytes, key: bytes) -> bool:
    """Return whether a PEM pair is valid now, belongs together and may authenticate a client."""
    try:
        der = _der(certificate, _CERTIFICATE)
        validity, public_key = _validity_and_public_key(der)
        return (
            _is_now(validity) and _is_for_clients(der) and public_key in _der(key, *_PRIVATE_KEYS)
        )
    except (ValueError, IndexError):
        return False


def is_current(certificate: bytes) -> bool:
    """Return whether a PEM certificate is valid now, as far as a cheap check shows."""
    try:
        return _is_now(_validity_and_public_key(_der(certificate, _CERTIFICATE))[0])
    except (ValueError, IndexError):
        return False


def _der(pem: bytes, *labels: bytes) -> bytes:
    """Decode the first block that has one of these labels."""
    for label in labels:
        _, begin, rest = pem.partition(b"-----BEGIN %b-----\n" % label)
        body, end, _ = rest.partition(b"-----END %b-----" % label)
        if begin and end:
            return a2b_base64(b"".join(body.split()), strict_mode=True)
    raise ValueError("no such block")


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        if at + length > len(der):
            raise ValueError("truncated")
        yield tag, der[at : at + length]
        at += length


def _validity_and_public_key(der: bytes) -> tuple[bytes, bytes]:
    """Walk to a certificate's body: version, serial, algorithm, issuer, validity, subject, key."""
    _, whole = next(_elements(der), (0, b""))
    _, signed = next(_elements(whole), (0, b""))
    fields = [content for tag, content in _elements(signed) if tag != 0xA0]
    _, bits = list(_elements(fields[5]))[1]
    # An RSA key is a sequence of two numbers, which its private key begins with as well; a point of
    # a curve stands in the private key as it is.
    (_tag, inside), *more = _elements(bits[1:]) if bits[1] == 0x30 else [(0, bits[1:])]
    if more or len(inside) < 32:
        raise ValueError("not a key that can be compared")
    return fields[3], inside


def _is_now(validity: bytes) -> bool:
    now = time.strftime("%Y%m%d%H%M%SZ", time.gmtime()).encode()
    not_before, not_after = (_full_year(tag, date) for tag, date in _elements(validity))
    return not_before <= now <= not_after


def _full_year(tag: int, date: bytes) -> bytes:
    if tag == _UTC_TIME:
        date = (b"20" if date[:2] < b"50" else b"19") + date
    if len(date) != 15 or not date[:14].isdigit():
        raise ValueError("not a date")
    return date


def _is_for_clients(der: bytes) -> bool:
    return _EXTENDED_KEY_USAGE not in der or _CLIENT_AUTHENTICATION in der
