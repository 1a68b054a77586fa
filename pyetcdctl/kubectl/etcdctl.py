"""The etcdctl in an etcd pod, run by kubectl exec; fails over from a pod that cannot be used.

Invariant: nothing that may have run in one pod is run again in another.
"""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from types import MappingProxyType
from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed, DeadlineExceeded, PyetcdctlError
from pyetcdctl.kubectl.failures import DEADLINE, failure_of, may_be_of_the_pod
from pyetcdctl.settings import TlsFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyetcdctl.kubectl.child import KubectlChild
    from pyetcdctl.kubectl.pods import EtcdPod
    from pyetcdctl.kubectl.program import Kubectl

NO_TLS = TlsFiles()
NO_FLAGS: Mapping[str, bool | float] = MappingProxyType({})
_AS_PROTOBUF = (b"--write-out=protobuf",)
START_SECONDS = 15.0
"""The time limit for kubectl to reach the API server, the kubelet and the container."""


class Etcdctl:
    """Runs etcdctl in the first pod that can be used."""

    def __init__(
        self,
        kubectl: Kubectl,
        pods: Sequence[EtcdPod],
        seconds: float,
        *,
        tls: TlsFiles = NO_TLS,
        flags: Mapping[str, bool | float] = NO_FLAGS,
        advertised: bool = False,
        notice: Callable[[str], None] = lambda line: None,
    ) -> None:
        """``seconds`` is the command timeout; ``tls`` are paths in the pod to use instead of those
        of the server; ``flags`` are durations and switches for etcdctl.

        With ``advertised`` the member is called at its advertised URL, which its responses then
        name.
        """
        self.kubectl = kubectl
        self.pods = list(pods)
        self.seconds = seconds
        self._tls = tls
        self._flags = flags
        self._advertised = advertised
        self._notice = notice
        self._running: list[KubectlChild] = []
        self._has_responded = False

    @property
    def pod(self) -> EtcdPod:
        """The pod in use."""
        return self.pods[0]

    @property
    def endpoint(self) -> str:
        """The member's URL that etcdctl in the pod is given."""
        return self.pod.advertised_endpoint if self._advertised else self.pod.local_endpoint

    def protobuf(self, words: Sequence[bytes]) -> Iterator[bytes]:
        """Yield the response that etcdctl prints, as protobuf."""
        return self.stream([*_AS_PROTOBUF, *words])

    def transaction(self, text: bytes) -> Iterator[bytes]:
        """Yield the response to a transaction.

        etcdctl has no time limit for a transaction, and one of five seconds for every other
        command: so a read is made first where the member has not responded yet.
        """
        if not self._has_responded:
            self._probe()
        yield from self.stream([*_AS_PROTOBUF, b"txn"], text)

    def of_pod(self, pod: EtcdPod) -> Etcdctl:
        """Return the etcdctl of one pod alone, which calls the member's advertised URL."""
        alone = copy(self)
        alone.pods = [pod]
        alone._advertised = True
        return alone

    def output(self, words: Sequence[bytes], input: bytes = b"") -> bytes:
        """Return what etcdctl prints."""
        return b"".join(self.stream(words, input))

    def stream(self, words: Sequence[bytes], input: bytes = b"") -> Iterator[bytes]:
        """Yield what etcdctl prints, as it comes."""
        failures: list[PyetcdctlError] = []
        while True:
            started = False
            try:
                for piece in self._stream_of_pod(words, input):
                    started = True
                    yield piece
                return
            except PyetcdctlError as failure:
                failures.append(failure)
                if started or len(self.pods) == 1 or not may_be_of_the_pod(failure):
                    advice = (*failure.advice, *_earlier(failures))
                    raise failure.with_advice(*advice) from failure.__cause__
                self._notice(f"# {failure.message}; trying the pod {self.pods[1].full_name}")
                del self.pods[0]

    def started(self, words: Sequence[bytes]) -> KubectlChild:
        """Start an etcdctl that reads lines for as long as its input lasts."""
        program = [*self._program(), *_AS_PROTOBUF, *words]
        child = self.kubectl.start_in(self.pod, program, is_dialog=True)
        self._running.append(child)
        return child

    def forget(self, child: KubectlChild) -> None:
        """Forget a kubectl that has ended."""
        with suppress(ValueError):  # close() has been here
            self._running.remove(child)

    def close(self) -> None:
        """End all running programs, here and in the pod."""
        while self._running:
            self._running.pop().cancel(self._report_draining)

    def _stream_of_pod(self, words: Sequence[bytes], input: bytes) -> Iterator[bytes]:
        child = self.kubectl.start_in(self.pod, [*self._program(), *words], input)
        self._running.append(child)
        try:
            yield from child.pieces(START_SECONDS + self.seconds, self.seconds)
            if child.wait():
                raise failure_of(child.messages, self.pod.full_name)
            self._has_responded = True
        except TimeoutError:
            raise DeadlineExceeded(
                DEADLINE,
                f"kubectl exec in the pod {self.pod.full_name} sends no output.",
                "Try:  --command-timeout 30s",
                code="DEADLINE_EXCEEDED",
            ) from None
        finally:
            with suppress(ValueError):  # close() has been here
                self._running.remove(child)
                child.cancel(self._report_draining)

    def _probe(self) -> None:
        """Read a key that need not exist; a refusal, too, shows that the member responds."""
        try:
            self.output([*_AS_PROTOBUF, b"get", b"--", b"health"])
        except CallFailed as failure:
            if isinstance(failure, DeadlineExceeded):
                raise
        self._has_responded = True

    def _program(self) -> list[str | bytes]:
        """Return etcdctl with the flags to connect to its own member."""
        flags = {
            "endpoints": self.endpoint,
            "command-timeout": _go_text(self.seconds),
            **{name: _go_text(value) for name, value in self._flags.items()},
            **(self._tls_flags() if self.endpoint.startswith("https:") else {}),
        }
        taken = self.pod.variables
        return [
            "etcdctl",
            *(
                f"--{name}={value}"
                for name, value in flags.items()
                if value and f"ETCDCTL_{name.upper().replace('-', '_')}" not in taken
            ),
        ]

    def _tls_flags(self) -> dict[str, str]:
        given, own = self._tls, self.pod.tls
        pair = given if given.certificate or given.key else own
        return {"cacert": given.ca or own.ca, "cert": pair.certificate, "key": pair.key}

    def _report_draining(self) -> None:
        self._notice(
            f"# ending etcdctl in the pod {self.pod.full_name}; again Ctrl-C leaves it there"
        )


def _go_text(value: bool | float) -> str:
    """Write a switch or a duration in seconds as Go's flags take it."""
    return str(value).lower() if isinstance(value, bool) else f"{value:.3f}s"


def _earlier(failures: Sequence[PyetcdctlError]) -> list[str]:
    """Return the advice that names the failures before the last."""
    return [f"Before: {each.message}" for each in failures[:-1]]
