"""``doctor``: what is wrong with a cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.examination import measured, upgrade_facts
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import duration
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import discovery_root
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import DirectoryRanking, Examination
from pyetcdctl.errors import (
    BadArguments,
    BadFeature,
    CallFailed,
    ConnectionFailed,
    Reported,
    UsageError,
)

if TYPE_CHECKING:
    from pyetcdctl.diagnosis.facts import ClusterFacts
    from pyetcdctl.diagnosis.findings import Report, Severity
    from pyetcdctl.diagnosis.rules import Rules

_EXAMPLE = """\
  pyetcdctl doctor --for 1s
  pyetcdctl doctor --for 1s --upgrade-to 3.6 --fail-on critical"""
_LONGEST_SECONDS = 86_400.0


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
        typer.Option(
            "--rules", metavar="mixin|openshift|FILE", help="The set of limits to judge by."
        ),
    ] = "mixin"
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            metavar="warning|critical",
            help="The lowest severity that makes the exit code 1.",
        ),
    ] = "warning"
    metrics: Annotated[
        list[str],
        typer.Option(
            "--metrics", metavar="URL", help="A further URL of members' metrics; repeatable."
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
            help="Also write an archive for a bug report: with the list of keys, without values.",
        ),
    ] = ""
    hash_keys: Annotated[
        bool, typer.Option("--hash-keys", help="Hide the keys in the bundle and in the report.")
    ] = False
    junit: Annotated[
        str,
        typer.Option("--junit", metavar="FILE", help="Also write the verdicts as JUnit's XML."),
    ] = ""


@command(
    app,
    "doctor",
    _EXAMPLE,
    needs_server=False,
    file_flags=(),
    prints=(DirectoryRanking, Examination),
)
def doctor(session: Session, surplus: Annotated[list[str], words("")], flags: DoctorFlags) -> None:
    """Find out what is wrong with a cluster, and what to run next.

    It only reads, all objects of an API server included. Latencies and failures are judged by what
    happened between two scrapes, never by the life of the process; fewer than 100 samples have no
    verdict. Exit code 0: nothing found; 1: findings; 2: it could not look.

    A file of --rules is TOML: base = "mixin" or "openshift", then tables [[rule]] with check, above
    or below, severity (info, warning, critical, off) and source, which replace the base's.

    With --from DIR, repeated for each data directory of a dead cluster, no server is needed: which
    has the newest log, what each would lose, and the steps to begin again with it on this node.
    """
    if surplus:
        raise UsageError("doctor takes no arguments")
    if session.file_path:
        _compare(session)
        return
    least, rules = _severity(flags.fail_on), _rules(flags.rules)
    _check_target(flags.upgrade_to)
    _check_window(flags.window)
    if flags.data_dir and not os.path.exists(flags.data_dir):
        raise BadArguments(f"--data-dir {flags.data_dir}: no such file or directory")
    for path in filter(None, (flags.bundle, flags.junit)):
        _check_output(path)
    facts = measured(session, flags)
    if flags.upgrade_to:
        facts = replace(facts, upgrade=upgrade_facts(session, flags.upgrade_to))

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
    """Write the bundle, which has no credentials of the connection in it."""
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


def _check_window(seconds: float) -> None:
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise BadArguments("--for is longer than nothing and at most a day")


def _check_output(path: str) -> None:
    """Refuse a file that cannot be written, before the measuring takes its time."""
    folder = Path(path).parent
    if not folder.is_dir():
        reason = "not a directory" if folder.exists() else "no such file or directory"
        raise BadArguments(f"open {path}: {reason}")
    if Path(path).is_dir():
        raise BadArguments(f"open {path}: is a directory")
    if not os.access(folder, os.W_OK) and not os.access(path, os.W_OK):
        raise BadArguments(f"open {path}: permission denied")
