"""``doctor``: what is wrong with a cluster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import duration
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import discovery_root
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import (
    BadArguments,
    BadFeature,
    CallFailed,
    ConnectionFailed,
    DeadlineExceeded,
    Reported,
)
from pyetcdctl.results import Examination

if TYPE_CHECKING:
    from pyetcdctl.diagnosis.facts import ClusterFacts
    from pyetcdctl.diagnosis.findings import Severity
    from pyetcdctl.diagnosis.rules import Rules
    from pyetcdctl.discovery import Discovery

_EXAMPLE = "  pyetcdctl doctor --for 1s"
_TICK_SECONDS = 0.2
_LONGEST_SECONDS = 86_400.0
_LOCAL_METRICS = "http://127.0.0.1:2381"

Window = Annotated[
    float,
    typer.Option(
        "--for",
        parser=duration,
        metavar="duration",
        help="How long to measure: two scrapes this far apart.",
    ),
]
RulesOf = Annotated[
    str,
    typer.Option("--rules", metavar="mixin|openshift|FILE", help="By whose limits to judge."),
]
FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on", metavar="warning|critical", help="From which severity on to exit with 1."
    ),
]
MetricsUrls = Annotated[
    list[str],
    typer.Option(
        "--metrics", metavar="URL", help="Where members publish metrics besides; repeatable."
    ),
]
DataDir = Annotated[
    str,
    typer.Option("--data-dir", metavar="DIR", help="The data of this node's member, if not found."),
]
Junit = Annotated[
    str, typer.Option("--junit", metavar="FILE", help="Also write the verdicts as JUnit's XML.")
]

app = new_app()


@command(app, "doctor", _EXAMPLE, prints=(Examination,))
def doctor(
    ctx: typer.Context,
    surplus: Annotated[list[str], words("")] = [],  # noqa: B006 - Typer copies it
    window: Window = 10.0,
    rules: RulesOf = "mixin",
    fail_on: FailOn = "warning",
    metrics: MetricsUrls = [],  # noqa: B006 - Typer copies it
    data_dir: DataDir = "",
    junit: Junit = "",
) -> None:
    """Find out what is wrong with a cluster, and what to run next.

    It only reads. Latencies and failures are judged by what happened between two scrapes, never by
    the life of the process; fewer than 100 samples have no verdict. Exit code 0: nothing found; 1:
    findings; 2: it could not look.
    """
    if surplus:
        raise BadArguments("doctor takes no arguments")
    session: Session = ctx.obj
    least, judges = _severity(fail_on), _rules(rules)
    facts = _measured(session, _checked(window), tuple(metrics), data_dir)

    from pyetcdctl.diagnosis.examination import examine

    report = examine(facts, judges, datetime.now(UTC))
    if junit:
        from pyetcdctl.output.findings import junit_of

        Path(junit).write_text(junit_of(report, least))
    session.print(Examination(report))
    if report.has(least):
        raise Reported


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


def _checked(seconds: float) -> float:
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise BadArguments("--for is longer than nothing and at most a day")
    return seconds


def _measured(
    session: Session, seconds: float, metrics: tuple[str, ...], data_dir: str
) -> ClusterFacts:
    """Measure the cluster; an error means that nothing could be looked at."""
    from pyetcdctl.measuring.cluster import Plan, measure

    try:
        node = _node(session)
        plan = Plan(
            seconds,
            session.settings.command_timeout,
            (*metrics, *_metrics_urls(node)),
            _certificate_files(session, node),
            data_dir or _data_dir(node),
        )
        return measure(session.connection, plan, _waiting(session))
    except DeadlineExceeded as error:
        raise ConnectionFailed(error.message, *error.advice, *session.local_advice()) from error
    except CallFailed as error:
        raise ConnectionFailed(error.message, *error.advice) from error


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


def _certificate_files(session: Session, node: Discovery | None) -> tuple[str, ...]:
    tls = session.settings.tls
    return tls.ca, tls.certificate


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
