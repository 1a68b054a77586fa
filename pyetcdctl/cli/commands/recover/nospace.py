"""``recover nospace``: from a full database to a successful write."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import duration
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import discovery_root
from pyetcdctl.cli.session.registry import registry_path
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.terminal import choose
from pyetcdctl.cli.upkeep import run_plan
from pyetcdctl.errors import BadArguments, InvalidInput, UsageError
from pyetcdctl.output.units import counted, decimal_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.upkeep.nospace import FullCluster

_EXAMPLE = """\
  pyetcdctl recover nospace --dry-run
  pyetcdctl recover nospace --yes --command-timeout 1m"""
_LARGEST_QUOTA = 8 << 30
_MOST_ROUNDS, _PAUSE_SECONDS = 5, 2.0

app = new_app()


class NospaceFlags(Flags):
    """The flags of ``recover nospace``."""

    keep: Annotated[
        float,
        typer.Option(
            "--keep",
            parser=duration,
            metavar="duration",
            help="How much of Kubernetes' history to keep, if that leaves room.",
        ),
    ] = 300.0
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what fills the database, and the plan.")
    ] = False
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False


@command(app, "nospace", _EXAMPLE)
def nospace(
    session: Session, surplus: Annotated[list[str], words("")], flags: NospaceFlags
) -> None:
    """Recover from a full database: compact, defragment, disarm, and prove it by a write.

    Under the alarm NOSPACE etcd refuses puts and leases; Kubernetes' own compaction begins with a
    put, so that it has stopped. All steps are one plan, shown and confirmed before the first. Where
    the current keys alone exceed the quota nothing is changed, and what would help is printed.
    """
    if surplus:
        raise UsageError("recover nospace takes no arguments")
    if not (flags.dry_run or flags.yes or session.streams.input_is_terminal):
        raise BadArguments(
            "standard input is not a terminal, so there is no way to confirm the plan",
            "Try:  the same with --yes, or --dry-run to see the plan",
        )
    from pyetcdctl.upkeep.nospace import look

    prefix = registry_path(session)
    seconds = session.settings.command_timeout
    cluster = look(session.connection, session.source, prefix, flags.keep, seconds)
    if not cluster.alarmed:
        session.streams.out.text("No alarm NOSPACE is on: there is nothing to recover from\n")
        return
    for line in _findings(cluster):
        _print_line(session, line)
    if not cluster.is_recoverable:
        raise InvalidInput(*_beyond_quota(session, cluster, prefix))
    for line in _plan(cluster):
        _print_line(session, line)
    if flags.dry_run or not _confirmed(session, cluster, yes=flags.yes):
        return
    _carry_out(session, cluster)


def _findings(cluster: FullCluster) -> Iterator[str]:
    alarmed, size = ", ".join(cluster.alarmed), decimal_size(cluster.size)
    yield f"Alarm NOSPACE is on, raised by {alarmed}: {size}, quota {decimal_size(cluster.quota)}"
    if cluster.has_api_server:
        yield "Kubernetes' compaction has stopped: it begins with a put, which is refused"
    live, keys = decimal_size(cluster.live), sum(each.keys for each in cluster.usage)
    yield f"Current keys: {live} in {counted(keys, 'key')}; the rest is history and free space"
    for each in cluster.largest:
        yield f"  {decimal_size(each.size):>8}  {each.keys:>10,} keys  {each.name}"


def _plan(cluster: FullCluster) -> Iterator[str]:
    members = ", ".join(
        each.label for each in sorted(cluster.found.members, key=lambda each: each.is_leader)
    )
    keeping = ", which keeps the history that --keep names" if cluster.is_dated else ""
    yield "Plan:"
    yield f"  1. compact to revision {cluster.kept_from} of {cluster.revision}{keeping}"
    yield f"  2. defragment {members}, one after the other"
    if cluster.is_dated:
        yield "     (where more than 80 % of the quota are left: compact all history, and again)"
    yield "  3. check that all are below their quota"
    yield "  4. disarm NOSPACE"
    yield "  5. write a key and delete it again"


def _beyond_quota(session: Session, cluster: FullCluster, prefix: str) -> Iterator[str]:
    """Yield the error and what would help, where compaction cannot."""
    from pyetcdctl.upkeep.nospace import EVENTS

    live, quota = decimal_size(cluster.live), cluster.quota
    yield (
        f"the current keys alone have {live} of the quota of {decimal_size(quota)}: "
        "compaction cannot help, and nothing was changed"
    )
    for each in cluster.usage:
        if each.name == EVENTS:
            yield (
                f"Try:  pyetcdctl del {prefix}/events/ --prefix, which frees "
                f"{decimal_size(each.size)} in {counted(each.keys, 'key')}; then this command again"
            )
    larger = min(max(quota * 2, 1 << 20), max(_LARGEST_QUOTA, quota))
    if larger > quota:
        yield f"Try:  --quota-backend-bytes={larger} {_where(session)}"


def _where(session: Session) -> str:
    """Return which file the flags of this node's etcd come from."""
    root = discovery_root(session.streams.environment)
    if root is None:
        return "for every member"
    from pyetcdctl.discovery import discover

    found = discover(root)
    return f"in {found.found_in}, on every member" if found.found_in else "for every member"


def _confirmed(session: Session, cluster: FullCluster, *, yes: bool) -> bool:
    session.may_write = yes
    if yes:
        return True
    session.streams.out.flush()
    count = len(cluster.found.members)
    members = "the member" if count == 1 else f"the {count} members"
    question = f"Recover {members} of the cluster at {session.target}? [y/N]"
    return choose(session.streams, question) == "y"


def _carry_out(session: Session, cluster: FullCluster) -> None:
    from pyetcdctl.upkeep.members import check_quorum, find_members
    from pyetcdctl.upkeep.nospace import check_below_quota, disarm, is_roomy, prove
    from pyetcdctl.upkeep.single_run import single_run

    seconds = session.settings.command_timeout
    check_quorum(cluster.found.places)
    with single_run(session.connection):
        _make_room(session, cluster.kept_from)
        found = find_members(session.connection, seconds)
        if cluster.kept_from < cluster.revision and not is_roomy(found):
            _make_room(session, cluster.revision)
            found = find_members(session.connection, seconds)
        _print_line(session, f"Checked: {check_below_quota(found)}")
        count = disarm(session.connection, seconds)
        _print_line(session, f"Disarmed NOSPACE ({count})")
        prove(session.connection, seconds)
    _print_line(session, "Wrote a key and deleted it: the cluster takes writes again")


def _make_room(session: Session, revision: int) -> None:
    from pyetcdctl.diagnosis.defrag_plan import defrag_plan
    from pyetcdctl.upkeep.compacting import compact_to, late_members, wait_for_free_space
    from pyetcdctl.upkeep.members import find_members

    seconds = session.settings.command_timeout
    if compact_to(session.connection, revision, seconds):
        _print_line(session, f"Compacted to revision {revision}")
        wait_for_free_space(session.connection, seconds)
    found = find_members(session.connection, seconds)
    run_plan(session, found, defrag_plan(found.members, None))
    for _ in range(_MOST_ROUNDS):
        found = find_members(session.connection, seconds)
        late = late_members(found.members)
        if not late:
            return
        sleep(_PAUSE_SECONDS)
        run_plan(session, found, defrag_plan(late, None))


def _print_line(session: Session, line: str) -> None:
    session.streams.out.text(f"{line}\n")
    session.streams.out.flush()
