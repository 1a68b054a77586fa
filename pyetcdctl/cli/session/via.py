"""``--via``: reach the etcd pods through kubectl, and apply the other global flags there."""

from __future__ import annotations

import shutil
from functools import cached_property
from typing import TYPE_CHECKING

from pyetcdctl.cli.session.configuration import connection_settings, limits
from pyetcdctl.cli.session.terminal import choose
from pyetcdctl.errors import BadArguments, KubectlFailed, NotWritten
from pyetcdctl.kubectl.etcdctl import Etcdctl
from pyetcdctl.kubectl.finding import PORT_FORWARD, find_pods, parse_place
from pyetcdctl.kubectl.forwarding import forward_all
from pyetcdctl.kubectl.program import Kubectl
from pyetcdctl.kubectl.secrets import MemoryFiles, client_pems
from pyetcdctl.settings import TlsFiles
from pyetcdctl.signals import closed_before_end

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.settings import ConnectionSettings

_NO_DISCOVERY = {"PYETCDCTL_DISCOVERY": "off"}
_NOT_FORWARDED = ("discovery-srv", "discovery-srv-name", "insecure-discovery")
_NOT_IN_A_POD = (
    *("auth-jwt-token", "insecure-transport", "max-recv-bytes", "max-request-bytes"),
    *("password", "pki", "user"),
)
_PASSED_ON = ("dial-timeout", "insecure-skip-tls-verify", "keepalive-time", "keepalive-timeout")


class Via:
    """The etcd pods, reached by the etcdctl in them or by forwarded ports."""

    def __init__(self, session: Session) -> None:
        """Find the pods. Raises KubectlFailed where there is none."""
        values = session.configuration.values
        self._session = session
        self._place = parse_place(session.via)
        _refuse(session, _NOT_FORWARDED, "etcd is where its pods are.")
        environment = session.streams.environment
        self._kubectl = Kubectl(
            _program(environment),
            environment,
            values["kubeconfig"],
            values["kube-context"],
            log=session.streams.err.line if values["debug"] else None,
        )
        self._pods = find_pods(self._kubectl, self._place)

    @property
    def has_connection(self) -> bool:
        """Whether etcd is called directly, through a forwarded port, and not by an etcdctl in a
        pod.
        """
        return self._forwarded is not None

    @cached_property
    def settings(self) -> ConnectionSettings:
        """The settings to connect to etcd; with etcdctl in pods, the timeouts and the pods'
        names.
        """
        if self._forwarded is not None:
            return self._forwarded
        return limits(self._session.configuration.values)._replace(
            endpoints=tuple(pod.advertised_endpoint for pod in self._pods),
            read_only=self._session.configuration.read_only_context,
            found_in=f"the pod {self._pods[0].full_name}",
        )

    @cached_property
    def etcdctl(self) -> Etcdctl:
        """The etcdctl of the pods."""
        session = self._session
        _refuse(
            session,
            _NOT_IN_A_POD,
            "The etcdctl in the pod uses the pod's own certificates; "
            "--cacert, --cert and --key name other files in the pod.",
            "Try:  --via port-forward",
        )
        values, given = session.configuration.values, session.configuration.given
        etcdctl = Etcdctl(
            self._kubectl,
            self._pods,
            values["command-timeout"],
            tls=TlsFiles(values["cacert"], values["cert"], values["key"]),
            flags={name: values[name] for name in _PASSED_ON if name in given},
            notice=session.note,
        )
        self._close_at_end(etcdctl.close)
        return etcdctl

    @cached_property
    def target(self) -> str:
        """The cluster and the user of the kubeconfig, and the pod."""
        cluster = self._kubectl.cluster()
        return f"the cluster {cluster.name} as {cluster.user}, pod {self._pods[0].full_name}"

    def source(self, connect: Callable[[], Connection]) -> Source:
        """Return the keys behind the pods; ``connect`` is for their history."""
        from pyetcdctl.cli.session.pod_connection import PodSource

        return PodSource(self.etcdctl, connect)

    def connection(self) -> Connection:
        """Return a connection that asks before the first write."""
        if self._forwarded is not None:
            from pyetcdctl.cli.session.asking_connection import AskingConnection

            return AskingConnection(self._forwarded, self._ask_once)
        from pyetcdctl.cli.session.pod_connection import PodConnection

        return PodConnection(self.settings, self.etcdctl, self._ask_once)

    @cached_property
    def _forwarded(self) -> ConnectionSettings | None:
        """Settings for forwarded ports, where --via requests them or the keys are in Secrets."""
        if self._place.transport == PORT_FORWARD:
            return self._forward()
        if not self._pods[0].has_secrets_for_tls:
            return None
        try:
            return self._forward()
        except KubectlFailed as failure:
            self._session.note(f"# {failure.message}; running etcdctl in the pod instead")
            return None

    def _forward(self) -> ConnectionSettings:
        session = self._session
        given = connection_settings(session.configuration, _NO_DISCOVERY, session.ask_password)
        tls = given.tls or self._tls_of_secrets()
        forwardings = forward_all(self._kubectl, self._pods)
        for each in forwardings:
            self._close_at_end(each.close)
        return given._replace(
            endpoints=tuple(each.endpoint for each in forwardings),
            server_names=tuple((each.endpoint, each.server_name) for each in forwardings),
            tls=tls,
        )

    def _tls_of_secrets(self) -> TlsFiles:
        pod = self._pods[0]
        if not pod.advertised_endpoint.startswith("https:"):
            return TlsFiles()
        files = MemoryFiles(client_pems(self._kubectl, pod))
        self._session.process.at_end.callback(files.close)
        return TlsFiles(*files.paths)

    def _close_at_end(self, close: Callable[[], None]) -> None:
        """Call ``close`` at the end of the process, whether a signal ends it or not."""
        children = self._session.process.children
        children.enter_context(closed_before_end(close))
        children.callback(close)

    def _ask_once(self) -> None:
        session = self._session
        if session.may_write or session.configuration.values["yes"]:
            return
        _ask_to_write(session, self.target)
        session.may_write = True


def _ask_to_write(session: Session, where: str) -> None:
    if not session.streams.input_is_terminal:
        raise BadArguments(
            f"this writes to {where}, and standard input is not a terminal to confirm that on",
            "Try:  the same with --yes",
        )
    if choose(session.streams, f"Write to {where}? [y/N]") != "y":
        raise NotWritten("nothing was written")


def _program(environment: Mapping[str, str]) -> str:
    found = shutil.which("kubectl", path=environment.get("PATH"))
    if found is None:
        raise KubectlFailed(
            "there is no kubectl in $PATH",
            "Try:  install kubectl, or --endpoints with --cacert, --cert and --key",
        )
    return found


def _refuse(session: Session, names: tuple[str, ...], *advice: str) -> None:
    """Raise for flags that would have no effect."""
    given = [name for name in names if name in session.flags]
    if given:
        raise BadArguments(f"--{given[0]} cannot be used with --via {session.via}", *advice)
