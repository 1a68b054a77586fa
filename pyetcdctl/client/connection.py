"""The connection to a cluster: its endpoints, its channels, and the connections derived from it.

How calls are made over it is in retried_calls.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.endpoints import begins_secure, wants_tls
from pyetcdctl.client.failover import Route
from pyetcdctl.client.links import Links
from pyetcdctl.client.login import Login
from pyetcdctl.client.reports import NO_REPORTS
from pyetcdctl.client.retried_calls import RetriedCalls
from pyetcdctl.client.shared_login import shares_login

if TYPE_CHECKING:
    from pyetcdctl.settings import ConnectionSettings

__all__ = ["Connection", "Deadline"]


class Connection(RetriedCalls):
    """A connection to a cluster. Nothing is dialled before the first call."""

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        look_up: bool = True,
        links: Links | None = None,
    ) -> None:
        """With ``look_up`` false, DNS is not queried for endpoints; ``links`` belong to the
        connection that this one is derived from, which closes them.
        """
        if settings.tls:
            from pyetcdctl.client.pem_files import readable_again

            settings = settings._replace(tls=readable_again(settings.tls))
        super().__init__(settings, Login(settings.credentials))
        self._ignored: tuple[str, ...] = ()
        self._look_up = look_up
        self._opened_route: Route | None = None
        self._followed: Route | None = None
        self._links = Links() if links is None else links
        self._owns_links = links is None
        self._limited: dict[int, Connection] = {}
        self.reports = NO_REPORTS
        """To be set before the first call."""
        self.targets_of_login: frozenset[str] | None = None
        """URLs at which this connection's token is valid, too; None before they are known."""

    @property
    def endpoint(self) -> str:
        """The endpoint in use, as the user wrote it."""
        return self._route.endpoint.text

    @property
    def verification_skipped(self) -> bool:
        """Whether the certificate of an endpoint is not verified."""
        return self.settings.insecure_skip_tls_verify and any(
            wants_tls(endpoint, self._route.settings) for endpoint in self._route.endpoints
        )

    @property
    def ignored_endpoints(self) -> tuple[str, ...]:
        """Endpoints from DNS that are not used because they are insecure."""
        return self._ignored if self.settings.srv.domain and self._route else ()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """All endpoints in the order in which the user, or DNS, names them."""
        settings = self._route.settings if self.settings.srv.domain else self.settings
        return tuple(text.strip() for text in settings.endpoints if text.strip())

    def for_endpoint(self, endpoint: str) -> Connection:
        """Return a connection with the same settings to that endpoint alone.

        A bare endpoint uses TLS where it would as one of the list. This connection owns its channel
        and closes it. The new connection starts with this one's token where the endpoint is known
        to belong to the same cluster: see shared_login.py.
        """
        settings = self.settings
        given = endpoint in settings.endpoints
        alone = settings._replace(
            endpoints=(endpoint,),
            insecure_transport=settings.insecure_transport and not begins_secure(settings),
            found_in=settings.found_in if given else "",
            alternates=(),
        )
        other = self._derived(alone)
        if shares_login(self, endpoint):
            other._login = self._login.copy()
        return other

    def receiving_at_most(self, size_bytes: int) -> Connection:
        """Return a connection to the endpoint in use, with the same login, that refuses larger
        responses. It is made once for a size, and closed with this one.
        """
        limited = self._limited.get(size_bytes)
        if limited is None:
            settings = self._route.settings._replace(max_receive_bytes=size_bytes)
            limited = self._derived(settings)
            limited._login, limited._opened_route = self._login, self._route
            self._limited[size_bytes] = limited
        return limited

    def beside(self) -> Connection:
        """Return a second connection to the endpoint in use with the same login, for a thread of
        its own; the caller closes it.
        """
        other = Connection(self._route.settings, look_up=False)
        other._followed, other._login = self._route, self._login.copy()
        return other

    def leave_endpoint(self) -> None:
        """Move the endpoint in use to the end of the order: the next call tries it last."""
        self._route.leave()

    def begin(self) -> None:
        """Check the settings and log in before the first call is made."""
        self._route  # noqa: B018 - making it checks the files and asks DNS
        self.metadata()

    def close(self) -> None:
        """Close all channels, also those of connections derived from this one; a later call opens
        new ones.
        """
        while self._limited:
            self._limited.popitem()[1].close()
        self._opened_route = None
        if self._owns_links:
            self._links.close()

    def _derived(self, settings: ConnectionSettings) -> Connection:
        return Connection(settings, look_up=False, links=self._links)

    @property
    def _route(self) -> Route:
        if self._opened_route is None:
            settings = self._resolved() if self._look_up and self.settings.srv.domain else None
            self._opened_route = Route(settings or self.settings, self.reports, self._links)
            if self._followed is not None:
                self._opened_route.follow(self._followed)
        return self._opened_route

    def _resolved(self) -> ConnectionSettings:
        """Return the settings with the endpoints that DNS names, if it names any."""
        from pyetcdctl.client.srv import look_up

        found = look_up(self.settings.srv)
        self._ignored = found.ignored
        return self.settings._replace(endpoints=found.endpoints or self.settings.endpoints)
