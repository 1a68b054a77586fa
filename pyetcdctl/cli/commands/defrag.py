"""``defrag``: return unused space in the database files to the disk."""

from __future__ import annotations

from time import monotonic_ns
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.endpoints import (
    ClusterFlag,
    endpoints_to_call,
    report_failure,
    report_local_advice,
)
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import duration
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import registry_path
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.upkeep import run_plan
from pyetcdctl.client.each import call_each, call_one
from pyetcdctl.cluster_results import DefragPlan
from pyetcdctl.errors import PyetcdctlError, Reported
from pyetcdctl.go_durations import write_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.diagnosis.defrag_plan import DefragOrder
    from pyetcdctl.diagnosis.expressions import Expression
    from pyetcdctl.upkeep.members import FoundMembers

_EXAMPLE = """\
  pyetcdctl defrag --cluster --command-timeout 5m
  pyetcdctl defrag --cluster --rule 'free > 200MiB && usage > 50%' --dry-run"""

app = new_app()


class DefragFlags(ClusterFlag):
    """The flags of ``defrag``."""

    rule: Annotated[
        str | None,
        typer.Option(
            "--rule", metavar="EXPRESSION", help="Only members for which this holds, leader last."
        ),
    ] = None
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print the order, the reasons and the sizes; do nothing."),
    ] = False
    compact_keep: Annotated[
        float,
        typer.Option(
            "--compact-keep",
            parser=duration,
            metavar="duration",
            help="Compact first, but for this much of Kubernetes' history.",
            show_default=False,
        ),
    ] = 0.0


@command(app, "defrag", _EXAMPLE)
def defrag(session: Session, surplus: Annotated[list[str], words("")], flags: DefragFlags) -> None:
    """Return unused space in the database files to the disk.

    A member serves no requests while it defragments, seconds for each gigabyte: the endpoints take
    turns, with --cluster the leader last, each within --command-timeout. Compaction frees the
    space; defrag only returns it to the disk.

    --rule knows size, inUse, free, quota and usage (size / quota), the names of etcd-defrag, and
    sizes and per cent. With it learners are left out, followers come first, the leadership is moved
    before the leader's turn, and the next member waits until the last one serves again.
    """
    if flags.rule is not None or flags.dry_run or flags.compact_keep:
        _by_plan(session, flags)
        return
    # One after the other, so that a cluster never has more than one member busy.
    given = endpoints_to_call(session, flags.cluster)
    endpoints = _leader_last(session, given) if flags.cluster else given
    failures = [_defragment(session, endpoint) for endpoint in endpoints]
    if all(failures):
        report_local_advice(session, failures)
    if any(failures):
        raise Reported


def _leader_last(session: Session, endpoints: Sequence[str]) -> Sequence[str]:
    """Return the endpoints in the order of their turns, and print it if there are several."""
    if len(endpoints) < 2:
        return endpoints
    from pyetcdctl.client.maintenance import MaintenanceService

    outcomes = call_each(
        session.connection,
        endpoints,
        lambda own: MaintenanceService(own).status(session.deadline()),
    )
    leaders = {
        each.endpoint
        for each in outcomes
        if each.response is not None and each.response.leader == each.response.header.member_id
    }
    ordered = sorted(endpoints, key=lambda endpoint: endpoint in leaders)
    session.note(f"# {len(ordered)} endpoints, the leader last: {', '.join(ordered)}")
    return ordered


def _defragment(session: Session, endpoint: str) -> PyetcdctlError | None:
    """Defragment a member; report and return the failure, if it fails."""
    from pyetcdctl.client.maintenance import MaintenanceService

    began = monotonic_ns()
    outcome = call_one(
        session.connection,
        endpoint,
        lambda own: MaintenanceService(own).defragment(session.deadline()),
    )
    took = write_duration(monotonic_ns() - began)
    if outcome.failure is not None:
        what = f"Failed to defragment etcd member[{endpoint}]. took {took}."
        report_failure(session, what, outcome.failure)
        return outcome.failure
    session.streams.out.text(f"Finished defragmenting etcd member[{endpoint}]. took {took}\n")
    session.streams.out.flush()
    return None


def _by_plan(session: Session, flags: DefragFlags) -> None:
    """Print the plan, or execute it: hold the cluster's key, compact, defragment."""
    rule = _rule(flags.rule)
    if flags.dry_run:
        found, plan = _plan(session, flags, rule)
        session.print(DefragPlan((*plan.steps, *plan.left_out)))
        return

    from pyetcdctl.upkeep.single_run import single_run

    with single_run(session.connection) as is_held:
        if not is_held:
            session.note("Warning: the database is full, so that other runs cannot be kept off")
        if flags.compact_keep:
            _compact(session, flags.compact_keep)
        found, plan = _plan(session, flags, rule)
        for step in plan.left_out:
            session.note(f"{step.member.label} is left out: {step.reason}")
        run_plan(session, found, plan)


def _rule(text: str | None) -> Expression | None:
    from pyetcdctl.diagnosis.defrag_plan import VARIABLES
    from pyetcdctl.diagnosis.expressions import Expression

    return None if text is None else Expression(text, VARIABLES)


def _plan(
    session: Session, flags: DefragFlags, rule: Expression | None
) -> tuple[FoundMembers, DefragOrder]:
    from pyetcdctl.diagnosis.defrag_plan import defrag_plan
    from pyetcdctl.upkeep.members import check_quorum, find_members

    found = find_members(session.connection, session.settings.command_timeout)
    check_quorum(found.places)
    given = session.connection.endpoints
    chosen = [each for each in found.members if flags.cluster or each.endpoint in given]
    return found, defrag_plan(chosen, rule)


def _compact(session: Session, keep_seconds: float) -> None:
    from pyetcdctl.upkeep.compacting import (
        compact_to,
        current_revision,
        revision_to_keep,
        wait_for_free_space,
    )

    seconds = session.settings.command_timeout
    current = current_revision(session.connection, seconds)
    prefix = registry_path(session)
    revision = revision_to_keep(session.source, prefix, current, keep_seconds)
    if compact_to(session.connection, revision, seconds):
        session.streams.out.text(f"Compacted to revision {revision} of {current}\n")
        wait_for_free_space(session.connection, seconds)
    else:
        session.note(f"Nothing to compact before revision {revision}")
    session.streams.out.flush()
