"""Messages as one release declared them, from the steps that the field table records.

A step is the last release that had a value, and the value: ``1.17=-,1.33=e`` is absent up to 1.17,
``e`` up to 1.33, and what the table has from 1.34 on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyetcdctl.kubernetes.schema.table import FieldSchema, MessageSchema

PRESENT, ABSENT = "+", "-"
DROPPED = "ezxd"
"""The flags of a removed field: printed only when it is present and not zero."""


def release_key(release: str) -> tuple[int, ...]:
    """Return the sort key of a release: 1.9 comes before 1.10."""
    return tuple(map(int, release.split(".")))


def add_steps(values: Iterable[tuple[str, str]]) -> str:
    """Format the last release of each value except the newest: ``1.17=-,1.33=e``."""
    steps: list[tuple[str, str]] = []
    for release, value in values:
        if steps and steps[-1][1] == value:
            steps.pop()
        steps.append((release, value))
    return ",".join(f"{release}={value}" for release, value in steps[:-1])


def value_at(steps: str, release: tuple[int, ...], newest: str) -> str:
    """Return the value in a release, given as its sort key."""
    for step in steps.split(",") if steps else ():
        until, _, value = step.partition("=")
        if release <= release_key(until):
            return value
    return newest


def as_of(message: MessageSchema, release: str) -> MessageSchema:
    """Return a message with a release's rules; fields that the release lacks count as removed.

    A message that the release does not have is returned unchanged.
    """
    if not _has(message, release):
        return message
    fields = (_field(field, release) or field.marked(DROPPED) for field in message.fields)
    return message._replace(fields=tuple(fields))


def in_release(message: MessageSchema, release: str) -> MessageSchema | None:
    """Return a message as a release declared it; None if the release does not have it."""
    if not _has(message, release):
        return None
    fields = (_field(field, release) for field in message.fields)
    return type(message)(message.name, tuple(filter(None, fields)), message.special)


def _has(message: MessageSchema, release: str) -> bool:
    newest = ABSENT if message.retired else PRESENT
    return value_at(message.steps, release_key(release), newest) == PRESENT


def _field(field: FieldSchema, release: str) -> FieldSchema | None:
    newest = ABSENT if field.dropped else field.flags.replace("x", "")
    value = value_at(field.steps, release_key(release), newest)
    flags, _, kind = value.partition(":")
    if value == ABSENT:
        return None
    return field._replace(type=kind or field.type, flags=flags, steps="")
