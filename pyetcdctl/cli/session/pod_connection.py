"""A connection whose calls the etcdctl in an etcd pod makes, for the commands that make calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client.answers import Answer
from pyetcdctl.client.connection import Connection
from pyetcdctl.errors import KubectlFailed, NeedsConnection
from pyetcdctl.kubectl.calls import PodCalls
from pyetcdctl.kubectl.failures import TRY_DIRECTLY

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.failover import Route
    from pyetcdctl.client.login import Metadata
    from pyetcdctl.kubectl.etcdctl import Etcdctl
    from pyetcdctl.settings import ConnectionSettings


class _CallOnDemand(Answer):
    def __init__(self, call: Callable[[], bytes]) -> None:
        self._call = call

    def result(self) -> bytes:
        """Make the call."""
        return self._call()


class PodConnection(Connection):
    """Makes calls with one response; what needs a channel raises NeedsConnection."""

    def __init__(
        self, settings: ConnectionSettings, etcdctl: Etcdctl, before_write: Callable[[], None]
    ) -> None:
        super().__init__(settings)
        self._etcdctl = etcdctl
        self._before_write = before_write
        self._calls = PodCalls(etcdctl, before_write)

    @property
    def endpoint(self) -> str:
        """Where writes go, for the question before them."""
        cluster = self._etcdctl.kubectl.cluster()
        return f"the cluster {cluster.name} as {cluster.user}, pod {self._etcdctl.pod.full_name}"

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The members behind the pods, by the URLs that they advertise."""
        pods = sorted(self._etcdctl.pods, key=lambda pod: pod.name)
        return tuple(pod.advertised_endpoint for pod in pods)

    @property
    def verification_skipped(self) -> bool:
        """Whether a server's certificate is not looked at: etcdctl in the pod warns of that."""
        return False

    def for_endpoint(self, endpoint: str) -> PodConnection:
        """Return a connection to the pod of one member."""
        pods = [pod for pod in self._etcdctl.pods if endpoint in pod.advertised_urls]
        if not pods:
            raise KubectlFailed(
                f"none of the etcd pods advertises {endpoint}", "Try:  the same without --cluster"
            )
        return PodConnection(self.settings, self._etcdctl.of_pod(pods[0]), self._before_write)

    def unary(
        self,
        method: str,
        request: bytes,
        *,
        deadline: Deadline,
        repeatable: bool,
        metadata: Metadata = (),
    ) -> bytes:
        """Make one call; the command timeout bounds it, whatever is left of the deadline."""
        self.check_size(request)
        return self._calls.call(method, request)

    def future(
        self, method: str, request: bytes, *, deadline: Deadline, patient: bool = True
    ) -> Answer:
        """Return a call that is made when its response is waited for: one etcdctl at a time."""
        self.check_size(request)
        return _CallOnDemand(lambda: self._calls.call(method, request))

    def begin(self) -> None:
        """There is nothing to check and nobody to log in."""

    def close(self) -> None:
        """Leave the pods to the process, which ends what runs in them."""

    @property
    def _route(self) -> Route:
        raise NeedsConnection("this command needs a direct connection to etcd", TRY_DIRECTLY)
