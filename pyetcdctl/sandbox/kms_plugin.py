"""The KMS plugins of the sample cluster, versions 1 and 2, as they run beside an API server.

The script is run by its path, with the roots of the nodes as arguments: each node has its sockets
in /run/kms, where the sample's EncryptionConfiguration names them. A data key is wrapped by
AES-GCM: 12 bytes of nonce, then the ciphertext. No new one is wrapped: the configuration has other
providers first.
"""

from __future__ import annotations

import os
import sys
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import grpc
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Method = Callable[[bytes, grpc.ServicerContext], bytes]

SOCKETS = {"v1beta1": "run/kms/legacy.sock", "v2": "run/kms/local.sock"}
"""The socket of each version of the service, below the root of a node."""
_KEY_ID = b"kek-2026-shared"
_KEY = AESGCM(b64decode("9knx6+ite0k/FxbCL9OrQjfyhd7U1JafETUneISYiRQ="))
_NONCE_BYTES = 12


def fields(message: bytes) -> dict[int, bytes]:
    """Return the fields of a message that has fields of bytes alone, by number."""
    found, at = {}, 0
    while at < len(message):
        number, at = message[at] >> 3, at + 1
        size, shift = 0, 0
        while message[at] & 0x80:
            size, shift, at = size | (message[at] & 0x7F) << shift, shift + 7, at + 1
        size, at = size | message[at] << shift, at + 1
        found[number] = message[at : at + size]
        at += size
    return found


def field(number: int, value: bytes) -> bytes:
    """Return a field of less than 128 bytes as it is on the wire."""
    return bytes([number << 3 | 2, len(value)]) + value


def service(version: str) -> dict[str, Method]:
    """Return the methods of a version of the service. Requests of v1 begin with the version."""
    number = 2 if version == "v1beta1" else 1

    def decrypt(message: bytes, context: grpc.ServicerContext) -> bytes:
        wrapped = fields(message).get(number, b"")
        try:
            plain = _KEY.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "wrapped by another key")
        return field(1, plain)

    def status(message: bytes, context: grpc.ServicerContext) -> bytes:
        return field(1, b"v2") + field(2, b"ok") + field(3, _KEY_ID)

    return {"Decrypt": decrypt, "Status": status}


def serve(roots: Sequence[str]) -> list[grpc.Server]:
    """Start the services, each on its socket of every node."""
    servers = []
    for version, socket in SOCKETS.items():
        methods = {
            name: grpc.unary_unary_rpc_method_handler(method)
            for name, method in service(version).items()
        }
        handler = grpc.method_handlers_generic_handler(f"{version}.KeyManagementService", methods)
        server = grpc.server(ThreadPoolExecutor(2))
        server.add_generic_rpc_handlers([handler])
        for root in roots:
            os.makedirs(os.path.dirname(f"{root}/{socket}"), exist_ok=True)
            server.add_insecure_port(f"unix:{root}/{socket}")
        server.start()
        servers.append(server)
    return servers


if __name__ == "__main__":
    for each in serve(sys.argv[1:]):
        each.wait_for_termination()
