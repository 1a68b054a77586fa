"""Shared by ``defrag`` and ``recover``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.go_durations import write_duration
from pyetcdctl.output.units import decimal_size

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.diagnosis.defrag_plan import DefragOrder
    from pyetcdctl.upkeep.members import FoundMembers


def run_plan(session: Session, found: FoundMembers, plan: DefragOrder) -> None:
    """Defragment by a plan and print each member when it is done."""
    from pyetcdctl.upkeep.defragmenting import Defragmenter

    seconds = session.settings.command_timeout
    work = Defragmenter(session.connection, seconds, session.note)
    for done in work.run(plan, found.members):
        before, after = decimal_size(done.member.size), decimal_size(done.after)
        took = write_duration(round(done.seconds * 1e9))
        session.streams.out.text(
            f"Finished defragmenting etcd member[{done.member.endpoint}]. took {took},"
            f" from {before} to {after}\n"
        )
        session.streams.out.flush()
