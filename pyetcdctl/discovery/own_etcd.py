"""The settings to connect to this node's etcd, for commands without endpoints or with the node's
own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.discovery.findings import Reason
from pyetcdctl.discovery.search import find_connection, is_served_by

if TYPE_CHECKING:
    import os

    from pyetcdctl.discovery.findings import Discovery
    from pyetcdctl.settings import ConnectionSettings

_URL = re.compile(r"(?P<scheme>https?)://(?P<host>\[[^]]+\]|[^:/]+):(?P<port>\d+)")


def apply(settings: ConnectionSettings, root: str | os.PathLike[str]) -> ConnectionSettings:
    """Return settings with the node's endpoints and certificates; unchanged where none is found."""
    found = find_connection(root)
    if not found.endpoints or found.found_in is None:
        return settings
    return settings._replace(
        endpoints=tuple(endpoint.url for endpoint in found.endpoints),
        tls=found.tls,
        found_in=found.found_in.path,
        unreadable=_unreadable_key(found),
        alternates=other_members(found),
    )


def with_own_certificates(
    settings: ConnectionSettings, root: str | os.PathLike[str]
) -> ConnectionSettings:
    """Return settings with the node's certificates if all endpoints are the node's own, in TLS."""
    schemes = {text.strip().lower().partition(":")[0] for text in settings.endpoints}
    if not settings.endpoints or schemes & {"http", "unix"}:
        return settings
    found = find_connection(root)
    is_secure = all(endpoint.url.startswith("https://") for endpoint in found.endpoints)
    if not (found and is_secure and is_served_by(found, settings.endpoints)):
        return settings
    return settings._replace(tls=found.tls, unreadable=_unreadable_key(found))


def other_members(found: Discovery) -> tuple[tuple[str, str], ...]:
    """Return names and likely client URLs of the members that run on other nodes.

    The node's files name their peer URLs alone; clients find them at this member's client port.
    """
    own = _URL.fullmatch(found.endpoints[0].url) if len(found.endpoints) == 1 else None
    if own is None:
        return ()
    others = []
    for member in found.members:
        peer = _URL.fullmatch(member.peer_url.rstrip("/"))
        is_own = member.name == found.server.name or member.peer_url in found.server.peer_urls
        if peer and not is_own:
            others.append((member.name, f"{own['scheme']}://{peer['host']}:{own['port']}"))
    return tuple(others)


def _unreadable_key(found: Discovery) -> str:
    """Return the first unreadable file of the client certificate that the server demands."""
    if found.client is not None or not found.needs_client_certificate:
        return ""
    unreadable = (skip.file.path for skip in found.skipped if skip.reason is Reason.UNREADABLE)
    return next(unreadable, "")
