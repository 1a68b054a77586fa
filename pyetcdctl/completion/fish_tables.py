"""The look-up functions of the fish script: ``switch`` statements that print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.completion.shapes import ANYTHING
from pyetcdctl.completion.tables import described_commands, described_flags, value_rows, word_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyetcdctl.completion.shapes import CommandShape
    from pyetcdctl.completion.tables import Described


def for_fish(root: CommandShape) -> str:
    """Return the functions; a line of a list is a name, a tab and its description."""
    commands = [((name,), _echoed(rows)) for name, rows in described_commands(root).items()]
    flags = described_flags(root)
    shared = _echoed(flags.pop(""))
    own_flags = [((name,), _echoed(rows)) for name, rows in flags.items()]
    values = [(row.patterns, _echo(_quoted(row.offer))) for row in value_rows(root)]
    words = [(row.patterns, _echo(_quoted(row.offer))) for row in word_rows(root)]
    anything = (("*",), _echo(_quoted(ANYTHING)))
    return "\n\n".join(
        (
            _function("commands", commands),
            _function("flags", own_flags, shared.replace("            ", "    ")),
            _function("value", [*values, anything]),
            _function("word", words),
        )
    )


def _function(name: str, rows: Iterable[tuple[Sequence[str], str]], last: str = "") -> str:
    cases = "".join(f"        case {_patterns(patterns)}\n{body}" for patterns, body in rows)
    return f'function __pyetcdctl_{name}\n    switch "$argv[1]"\n{cases}    end\n{last}end'


def _patterns(patterns: Sequence[str]) -> str:
    return " \\\n            ".join(map(_quoted, patterns))


def _echoed(rows: Sequence[Described]) -> str:
    return "".join(_echo(f"{_quoted(name)}\\t{_quoted(summary)}") for name, summary in rows)


def _echo(text: str) -> str:
    return f"            echo -- {text}\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
