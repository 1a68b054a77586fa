"""The history of one key out of several sources: each revision once, and what happened in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.changes.sides import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyetcdctl.changes.times import TimeBound, Times
    from pyetcdctl.keyspace.history import History, KeyRevision
    from pyetcdctl.kubernetes.stored_value import StoredValue

CREATED, UPDATED, DELETED, PRESENT = "created", "updated", "deleted", "present"


class KeyStep(NamedTuple):
    """One revision of a key; ``before`` is what it had until then, as far as that is known."""

    revision: int
    event: str
    """``present``: the first that is known, and it was there before."""
    time: TimeBound
    writer: str
    size_bytes: int
    source: str
    before: Side | None
    after: Side | None


def merged(histories: Sequence[History]) -> list[KeyRevision]:
    """Return the revisions of all histories, oldest first; one that several have comes once."""
    known: dict[tuple[int, bytes], KeyRevision] = {}
    for history in histories:
        for each in history.revisions:
            known.setdefault((each.revision, each.entry.key), each)
    return [known[place] for place in sorted(known)]


def steps(
    revisions: Iterable[KeyRevision],
    times: Times,
    read: Callable[[bytes, bytes], StoredValue],
) -> list[KeyStep]:
    """Return what happened to one key, newest first."""
    found: list[KeyStep] = []
    before: Side | None = None
    was_there = False
    for each in revisions:
        entry = each.entry
        after = None if each.is_deletion else Side(read, entry.key, entry.value)
        event = _event(each, first=not found, was_there=was_there)
        found.append(
            KeyStep(
                each.revision,
                event,
                times.of(each.revision),
                writer_of(before, after),
                len(entry.value),
                each.source,
                before,
                after,
            )
        )
        before, was_there = after, not each.is_deletion
    return found[::-1]


def _event(each: KeyRevision, *, first: bool, was_there: bool) -> str:
    if each.is_deletion:
        return DELETED
    if each.entry.version == 1:
        return CREATED
    return PRESENT if first and not was_there else UPDATED


def writer_of(before: Side | None, after: Side | None) -> str:
    """Return manager and operation of the managedFields that are new or changed."""
    if after is None:
        return ""
    old = before.managers if before else ()
    new = [each for each in after.managers if not any(map(each.is_like, old))]
    if not new:
        stamps = {each.time for each in old}
        new = [each for each in after.managers if each.time not in stamps]
    return str(sorted(new, key=lambda each: each.time)[-1]) if new else ""
