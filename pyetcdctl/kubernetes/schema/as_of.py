"""A message of the table as one release had it, and as that release would print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.schema.steps import in_order, value_at

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.schema.table import Field, Message

PRESENT, ABSENT = "+", "-"
DROPPED = "ezxd"
"""The flags of a field that is gone: printed only when present and not zero."""


def as_of(message: Message, release: str) -> Message:
    """Return a message with a release's rules; what it lacks is read as what is gone.

    A message that the release lacks altogether keeps the rules that the table has.
    """
    if not _has(message, release):
        return message
    fields = (_field(field, release) or field.marked(DROPPED) for field in message.fields)
    return message._replace(fields=tuple(fields))


def in_release(message: Message, release: str) -> Message | None:
    """Return a message as a release declared it; None when it did not."""
    if not _has(message, release):
        return None
    fields = (_field(field, release) for field in message.fields)
    return type(message)(message.name, tuple(filter(None, fields)), message.special)


def _has(message: Message, release: str) -> bool:
    newest = ABSENT if message.retired else PRESENT
    return value_at(message.steps, in_order(release), newest) == PRESENT


def _field(field: Field, release: str) -> Field | None:
    newest = ABSENT if field.dropped else field.flags.replace("x", "")
    value = value_at(field.steps, in_order(release), newest)
    flags, _, kind = value.partition(":")
    if value == ABSENT:
        return None
    return field._replace(type=kind or field.type, flags=flags, steps="")
