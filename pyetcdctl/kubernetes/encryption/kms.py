"""Data keys wrapped by a KMS plugin: unwrapped by the plugin, or given by the user.

The plugin listens on a unix socket of the control plane's host and speaks gRPC; its few messages
are read and written here. Every call ends within the file's timeout. A plugin that did not respond
once is not called again, so that a listing of thousands of values waits for it only once.
"""

from __future__ import annotations

import os
import re
import stat
import uuid
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self
from urllib.parse import unquote

from pyetcdctl.kubernetes.encryption.configuration import KeySource, Secret
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider, append_field, shown
from pyetcdctl.rpc.wire import WireError, read_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import grpc

MOST_KEYS = 1024
"""Data keys that are kept; KMS v1 has one for each value."""
LARGEST_ANSWER = 1 << 20
LONGEST_SOCKET_PATH = 107
_SOCKET_OPTIONS = (
    ("grpc.default_authority", "localhost"),
    ("grpc.enable_http_proxy", 0),
    ("grpc.service_config_disable_resolution", 1),
    ("grpc.max_receive_message_length", LARGEST_ANSWER),
)


class NotUnwrapped(Exception):
    """A data key could not be unwrapped; the text says why, for one line."""


class Wrapped(NamedTuple):
    """A wrapped data key, and the other fields of a request to a KMS v2 plugin."""

    data: bytes
    key_id: bytes = b""
    annotations: tuple[bytes, ...] = ()


class Unwrapping(Protocol):
    """A source of data keys."""

    def unwrap(self, source: KeySource, wrapped: Wrapped) -> Secret:
        """Return the plain data key, or raise NotUnwrapped."""

    def current_key_id(self, source: KeySource) -> bytes | None:
        """Return the id of the key that a KMS v2 plugin wraps with now, None when unknown."""


class GivenKeys:
    """Data keys given by the user, by their wrapped form."""

    def __init__(self, keys: Mapping[bytes, bytes]) -> None:
        self._keys = {wrapped: Secret(plain) for wrapped, plain in keys.items()}

    def unwrap(self, source: KeySource, wrapped: Wrapped) -> Secret:
        """Return the plain data key, or raise NotUnwrapped."""
        try:
            return self._keys[wrapped.data]
        except KeyError:
            raise NotUnwrapped("its data key is not among the given ones") from None

    def current_key_id(self, source: KeySource) -> bytes | None:
        """Return None: it is not known."""
        return None


class NoPlugins:
    """Calls no plugin: the values are another cluster's."""

    def unwrap(self, source: KeySource, wrapped: Wrapped) -> Secret:
        """Raise NotUnwrapped."""
        raise NotUnwrapped(
            f"this node's plugin {source.name} is not called for another cluster's values"
        )

    def current_key_id(self, source: KeySource) -> bytes | None:
        """Return None: it is not known."""
        return None


