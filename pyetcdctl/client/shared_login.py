"""One login for calls at several endpoints of a cluster.

A token is valid at every member: simple ones are assigned by an entry of the log, which all members
apply, and signed ones are verified by a key that all have. Another cluster does not accept it, and
its server may wait without end: a simple token names an entry of the log, which that server waits
to apply. So a token is used only at URLs that the members themselves advertise; any other given
endpoint has its own login.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.endpoints import parse_endpoint
from pyetcdctl.errors import CallFailed, ConnectionFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.client.connection import Connection


def log_in_for_all(connection: Connection) -> None:
    """Log in where several endpoints are given, and find the endpoints where the token is valid.

    Where this fails each endpoint has its own login, which fails in its own way.
    """
    several = len(connection.endpoints) > 1
    if not (connection.settings.credentials and several) or connection.targets_of_login is not None:
        return
    connection.targets_of_login = frozenset()
    from pyetcdctl.client.cluster import ClusterService
    from pyetcdctl.client.deadline import Deadline

    try:
        deadline = Deadline.after(connection.settings.command_timeout)
        response = ClusterService(connection).list(deadline, linearizable=False)
    except (CallFailed, ConnectionFailed):
        return
    urls = (url for member in response.members for url in member.clientURLs)
    connection.targets_of_login = frozenset(_targets((connection.endpoint, *urls)))


def shares_login(connection: Connection, endpoint: str) -> bool:
    """Whether the token of a connection is known to be valid at an endpoint.

    An endpoint that the user did not give comes from the member list.
    """
    if not connection.settings.credentials:
        return False
    given = connection.endpoints
    if len(given) == 1 or endpoint not in given:
        return True
    return next(_targets((endpoint,)), "") in (connection.targets_of_login or ())


def _targets(endpoints: Iterable[str]) -> Iterator[str]:
    for text in endpoints:
        try:
            yield parse_endpoint(text).target
        except (CallFailed, ConnectionFailed):
            continue
