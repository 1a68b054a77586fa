"""``--via kubectl``: the etcdctl of the etcd pods, and what the other global flags mean there."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pyetcdctl.cli.session.signals import closed_before_end
from pyetcdctl.cli.session.terminal import choose
from pyetcdctl.errors import BadArguments, KubectlFailed, NotWritten
from pyetcdctl.kubectl.etcdctl import Etcdctl
from pyetcdctl.kubectl.finding import find_pods
from pyetcdctl.kubectl.place import parse_place
from pyetcdctl.kubectl.program import Kubectl
from pyetcdctl.settings import TlsFiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.client.connection import Connection

_WITHOUT_A_MEANING = (
    *("auth-jwt-token", "discovery-srv", "discovery-srv-name", "insecure-discovery"),
    *("insecure-transport", "max-recv-bytes", "max-request-bytes", "password", "pki", "user"),
)
_PASSED_ON = ("dial-timeout", "insecure-skip-tls-verify", "keepalive-time", "keepalive-timeout")


def open_etcdctl(session: Session) -> Etcdctl:
    """Find the pods, and return their etcdctl; it ends with the process, however that ends."""
    values = session.configuration.values
    place = parse_place(session.via)
    _check_flags(session)
    kubectl = Kubectl(
        _program(session.streams.environment),
        session.streams.environment,
        values["kubeconfig"],
        values["kube-context"],
        log=session.streams.err.line if values["debug"] else None,
    )
    etcdctl = Etcdctl(
        kubectl,
        find_pods(kubectl, place),
        values["command-timeout"],
        tls=TlsFiles(values["cacert"], values["cert"], values["key"]),
        flags={name: values[name] for name in _PASSED_ON if name in session.configuration.given},
        notice=session.note,
    )
    at_end = session.process.at_end
    at_end.enter_context(closed_before_end(etcdctl.close))
    at_end.callback(etcdctl.close)
    return etcdctl


def pod_connection(session: Session) -> Connection:
    """Return a connection through the pods that asks before the first write."""
    from pyetcdctl.cli.session.pod_connection import PodConnection

    def before_write() -> None:
        if not (session.may_write or session.configuration.values["yes"]):
            _ask_to_write(session, connection.endpoint)
            session.may_write = True

    connection = PodConnection(session.settings, session.etcdctl, before_write)
    return connection


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


def _check_flags(session: Session) -> None:
    """Refuse what etcdctl in the pod is not given, rather than pass over it."""
    meaningless = [name for name in _WITHOUT_A_MEANING if name in session.flags]
    if meaningless:
        raise BadArguments(
            f"--{meaningless[0]} does not go with --via kubectl",
            "etcd's endpoint and certificates are those of the pod; "
            "--cacert, --cert and --key name files in the pod.",
        )