class PluginSockets:
    """The plugins of this host; ``locate`` maps a path of the API server's to the host's."""

    def __init__(self, locate: Callable[[str], str] = str) -> None:
        self._locate = locate
        self._channels: dict[str, grpc.Channel] = {}
        self._silent: dict[tuple[str, str], str] = {}
        """Why an endpoint is not called again, by method: one method may hang where another
        responds.
        """
        self._known: dict[tuple[KeySource, Wrapped], Secret | str] = {}
        self._key_ids: dict[KeySource, bytes | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a later call connects again."""
        while self._channels:
            self._channels.popitem()[1].close()

    def unwrap(self, source: KeySource, wrapped: Wrapped) -> Secret:
        """Return the plain data key, or raise NotUnwrapped."""
        known = self._known.get((source, wrapped)) or self._ask_and_keep(source, wrapped)
        if isinstance(known, str):
            raise NotUnwrapped(known)
        return known

    def current_key_id(self, source: KeySource) -> bytes | None:
        """Return the id of the key that a KMS v2 plugin wraps with now, None when unknown."""
        if source not in self._key_ids:
            try:
                self._key_ids[source] = self._call(source, "Status", b"").get(3)
            except NotUnwrapped:
                self._key_ids[source] = None
        return self._key_ids[source]

    def _ask_and_keep(self, source: KeySource, wrapped: Wrapped) -> Secret | str:
        found: Secret | str
        try:
            request = _v1_request(wrapped) if _is_v1(source) else _v2_request(wrapped)
            found = Secret(self._call(source, "Decrypt", request).get(1, b""))
        except NotUnwrapped as refused:
            found = str(refused)
        if len(self._known) >= MOST_KEYS:
            del self._known[next(iter(self._known))]
        self._known[source, wrapped] = found
        return found

    def _call(self, source: KeySource, method: str, request: bytes) -> dict[int, bytes]:
        import grpc

        if (source.endpoint, method) in self._silent:
            raise NotUnwrapped(self._silent[source.endpoint, method])
        service = "v1beta1" if _is_v1(source) else "v2"
        try:
            channel = self._channel(source)
            call = channel.unary_unary(f"/{service}.KeyManagementService/{method}")
            return _bytes_fields(call(request, timeout=source.timeout_seconds))
        except _Unreachable as unreachable:
            self._silent[source.endpoint, method] = str(unreachable)
            raise NotUnwrapped(str(unreachable)) from None
        except grpc.RpcError as error:
            raise NotUnwrapped(self._complaint(source, method, error)) from None
        except WireError:
            raise NotUnwrapped(
                f"its plugin at {shown_path(source)} sent a response that is not a message"
            ) from None

    def _complaint(self, source: KeySource, method: str, error: grpc.RpcError) -> str:
        import grpc

        code, plugin = error.code(), f"its plugin at {shown_path(source)}"
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            why = f"{plugin} did not respond within {source.timeout_seconds:g} s"
        elif code is grpc.StatusCode.UNAVAILABLE:
            why = f"{plugin} cannot be reached"
        else:
            return f"{plugin} refused: {code.name}: {shown((error.details() or '').encode())}"
        self._silent[source.endpoint, method] = why
        return why

    def _channel(self, source: KeySource) -> grpc.Channel:
        import grpc

        if source.endpoint not in self._channels:
            target = self._target(source)
            self._channels[source.endpoint] = grpc.insecure_channel(target, _SOCKET_OPTIONS)
        return self._channels[source.endpoint]

    def _target(self, source: KeySource) -> str:
        path = path_of(source)
        if path.startswith("@"):
            return f"unix-abstract:{path[1:]}"
        place = os.path.abspath(self._locate(path))
        _look_at_socket(place, path)
        return f"unix:{place}"


class _Unreachable(Exception):
    pass


def path_of(source: KeySource) -> str:
    """Return a plugin's socket as the API server reads its URL: a path, or ``@`` and a name.

    It is never relative: the part before the path would be a host, which a socket does not have.
    """
    rest = source.endpoint.removeprefix("unix:")
    if rest.startswith("//") and not rest.startswith(("//@", "///")):
        rest = rest[2:].partition("/")[2]
    path = re.split("[?#]", rest.lstrip("/"), maxsplit=1)[0]
    return unquote(path if path.startswith("@") else f"/{path}")


def shown_path(source: KeySource) -> str:
    """Return a plugin's socket for a message."""
    return shown(path_of(source).encode())


def _look_at_socket(place: str, path: str) -> None:
    at = f"its plugin's socket {shown(path.encode())}"
    try:
        mode = os.stat(place).st_mode
    except PermissionError:
        raise _Unreachable(f"{at} is not accessible to this user: use sudo") from None
    except (OSError, ValueError):
        raise _Unreachable(f"{at} is not on this host") from None
    if not stat.S_ISSOCK(mode):
        raise _Unreachable(f"{at} is not a socket")
    if len(os.fsencode(place)) > LONGEST_SOCKET_PATH:
        raise _Unreachable(f"{at} has too long a path")
    if not os.access(place, os.W_OK):
        raise _Unreachable(f"{at} is not accessible to this user: use sudo")


def _is_v1(source: KeySource) -> bool:
    return source.provider is Provider.KMS_V1


def _v1_request(wrapped: Wrapped) -> bytes:
    return _message((1, b"v1beta1"), (2, wrapped.data))


def _v2_request(wrapped: Wrapped) -> bytes:
    request = str(uuid.uuid4()).encode()
    annotations = ((4, entry) for entry in wrapped.annotations)
    return _message((1, wrapped.data), (2, request), (3, wrapped.key_id), *annotations)


def _message(*fields: tuple[int, bytes]) -> bytes:
    out = bytearray()
    for number, payload in fields:
        append_field(out, number, payload)
    return bytes(out)


def _bytes_fields(message: bytes) -> dict[int, bytes]:
    fields = read_fields(message)
    return {number: value for number, value in fields if isinstance(value, bytes)}
