"""The difference of a key's values: of two objects' YAML, of two texts, or of sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.changes.noise import without_noise
from pyetcdctl.output.line_difference import unified
from pyetcdctl.output.object_difference import DiffLine, difference, yaml_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.changes.sides import Side
    from pyetcdctl.kubernetes.objects import Object

_TITLE_LINES = 3
"""What a unified diff begins with: two names and a range."""


def side_difference(
    title: str,
    before: Side | None,
    after: Side | None,
    *,
    shows_noise: bool = False,
    shows_secrets: bool = False,
) -> Sequence[DiffLine]:
    """Return the lines of a unified diff; None is an absent value.

    There are none where only noise differs, and where a value could not be decrypted.
    """
    sides = [side for side in (before, after) if side is not None]
    if any(side.stored.decryption_error for side in sides):
        return ()
    hides = not shows_secrets and any(side.stored.decoded.kind == "Secret" for side in sides)
    if any(side.object is None for side in sides):
        old, new = (_text_lines(side, hides=hides) for side in (before, after))
        if old == new and before and after and before.stored.plain != after.stored.plain:
            new = [f"changed {line}" for line in new]
    elif hides:
        shown = (_shown(side, shows_noise=shows_noise) for side in (before, after))
        return list(difference(title, *shown))
    else:
        old = _yaml_lines(before, None, shows_noise=shows_noise)
        new = _yaml_lines(after, before, shows_noise=shows_noise)
    names = [title if side else "(nothing)" for side in (before, after)]
    return [DiffLine(line) for line in unified(old, new, *names)]


def side_lines(side: Side, *, shows_secrets: bool = False) -> Sequence[DiffLine]:
    """Return all lines of a value as unchanged ones."""
    lines = side_difference("", None, side, shows_noise=True, shows_secrets=shows_secrets)
    return [DiffLine(f" {line.text[1:]}") for line in lines[_TITLE_LINES:]]


def _yaml_lines(side: Side | None, before: Side | None, *, shows_noise: bool) -> list[str]:
    """Return the lines of an object's YAML; unchanged fields reuse the previous lines."""
    shown = _shown(side, shows_noise=shows_noise)
    if side is None or not shown:
        return yaml_lines(shown)
    if not side.sections:
        known = before.sections if before else {}
        for name, value in sorted(shown.items()):
            section = known.get(name)
            if section is None or section[0] != value:
                section = value, yaml_lines({name: value})
            side.sections[name] = section
    return [line for _, lines in side.sections.values() for line in lines]


def _shown(side: Side | None, *, shows_noise: bool) -> Object | None:
    obj = side.object if side else None
    return obj if shows_noise else without_noise(obj)


def _text_lines(side: Side | None, *, hides: bool) -> list[str]:
    """Return the lines of a text; for other bytes, and for hidden values, the size."""
    if side is None:
        return []
    plain = side.stored.plain
    try:
        if not hides:
            return plain.decode().split("\n")
    except UnicodeDecodeError:
        pass
    return [f"({len(plain):,} bytes)"]
