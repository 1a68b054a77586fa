"""``doctor``: what is wrong with a cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import duration
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import api_server_prefix, discovery_root
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import (
    BadArguments,
    BadFeature,
    CallFailed,
    ConnectionFailed,
    DeadlineExceeded,
    Reported,
)
from pyetcdctl.results import DirectoryRanking, Examination

if TYPE_CHECKING:
    from pyetcdctl.diagnosis.facts import ClusterFacts, UpgradeFacts
    from pyetcdctl.diagnosis.findings import Report, Severity
    from pyetcdctl.diagnosis.rules import Rules
    from pyetcdctl.discovery import Discovery

_EXAMPLE = """\
  pyetcdctl doctor --for 1s
  pyetcdctl doctor --for 1s --upgrade-to 3.6 --fail-on critical"""
_TICK_SECONDS = 0.2
_LONGEST_SECONDS = 86_400.0
_LOCAL_METRICS = "http://127.0.0.1:2381"

app = new_app()


class DoctorFlags(Flags):
    """The flags of ``doctor``."""

    window: Annotated[
        float,
        typer.Option(
            "--for",
            parser=duration,
            metavar="duration",
            help="How long to measure: two scrapes this far apart.",
        ),
    ] = 10.0
    rules: Annotated[
        str,
        typer.Option("--rules", metavar="mixin|openshift|FILE", help="By whose limits to judge."),
    ] = "mixin"
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on", metavar="warning|critical", help="From which severity on to exit with 1."
        ),
    ] = "warning"
    metrics: Annotated[
        list[str],
        typer.Option(
            "--metrics", metavar="URL", help="Where members publish metrics besides; repeatable."
        ),
    ] = []  # noqa: RUF012 - Typer copies it
    data_dir: Annotated[
        str,
        typer.Option(
            "--data-dir", metavar="DIR", help="The data of this node's member, if not found."
        ),
    ] = ""
    upgrade_to: Annotated[
        str,
        typer.Option(
            "--upgrade-to", metavar="3.6|3.7", help="Also whether the cluster is ready for it."
        ),
    ] = ""
    no_objects: Annotated[
        bool, typer.Option("--no-objects", help="Do not read Kubernetes' objects.")
    ] = False
    bundle: Annotated[
        str,
        typer.Option(
            "--bundle",
            metavar="FILE.tar.gz",
            help="Also pack all for a bug report: the list of keys, never a value.",
        ),
    ] = ""
    hash_keys: Annotated[
        bool, typer.Option("--hash-keys", help="Hide the keys in the bundle and in the report.")
    ] = False
    junit: Annotated[
        str,
        typer.Option("--junit", metavar="FILE", help="Also write the verdicts as JUnit's XML."),
    ] = ""


@command(app, "doctor", _EXAMPLE, needs_server=False, prints=(DirectoryRanking, Examination))
def doctor(session: Session, surplus: Annotated[list[str], words("")], flags: DoctorFlags) -> None:
    """Find out what is wrong with a cluster, and what to run next.

    It only reads, all objects of an API server included. Latencies and failures are judged by what
    happened between two scrapes, never by the life of the process; fewer than 100 samples have no
    verdict. Exit code 0: nothing found; 1: findings; 2: it could not look.

    With --from DIR, repeated for each data directory of a dead cluster, no server is needed: which
    has the newest log, what each would lose, and the steps to begin again with it on this node.
    """
    if surplus:
        raise BadArguments("doctor takes no arguments")
    if session.file_path:
        _compare(session)
        return
    least, rules = _severity(flags.fail_on), _rules(flags.rules)
    _check_target(flags.upgrade_to)
    facts = _measured(session, flags)
    if flags.upgrade_to:
        facts = replace(facts, upgrade=_upgrade(session, flags.upgrade_to))

    from pyetcdctl.diagnosis.examination import examine
    from pyetcdctl.measuring.bundle import hidden_keys, with_hidden_keys

    hidden = hidden_keys() if flags.hash_keys else None
    if hidden is not None:
        facts = with_hidden_keys(facts, hidden)
    report = examine(facts, rules, datetime.now(UTC))
    if flags.bundle:
        _pack(session, flags.bundle, facts, report, hidden)
    if flags.junit:
        from pyetcdctl.output.findings import junit_of

        Path(flags.junit).write_text(junit_of(report, least))
    session.print(Examination(report))
    if report.has(least):
        raise Reported


def _compare(session: Session) -> None:
    """Print which of the data directories has the newest log, and how to begin again with it."""
    from pyetcdctl.cli.recovery_steps import recovery_steps
    from pyetcdctl.discovery import Discovery, discover
    from pyetcdctl.measuring.directories import compare_directories

    session.check_format()
    standings, unreadable = compare_directories(session.flags.get("from") or [session.file_path])
    if not standings:
        raise ConnectionFailed(*(f"{log.path}: {log.failure}" for log in unreadable))
    root = discovery_root(session.streams.environment)
    found = discover(root) if root is not None else Discovery("/")
    steps = recovery_steps(standings[0].log, found)
    session.print(DirectoryRanking(standings, unreadable, steps))
    damaged = any(each.log.failure or each.log.torn for each in standings)
    if unreadable or damaged or any(each.loss.entries for each in standings):
        raise Reported


def _pack(
    session: Session,
    path: str,
    facts: ClusterFacts,
    report: Report,
    hidden: Callable[[bytes], bytes] | None,
) -> None:
    """Write the bundle; nothing of the connection's credentials is in it."""
    from pyetcdctl import __version__
    from pyetcdctl.measuring.bundle import open_bundle
    from pyetcdctl.output.findings import json_of, lines_of

    with open_bundle(path) as bundle:
        bundle.text("report.json", json_of(report) + "\n")
        lines = (line.data(safe=True, coloured=False).decode() for line in lines_of(report))
        bundle.text("report.txt", "".join(lines))
        bundle.text("version.txt", f"pyetcdctl {__version__}, Python {sys.version}\n")
        bundle.facts(facts)
        bundle.metrics(facts, session.settings)
        try:
            bundle.keys(session.source, hidden)
        except CallFailed as error:
            bundle.text("keys-failed.txt", f"{error.message}\n")
    session.note(f"Wrote {path}")


