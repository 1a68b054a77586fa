"""The other cluster of ``make-mirror`` and ``copy``, which is written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.session.configuration import limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.settings import Credentials, TlsFiles


def destination_connection(
    session: Session, endpoints: Sequence[str], tls: TlsFiles, user: Credentials, insecure: bool
) -> Connection:
    """Return the connection to the destination; only times, sizes and --debug are the source's."""
    from pyetcdctl.client.connection import Connection

    settings = limits(session.configuration.values)._replace(
        endpoints=tuple(endpoints), tls=tls, insecure_transport=insecure, credentials=user
    )
    return logged_in(Connection(settings))


def logged_in(connection: Connection) -> Connection:
    """Check certificate files and log in now, as etcdctl does."""
    connection.endpoint  # noqa: B018 - looks endpoints up
    connection.metadata()
    return connection
