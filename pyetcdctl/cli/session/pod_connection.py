"""A connection that makes its calls through the etcdctl in an etcd pod."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, cast

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.responses import PendingResponse
from pyetcdctl.errors import DeadlineExceeded, KubectlFailed, NeedsConnection
from pyetcdctl.kubectl.calls import PodCalls, not_through_kubectl
from pyetcdctl.kubectl.failures import DEADLINE, TRY_DIRECTLY
from pyetcdctl.kubectl.pod_watch import PodWatch
from pyetcdctl.kubectl.source import KubectlSource
from pyetcdctl.rpc.watch import WATCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.exchange import Exchange
    from pyetcdctl.client.failover import Route
    from pyetcdctl.client.login import Metadata
    from pyetcdctl.keyspace.history import History
    from pyetcdctl.kubectl.etcdctl import Etcdctl
    from pyetcdctl.settings import ConnectionSettings


class _CallOnDemand(PendingResponse):
    def __init__(self, call: Callable[[], bytes]) -> None:
        self._call = call

    def result(self) -> bytes:
        """Make the call."""
        return self._call()


class PodConnection(Connection):
    """Makes calls with one response; everything that needs a channel raises NeedsConnection."""

    def __init__(
        self, settings: ConnectionSettings, etcdctl: Etcdctl, before_write: Callable[[], None]
    ) -> None:
        super().__init__(settings)
        self._etcdctl = etcdctl
        self._before_write = before_write
        self._calls = PodCalls(etcdctl, before_write)

    @property
    def endpoint(self) -> str:
        """The member in the pod in use, by the URL that it advertises."""
        return self._etcdctl.pod.advertised_endpoint

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The members behind the pods, by the URLs that they advertise."""
        pods = sorted(self._etcdctl.pods, key=lambda pod: pod.name)
        return tuple(pod.advertised_endpoint for pod in pods)

    @property
    def verification_skipped(self) -> bool:
        """Whether a server's certificate is not verified: etcdctl in the pod warns of that."""
        return False

    def for_endpoint(self, endpoint: str) -> PodConnection:
        """Return a connection to the pod of one member."""
        pods = [pod for pod in self._etcdctl.pods if endpoint in pod.advertised_urls]
        if not pods:
            raise KubectlFailed(
                f"none of the etcd pods advertises {endpoint}", "Try:  the same without --cluster"
            )
        return PodConnection(self.settings, self._etcdctl.of_pod(pods[0]), self._before_write)

    def receiving_at_most(self, size_bytes: int) -> PodConnection:
        """Return the same connection: kubectl has no limit for responses."""
        return self

    def unary(
        self,
        method: str,
        request: bytes,
        *,
        deadline: Deadline,
        repeatable: bool,
        metadata: Metadata = (),
    ) -> bytes:
        """Make one call; the command timeout bounds it, not the deadline."""
        self.check_request(method, request)
        return self._calls.call(method, request)

    def future(
        self, method: str, request: bytes, *, deadline: Deadline, patient: bool = True
    ) -> PendingResponse:
        """Return a call that is made when its response is waited for: one etcdctl at a time."""
        self.check_request(method, request)
        return _CallOnDemand(lambda: self._calls.call(method, request))

    def exchange(self, method: str, deadline: Deadline) -> Exchange:
        """Open a watch; no other bidirectional stream is supported."""
        if method != WATCH:
            raise not_through_kubectl(method)
        return cast("Exchange", PodWatch(self._etcdctl))

    def leave_endpoint(self) -> None:
        """Do nothing: there is no other endpoint, and etcdctl.py fails over from a pod."""

    def log_in_again(self) -> None:
        """Do nothing: the pod's certificate is the login."""

    def too_late(self) -> DeadlineExceeded:
        """Return the error of a command whose deadline has passed."""
        pod = self._etcdctl.pod.full_name
        return DeadlineExceeded(
            DEADLINE, f"etcdctl in the pod {pod} sends no output.", code="DEADLINE_EXCEEDED"
        )

    def begin(self) -> None:
        """Do nothing: there are no settings to check, and etcdctl logs in by itself."""

    def close(self) -> None:
        """Leave the pods to the process, which ends what runs in them."""

    @property
    def _route(self) -> Route:
        raise NeedsConnection("this command needs a direct connection to etcd", TRY_DIRECTLY)


class PodSource(KubectlSource):
    """The keys behind the pods, with their history: a watch from the compaction on."""

    def __init__(self, etcdctl: Etcdctl, connect: Callable[[], Connection]) -> None:
        super().__init__(etcdctl)
        self._connect = connect

    def history(
        self, key: bytes, range_end: bytes = b"", *, deletions_only: bool = False
    ) -> History:
        """Return every revision that the server has not compacted."""
        from pyetcdctl.client.deadline import Deadline
        from pyetcdctl.client.history import HistoryReading

        connection = self._connect()
        deadline = Deadline.after(connection.settings.command_timeout)
        with closing(
            HistoryReading(connection, key, range_end, deadline, deletions_only=deletions_only)
        ) as reading:
            return reading.result()
