"""Measure what ``doctor`` examines: the cluster, this node's files, and an API server's objects."""

from __future__ import annotations

from dataclasses import replace
from time import sleep
from typing import TYPE_CHECKING, Protocol

from pyetcdctl.cli.session.configuration import discovery_root
from pyetcdctl.cli.session.progress import countdown
from pyetcdctl.cli.session.registry import noted_registry_path
from pyetcdctl.errors import CallFailed, ConnectionFailed, DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.diagnosis.facts import ClusterFacts, UpgradeFacts
    from pyetcdctl.discovery import Discovery

_LOCAL_METRICS = "http://127.0.0.1:2381"
_CERTIFICATES = ("cert-file", "peer-cert-file", "trusted-ca-file", "peer-trusted-ca-file")


class ExaminationFlags(Protocol):
    """The flags that determine what is measured."""

    @property
    def window(self) -> float: ...

    @property
    def metrics(self) -> Sequence[str]: ...

    @property
    def data_dir(self) -> str: ...

    @property
    def no_objects(self) -> bool: ...


def measured(session: Session, flags: ExaminationFlags) -> ClusterFacts:
    """Measure the cluster; raises where nothing can be measured."""
    from pyetcdctl.measuring.authentication import wants_a_user
    from pyetcdctl.measuring.cluster import MeasuringPlan, measure

    try:
        node = _node(session)
        tls = session.settings.tls
        plan = MeasuringPlan(
            flags.window,
            session.settings.command_timeout,
            (*flags.metrics, *_metrics_urls(node)),
            (tls.ca, tls.certificate, *_certificate_files(node)),
            flags.data_dir or _data_dir(node),
        )
        facts = measure(session.connection, plan, _waiting(session))
    except DeadlineExceeded as error:
        raise ConnectionFailed(error.message, *error.advice) from error
    except CallFailed as error:
        advice = ("Try:  pyetcdctl doctor --user root",) if wants_a_user(error) else ()
        raise ConnectionFailed(error.message, *error.advice, *advice) from error
    return facts if flags.no_objects else _with_objects(session, facts)


def _with_objects(session: Session, facts: ClusterFacts) -> ClusterFacts:
    """Add the facts of an API server's objects; without a leader they are not read."""
    if facts.list_failure:
        return facts
    from pyetcdctl.measuring.kubernetes import measure_objects

    try:
        prefix = noted_registry_path(session)
        objects = measure_objects(session.source, prefix, session.keyring.config)
    except CallFailed as error:
        session.note(f"Warning: Kubernetes' objects were not read: {error.message}")
        return facts
    return replace(facts, kubernetes=objects)


def upgrade_facts(session: Session, release: str) -> UpgradeFacts:
    """Return the options of this node's etcd, whatever cluster is examined."""
    from pyetcdctl.diagnosis.facts import SetOption, UpgradeFacts

    root = discovery_root(session.streams.environment)
    if root is None:
        return UpgradeFacts(release, None)
    from pyetcdctl.discovery import discover

    options = discover(root).server.options
    found = tuple(SetOption(name, each.origin, each.file) for name, each in options.items())
    return UpgradeFacts(release, found or None)


def _node(session: Session) -> Discovery | None:
    """Return what discovery finds of this node's etcd, if the endpoints come from it."""
    root = discovery_root(session.streams.environment)
    if root is None or not session.settings.found_in:
        return None
    from pyetcdctl.discovery import discover

    return discover(root)


def _metrics_urls(node: Discovery | None) -> tuple[str, ...]:
    if node is None:
        return ()
    options = node.server.options
    names = ("listen-metrics-urls", "listen-client-http-urls")
    named = ",".join(options[name].value for name in names if name in options)
    return tuple(named.split(",")) if named else (_LOCAL_METRICS,)


def _certificate_files(node: Discovery | None) -> tuple[str, ...]:
    """Return the certificates of this node's etcd, for its clients and for its peers."""
    if node is None:
        return ()
    from pyetcdctl.discovery.node import Node

    files, options = Node(node.root), node.server.options
    return tuple(files.file(options[name].value).real for name in _CERTIFICATES if name in options)


def _data_dir(node: Discovery | None) -> str:
    if node is None or not node.server.data_dir:
        return ""
    from pyetcdctl.discovery.node import Node

    return Node(node.root).file(node.server.data_dir).real


def _waiting(session: Session) -> Callable[[float], None]:
    """Return a function that waits, with a countdown on a terminal."""
    err = session.streams.err

    def wait(seconds: float) -> None:
        if seconds > 1:
            countdown(err, "Measuring", seconds, sleep)
        else:
            sleep(seconds)

    return wait
