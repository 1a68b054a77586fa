"""gRPC channels: how one is opened to one endpoint."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import grpc

if TYPE_CHECKING:
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.settings import ConnectionSettings

KEEPALIVE_FLOOR_SECONDS = 10.0
"""grpc-go's own lower bound; etcd drops clients that ping more often."""

FIRST_RECONNECT_MS, LAST_RECONNECT_MS = 200, 2000


def open_channel(endpoint: Endpoint, settings: ConnectionSettings) -> grpc.Channel:
    """Return a channel to this endpoint alone; it connects at its first call."""
    quieten_core(settings.debug)
    options = _options(endpoint, settings)
    return grpc.insecure_channel(endpoint.target, options=options)


def quieten_core(debug: bool) -> None:
    """Keep gRPC's C core from logging handshake failures on stderr.

    The core knows no other switch than its environment variable, which it reads when its first
    channel opens. A value that the user has set wins.
    """
    if not debug:
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")


def _options(endpoint: Endpoint, settings: ConnectionSettings) -> list[tuple[str, int | str]]:
    keepalive = max(settings.keepalive_time, KEEPALIVE_FLOOR_SECONDS)
    options: list[tuple[str, int | str]] = [
        ("grpc.enable_http_proxy", 0),
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.max_receive_message_length", settings.max_receive_bytes or -1),
        ("grpc.max_send_message_length", -1),
        ("grpc.initial_reconnect_backoff_ms", FIRST_RECONNECT_MS),
        ("grpc.max_reconnect_backoff_ms", LAST_RECONNECT_MS),
    ]
    if settings.keepalive_time > 0:
        options.append(("grpc.keepalive_time_ms", int(keepalive * 1000)))
        options.append(("grpc.keepalive_timeout_ms", int(settings.keepalive_timeout * 1000)))
    if endpoint.socket_path:
        options.append(("grpc.default_authority", endpoint.authority))
    return options
