"""KMS plugins as they run beside an API server: gRPC on a unix socket, with real AES.

Requests are read and responses written without the package's own code.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import grpc
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Kek:
    """The key that wraps data keys: nonce, then AES-GCM bound to nothing."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def wrap(self, plain: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def unwrap(self, wrapped: bytes) -> bytes | None:
        try:
            return self._cipher.decrypt(wrapped[:12], wrapped[12:], None)
        except InvalidTag:
            return None


class Request(NamedTuple):
    """A Decrypt request of KMS v2."""

    ciphertext: bytes
    uid: bytes
    key_id: bytes
    annotations: dict[bytes, bytes]


def fields_of(message: bytes) -> list[tuple[int, bytes]]:
    """Read a message that has fields of bytes only."""
    fields, at = [], 0
    while at < len(message):
        number, at = message[at] >> 3, at + 1
        size = shift = 0
        while True:
            byte, at = message[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        fields.append((number, message[at : at + size]))
        at += size
    return fields


def field(number: int, payload: bytes) -> bytes:
    """Write a field of bytes."""
    size = len(payload)
    length = bytes([size]) if size < 0x80 else bytes([size & 0x7F | 0x80, size >> 7])
    return bytes([number << 3 | 2]) + length + payload


class KmsV1:
    """The v1beta1 service."""

    service = "v1beta1.KeyManagementService"

    def __init__(self, kek: Kek) -> None:
        self.kek = kek
        self.requests: list[bytes] = []

    def decrypt(self, message: bytes, context: grpc.ServicerContext) -> bytes:
        request = dict(fields_of(message))
        assert request[1] == b"v1beta1"
        self.requests.append(request[2])
        return field(1, self._unwrapped(request[2], context))

    def status(self, message: bytes, context: grpc.ServicerContext) -> bytes:
        raise AssertionError("v1 has no Status")

    def _unwrapped(self, wrapped: bytes, context: grpc.ServicerContext) -> bytes:
        plain = self.kek.unwrap(wrapped)
        if plain is None:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "not wrapped\x1b[2J by this key")
        assert plain is not None
        return plain


class KmsV2(KmsV1):
    """The v2 service, at a key id."""

    service = "v2.KeyManagementService"

    def __init__(self, kek: Kek, key_id: bytes) -> None:
        super().__init__(kek)
        self.key_id = key_id
        self.requests: list[Request] = []  # type: ignore[assignment]

    def decrypt(self, message: bytes, context: grpc.ServicerContext) -> bytes:
        fields = fields_of(message)
        entries = [dict(fields_of(value)) for number, value in fields if number == 4]
        single = dict(fields)
        request = Request(
            single[1], single[2], single[3], {entry[1]: entry[2] for entry in entries}
        )
        self.requests.append(request)  # type: ignore[arg-type]
        return field(1, self._unwrapped(request.ciphertext, context))

    def status(self, message: bytes, context: grpc.ServicerContext) -> bytes:
        return field(1, b"v2") + field(2, b"ok") + field(3, self.key_id)


class Hung(KmsV1):
    """A plugin that never responds, until the test ends."""

    def __init__(self) -> None:
        super().__init__(Kek(bytes(32)))
        self.released = Event()

    def decrypt(self, message: bytes, context: grpc.ServicerContext) -> bytes:
        self.requests.append(message)
        self.released.wait(60)
        return b""


class Undecided(KmsV2):
    """A plugin that opens data keys, and does not say which key is today's until it is released."""

    def __init__(self, kek: Kek, key_id: bytes) -> None:
        super().__init__(kek, key_id)
        self.released = Event()

    def status(self, message: bytes, context: grpc.ServicerContext) -> bytes:
        self.released.wait(60)
        return super().status(message, context)


class Raw(KmsV1):
    """A plugin that responds to everything with these bytes."""

    def __init__(self, response: bytes, service: str = KmsV1.service) -> None:
        super().__init__(Kek(bytes(32)))
        self.response = response
        self.service = service

    def decrypt(self, message: bytes, context: grpc.ServicerContext) -> bytes:
        self.requests.append(message)
        return self.response

    def status(self, message: bytes, context: grpc.ServicerContext) -> bytes:
        return self.response


@contextmanager
def listening(plugin: KmsV1, *places: Path | str) -> Iterator[None]:
    """Serve a plugin on unix sockets."""
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(behaviour)
        for name, behaviour in (("Decrypt", plugin.decrypt), ("Status", plugin.status))
    }
    with ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads)
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(plugin.service, handlers)]
        )
        for place in places:
            server.add_insecure_port(place if isinstance(place, str) else f"unix:{place}")
        server.start()
        try:
            yield
        finally:
            if isinstance(plugin, Hung):
                plugin.released.set()
            server.stop(None).wait()