def _severity(word: str) -> Severity:
    from pyetcdctl.diagnosis.findings import Severity

    if word not in ("warning", "critical"):
        raise BadFeature(f"--fail-on is warning or critical, not {word!r}")
    return Severity.of_word(word)


def _rules(name: str) -> Rules:
    from pyetcdctl.diagnosis.rules import BUILT_IN, built_in, parse_rules

    if name in BUILT_IN:
        return built_in(name)
    try:
        return parse_rules(Path(name).read_text(), name)
    except UnicodeDecodeError as error:
        raise BadArguments(f"rules {name}: not UTF-8 text") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadArguments(f"open {name}: {reason}") from error


def _check_target(release: str) -> None:
    from pyetcdctl.diagnosis.upgrading import upgrades

    if release and release not in upgrades():
        raise BadFeature(f"--upgrade-to is one of {', '.join(upgrades())}, not {release!r}")


def _upgrade(session: Session, release: str) -> UpgradeFacts:
    """Return the options of this node's etcd, wherever the cluster was found."""
    from pyetcdctl.diagnosis.facts import SetOption, UpgradeFacts

    root = discovery_root(session.streams.environment)
    if root is None:
        return UpgradeFacts(release, None)
    from pyetcdctl.discovery import discover

    options = discover(root).server.options
    found = tuple(SetOption(name, each.origin, each.file) for name, each in options.items())
    return UpgradeFacts(release, found or None)


def _checked(seconds: float) -> float:
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise BadArguments("--for is longer than nothing and at most a day")
    return seconds


def _measured(session: Session, flags: DoctorFlags) -> ClusterFacts:
    """Measure the cluster; an error means that nothing could be looked at."""
    from pyetcdctl.measuring.cluster import Plan, measure

    window = _checked(flags.window)
    try:
        node = _node(session)
        plan = Plan(
            window,
            session.settings.command_timeout,
            (*flags.metrics, *_metrics_urls(node)),
            (session.settings.tls.ca, session.settings.tls.certificate),
            flags.data_dir or _data_dir(node),
        )
        facts = measure(session.connection, plan, _waiting(session))
    except DeadlineExceeded as error:
        raise ConnectionFailed(error.message, *error.advice, *session.local_advice()) from error
    except CallFailed as error:
        raise ConnectionFailed(error.message, *error.advice) from error
    return facts if flags.no_objects else _with_objects(session, facts)


def _with_objects(session: Session, facts: ClusterFacts) -> ClusterFacts:
    """Add what an API server's objects are; without a leader they are not read."""
    if facts.list_failure:
        return facts
    from pyetcdctl.measuring.kubernetes import measure_objects

    prefix = api_server_prefix(session.streams.environment)
    try:
        objects = measure_objects(session.source, prefix, session.keyring.config)
    except CallFailed as error:
        session.note(f"Warning: the objects below {prefix} were not read: {error.message}")
        return facts
    return replace(facts, kubernetes=objects)


def _node(session: Session) -> Discovery | None:
    """Return what this node's files say of its etcd, if this is where the run looks."""
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


def _data_dir(node: Discovery | None) -> str:
    if node is None or not node.server.data_dir:
        return ""
    from pyetcdctl.discovery.node import Node

    return Node(node.root).file(node.server.data_dir).real


def _waiting(session: Session) -> Callable[[float], None]:
    """Return a function that passes the time, and on a terminal counts it down."""
    err = session.streams.err

    def wait(seconds: float) -> None:
        ends = monotonic() + seconds
        while (left := ends - monotonic()) > 0:
            if err.is_terminal and seconds > 1:
                err.status(f"Measuring, {left:.0f} s left")
            sleep(min(left, _TICK_SECONDS))
        if err.is_terminal and seconds > 1:
            err.status("")

    return wait
