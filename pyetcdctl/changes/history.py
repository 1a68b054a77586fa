"""The history of one key from several sources: each revision once, with its change."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.changes.sides import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyetcdctl.changes.times import TimeBound, Times
    from pyetcdctl.keyspace.history import History, KeyRevision
    from pyetcdctl.kubernetes.stored_value import StoredValue

CREATED, UPDATED, DELETED, PRESENT = "created", "updated", "deleted", "present"


class Unknown(NamedTuple):
    """Revisions of a key that no source has; ``or_more`` where only the least number is known."""

    number: int = 0
    or_more: bool = False

    def __str__(self) -> str:
        return f"{self.number} or more" if self.or_more else str(self.number)


class KeyStep(NamedTuple):
    """One revision of a key; ``before`` is the value until then, None if it is not known."""

    revision: int
    event: str
    """``present``: the first known revision of a key that existed before."""
    time: TimeBound
    writer: str
    size_bytes: int
    source: str
    before: Side | None
    after: Side | None
    unknown_before: Unknown
    """How many revisions are missing between this one and the one before."""


def gaps(histories: Sequence[History]) -> list[tuple[int, int]]:
    """Return the first and the last of each range of revisions that no source has, between known
    ones.
    """
    found, known_to = [], 0
    for each in sorted(histories, key=lambda each: each.compacted):
        if known_to and each.compacted > known_to + 1:
            found.append((known_to + 1, each.compacted - 1))
        known_to = max(known_to, each.revision)
    return found


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
    """Return the steps of one key, newest first."""
    found: list[KeyStep] = []
    before: Side | None = None
    last: KeyRevision | None = None
    for each in revisions:
        entry = each.entry
        after = None if each.is_deletion else Side(read, entry.key, entry.value)
        event = _event(each, is_first=last is None)
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
                _unknown_between(last, each),
            )
        )
        before, last = after, each
    return found[::-1]


def _event(each: KeyRevision, *, is_first: bool) -> str:
    if each.is_deletion:
        return DELETED
    # Not by the version: kine has none.
    if each.entry.create_revision == each.revision:
        return CREATED
    return PRESENT if is_first else UPDATED


def _unknown_between(last: KeyRevision | None, each: KeyRevision) -> Unknown:
    """Count by versions: they begin with 1 when a key is created; a deletion and kine have none."""
    if last is None or not each.entry.version:
        return Unknown()
    version = each.entry.version
    if last.is_deletion:
        return Unknown(version - 1, version > 1)
    if last.entry.create_revision == each.entry.create_revision:
        return Unknown(version - last.entry.version - 1)
    return Unknown(version, or_more=True)


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
