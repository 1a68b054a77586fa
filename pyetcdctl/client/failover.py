"""Choose the endpoint, fail over to the next, and decide which calls may be retried.

Like etcdctl's balancer: no endpoint is preferred, and one that is down costs no time while another
responds. A single endpoint has one channel; several are raced (racing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.endpoints import parse_endpoint, parse_endpoints, wants_tls
from pyetcdctl.client.links import Links
from pyetcdctl.client.reports import NO_REPORTS, report_waiting
from pyetcdctl.client.status import (
    DEADLINE_TEXT,
    LEARNER,
    PERHAPS_APPLIED,
    REFUSALS,
    code_name,
    deadline_exceeded,
    details_of,
    go_text,
)
from pyetcdctl.errors import BadArguments, DeadlineExceeded, ServerSilent

if TYPE_CHECKING:
    from collections.abc import Callable

    import grpc

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.endpoints import Endpoint
    from pyetcdctl.client.probe import Verdict
    from pyetcdctl.client.reports import Reports
    from pyetcdctl.errors import PyetcdctlError
    from pyetcdctl.settings import ConnectionSettings

MAX_ATTEMPTS = 100
BACKOFF_SECONDS = 0.025
RACE_SECONDS = 0.5
"""A server knows the deadline, and may end a call a little before this program does."""


def backoff_before(attempt: int, endpoints: int) -> float:
    """Return the back-off before an attempt: one after each quorum of endpoints that was tried."""
    quorum = endpoints // 2 + 1
    return BACKOFF_SECONDS if attempt and attempt % quorum == 0 else 0.0


def may_repeat(error: grpc.RpcError, endpoints: int, repeatable: bool) -> bool:
    """Whether a call may be retried although it may have reached a server.

    A server's own time limit may pass before the command's deadline; after that deadline nothing is
    sent.
    """
    if endpoints > 1 and details_of(error) == LEARNER:
        return True
    return repeatable and code_name(error) in ("UNAVAILABLE", "DEADLINE_EXCEEDED")


def doubts_about(error: grpc.RpcError, endpoints: int, attempts: int) -> tuple[str, ...]:
    """Return the advice for a failed write that may have been carried out; else none."""
    return (PERHAPS_APPLIED,) if _may_have_arrived(error, endpoints, attempts) else ()


def _may_have_arrived(error: grpc.RpcError, endpoints: int, attempts: int) -> bool:
    """Whether a failed call may have been carried out.

    A call on a single endpoint that had no connection at first was still waiting for one at its
    deadline. Of several endpoints only one that passed a health check gets the call. A server that
    has no quorum within its own time limit reports that by its text alone.
    """
    code, details = code_name(error), details_of(error)
    if code == "DEADLINE_EXCEEDED":
        return attempts == 1 or endpoints > 1
    return details == DEADLINE_TEXT or (code == "UNAVAILABLE" and details not in REFUSALS)


def with_early_end(
    failure: PyetcdctlError, error: grpc.RpcError, left: float | None
) -> PyetcdctlError:
    """Return the failure with the server's own text if its time limit passed well before our
    deadline.
    """
    was_early = left is None or left > RACE_SECONDS
    if was_early and isinstance(failure, DeadlineExceeded) and code_name(error) == "UNKNOWN":
        return failure.with_message(go_text("UNKNOWN", details_of(error)))
    return failure


class Route:
    """The endpoints in the order to try. Several routes may share their links."""

    def __init__(
        self,
        settings: ConnectionSettings,
        reports: Reports = NO_REPORTS,
        links: Links | None = None,
    ) -> None:
        if settings.tls:
            from pyetcdctl.client.tls import check_files

            check_files(settings.tls)
        self.settings = settings
        self.endpoints = _shuffled(list(dict.fromkeys(parse_endpoints(settings.endpoints))))
        self._links = Links() if links is None else links
        self._reports = reports
        self._own = self.endpoints[0]
        self._alternates = {url: name for name, url in settings.alternates}
        # Tried last: the race between endpoints gives the member on this node a head start.
        self.endpoints += map(parse_endpoint, self._alternates)
        self._chosen = len(self.endpoints) == 1
        self._files = self._files_now()

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint in use, or the one to be tried first."""
        return self.endpoints[0]

    @property
    def lacks_certificate(self) -> bool:
        """Whether the endpoint in use is reached in TLS without a client certificate."""
        return wants_tls(self.endpoint, self.settings) and not self.settings.tls.certificate

    def follow(self, other: Route) -> None:
        """Begin at the endpoint that another route to the same endpoints has chosen."""
        self.endpoints, self._chosen = list(other.endpoints), other._chosen

    def channel(self, deadline: Deadline, max_receive_bytes: int = 0) -> grpc.Channel:
        """Return a channel for a call, which refuses larger responses; several endpoints are raced
        for it, on the channels that serve all other calls.
        """
        if deadline.expired:
            raise self.too_late()
        if not self._chosen:
            self.ready_channel(deadline)
        return self._channel(self.endpoint, max_receive_bytes)

    def ready_channel(self, deadline: Deadline) -> grpc.Channel:
        """Return a channel to an endpoint that responds, waiting for one until the deadline."""
        from pyetcdctl.client.racing import Race

        order = list(self.endpoints)
        race = Race([self._opener(endpoint) for endpoint in order])
        try:
            won = race.winner(deadline)
            if won is None and not deadline.expired:
                race.end()
                self.give_up_early(deadline)
                race = Race([self._opener(endpoint) for endpoint in order])
                won = race.winner(deadline, patient=True)
        finally:
            race.end()
        if won is None:
            raise self.too_late()
        self.endpoints.insert(0, self.endpoints.pop(won))
        self._report_other_member()
        self._chosen = True
        return self._channel(self.endpoint, self.settings.max_receive_bytes)

    def leave(self) -> None:
        """Fail over: the endpoint in use is the last that the next call tries.

        Certificates that were renewed since the links were made are read again.
        """
        if len(self.endpoints) > 1:
            self.endpoints.append(self.endpoints.pop(0))
            self._chosen = False
        if self.settings.tls and self._files != self._files_now() and self._files_are_usable():
            self._files = self._files_now()
            self._links.drop(self.endpoints)

    def _files_now(self) -> object:
        if not self.settings.tls:
            return None
        from pyetcdctl.client.pem_files import signature_of

        return signature_of(self.settings.tls)

    def _files_are_usable(self) -> bool:
        """Whether certificate and key match; a renewal may be half done."""
        from pyetcdctl.client.tls import check_files

        try:
            check_files(self.settings.tls)
        except BadArguments:
            return False
        return True

    def give_up_early(self, deadline: Deadline, details: str = "") -> None:
        """Raise if the cause is permanent, so that retrying until the deadline cannot succeed.

        Where Python's TLS reaches a server and gRPC's does not, Python's is used from now on.
        """
        from pyetcdctl.client.probe import EARLY_SECONDS, is_passing, verdict

        if is_passing(details):
            self._report_waiting(deadline)
        else:
            seconds = deadline.within(EARLY_SECONDS).remaining() or 0.0
            found = verdict(self.settings, self.endpoints, seconds)
            if found.permanent:
                raise deadline_exceeded(*found.advice)
            for endpoint in found.reachable:
                self._use_relay(endpoint)
            if not found.reachable:
                self._report_waiting(deadline)

    def _report_other_member(self) -> None:
        """Report once that another member is read than the one on this node."""
        name = self._alternates.get(self.endpoint.text)
        if name is not None and self._reports.other_member:
            self._reports.other_member(
                f"Note: {self._own.text}, the member on this node, does not respond: "
                f"this was read from {self.endpoint.text} ({name})"
            )
            self._reports = self._reports._replace(other_member=None)

    def _report_waiting(self, deadline: Deadline) -> None:
        """Report after a second why the command waits, if it still does; once."""
        report, self._reports = self._reports.waiting, self._reports._replace(waiting=None)
        if report is not None:
            report_waiting(report, self._examine, deadline)

    def _examine(self) -> Verdict:
        from pyetcdctl.client.probe import LATE_SECONDS, verdict

        return verdict(self.settings, self.endpoints, LATE_SECONDS)

    def too_late(self) -> DeadlineExceeded:
        """Return the error of a call whose deadline has passed, with its cause if found."""
        found = self._examine()
        kind = ServerSilent if found.reachable else DeadlineExceeded
        return deadline_exceeded(*found.advice, kind=kind)

    def _channel(self, endpoint: Endpoint, max_receive_bytes: int) -> grpc.Channel:
        settings = self.settings._replace(max_receive_bytes=max_receive_bytes)
        return self._links.link(endpoint, settings).channel

    def _use_relay(self, endpoint: Endpoint) -> None:
        if wants_tls(endpoint, self.settings) and not self.settings.insecure_skip_tls_verify:
            self._links.use_relay(endpoint)

    def _opener(self, endpoint: Endpoint) -> Callable[[], grpc.Channel]:
        return lambda: self._channel(endpoint, self.settings.max_receive_bytes)


def _shuffled(endpoints: list[Endpoint]) -> list[Endpoint]:
    if len(endpoints) > 1:
        from random import shuffle

        shuffle(endpoints)
    return endpoints
