"""The other cluster of ``make-mirror`` and ``copy``, which is written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.session.configuration import configuration, connection_settings, limits
from pyetcdctl.errors import BadArguments, ReadOnlyContext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.settings import ConnectionSettings, Credentials, TlsFiles

_VARIABLES = ("ETCDCTL_", "PYETCDCTL_")


def destination_connection(
    session: Session, endpoints: Sequence[str], tls: TlsFiles, user: Credentials, insecure: bool
) -> Connection:
    """Return the connection to the destination, with the source's time limits, sizes and
    --debug.
    """
    settings = limits(session.configuration.values)._replace(
        endpoints=tuple(endpoints), tls=tls, insecure_transport=insecure, credentials=user
    )
    return _opened(session, settings)


def context_connection(session: Session, name: str) -> Connection:
    """Return the connection to the cluster of a context, with the settings of that context alone.

    Raises ReadOnlyContext for a read-only context.
    """
    # Variables such as ETCDCTL_ENDPOINTS are about the source.
    environment = {
        variable: value
        for variable, value in session.streams.environment.items()
        if not variable.startswith(_VARIABLES)
    }
    found = configuration({"context": name}, environment)
    if found.read_only_context:
        raise ReadOnlyContext(f"context {name} is read-only: nothing is copied to it")
    if found.values["via"]:
        raise BadArguments(
            f"context {name} goes through kubectl, and a copy needs a connection to write to",
            "Try:  --to ENDPOINTS of a forwarded port",
        )
    settings = connection_settings(
        found,
        {**environment, "PYETCDCTL_DISCOVERY": "off"},
        lambda: session.ask_password(f"Password for context {name}: "),
    )
    times = limits(session.configuration.values)
    return _opened(
        session,
        times._replace(
            endpoints=settings.endpoints,
            tls=settings.tls,
            insecure_transport=settings.insecure_transport,
            insecure_skip_tls_verify=settings.insecure_skip_tls_verify,
            credentials=settings.credentials,
        ),
    )


def is_context(session: Session, word: str) -> bool:
    """Return whether a context has this name."""
    from pyetcdctl.contexts.store import Contexts

    return word in Contexts(session.streams.environment).all()


def logged_in(connection: Connection) -> Connection:
    """Check certificate files and log in now, as etcdctl does."""
    connection.endpoint  # noqa: B018 - looks endpoints up
    connection.metadata()
    return connection


def _opened(session: Session, settings: ConnectionSettings) -> Connection:
    """Return a connection that the process closes at its end."""
    from pyetcdctl.client.connection import Connection

    connection = Connection(settings)
    session.process.at_end.callback(connection.close)
    return logged_in(connection)
