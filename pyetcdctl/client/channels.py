"""Open a gRPC channel to one endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import grpc

from pyetcdctl.client.endpoints import wants_tls
from pyetcdctl.client.response_limits import BOUNDS

if TYPE_CHECKING:
    import ssl

    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.client.relay import Relay
    from pyetcdctl.settings import ConnectionSettings

Options: TypeAlias = list[tuple[str, int | str]]
KEEPALIVE_FLOOR_SECONDS = 10.0
"""grpc-go's own lower bound; etcd drops clients that ping more often."""

INT32_MAX = 2**31 - 1
ONLY_UNCOMPRESSED = 1
FIRST_RECONNECT_MS, LAST_RECONNECT_MS = 200, 2000


class Link(NamedTuple):
    """A channel to one endpoint, and the relay that it goes through, if any."""

    channel: grpc.Channel
    relay: Relay | None = None

    def close(self) -> None:
        """Close both."""
        self.channel.close()
        if self.relay is not None:
            self.relay.close()


def open_link(endpoint: Endpoint, settings: ConnectionSettings, *, by_relay: bool = False) -> Link:
    """Return a link to this endpoint alone; it connects at its first call.

    ``by_relay`` leaves TLS to Python, which accepts what gRPC's own does not: keys of the curve
    P-521 and Ed25519, two authorities of one name. It verifies as much.
    """
    options = _options(settings)
    if not wants_tls(endpoint, settings):
        return Link(_plain(endpoint.target, endpoint, options))
    if by_relay or settings.insecure_skip_tls_verify:
        relay = _relay_to(endpoint, settings)
        return Link(_plain(relay.target, endpoint, options), relay)
    return Link(_secure(endpoint, settings, options))


def _plain(target: str, endpoint: Endpoint, options: Options) -> grpc.Channel:
    if not target.startswith("dns:"):
        options = [*options, ("grpc.default_authority", endpoint.authority)]
    return grpc.insecure_channel(target, options=options)


def _secure(endpoint: Endpoint, settings: ConnectionSettings, options: Options) -> grpc.Channel:
    from pyetcdctl.client import tls

    name = tls.server_name(endpoint, settings)
    if name != endpoint.host or endpoint.socket_path:
        expected = endpoint.authority if name == endpoint.host else name
        options = [*options, ("grpc.ssl_target_name_override", expected)]
    return grpc.secure_channel(endpoint.target, tls.credentials(settings.tls), options=options)


def _relay_to(endpoint: Endpoint, settings: ConnectionSettings) -> Relay:
    from pyetcdctl.client.handshakes import secure_socket
    from pyetcdctl.client.relay import Relay
    from pyetcdctl.client.tls import client_context, server_name

    def connect(timeout: float) -> ssl.SSLSocket:
        context = client_context(settings.tls, verify=not settings.insecure_skip_tls_verify)
        return secure_socket(endpoint, context, timeout, server_name(endpoint, settings))

    return Relay(connect)


def _options(settings: ConnectionSettings) -> Options:
    keepalive = max(settings.keepalive_time, KEEPALIVE_FLOOR_SECONDS)
    limit = settings.max_receive_bytes
    options: Options = [
        ("grpc.enable_http_proxy", 0),
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.max_receive_message_length", limit if 0 < limit <= INT32_MAX else -1),
        ("grpc.max_send_message_length", -1),
        # etcd does not compress; a few bytes from another server may decompress to gigabytes.
        ("grpc.compression_enabled_algorithms_bitset", ONLY_UNCOMPRESSED),
        ("grpc.service_config", BOUNDS),
        ("grpc.initial_reconnect_backoff_ms", FIRST_RECONNECT_MS),
        ("grpc.max_reconnect_backoff_ms", LAST_RECONNECT_MS),
    ]
    if settings.keepalive_time > 0:
        options.append(("grpc.keepalive_time_ms", _milliseconds(keepalive)))
        options.append(("grpc.keepalive_timeout_ms", _milliseconds(settings.keepalive_timeout)))
        options += _keepalive_of_idle_streams(keepalive + settings.keepalive_timeout)
    return options


def _keepalive_of_idle_streams(patience: float) -> Options:
    """Return the keepalive options that detect a lost server while no request is sent, as in a
    watch.

    By default gRPC pings such a server twice, then once a minute at most; and not at all while its
    own bandwidth ping waits a minute for a response.
    """
    return [
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.http2.ping_timeout_ms", _milliseconds(patience)),
    ]


def _milliseconds(seconds: float) -> int:
    return min(int(seconds * 1000), INT32_MAX)
