"""The look-up functions of the bash and zsh scripts: ``case`` statements that set REPLY, reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.completion.shapes import ANYTHING
from pyetcdctl.completion.tables import (
    Row,
    described_commands,
    described_flags,
    value_rows,
    word_rows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.completion.shapes import CommandShape
    from pyetcdctl.completion.tables import Described


def for_bash(root: CommandShape) -> str:
    """Return the functions of the bash script; a line of a list is a name, a tab, a description."""
    commands = [Row((name,), _lines(rows)) for name, rows in described_commands(root).items()]
    flags = described_flags(root)
    shared = _lines(flags.pop(""))
    own_flags = [Row((name,), _lines(rows)) for name, rows in flags.items()]
    return "\n\n".join(
        (
            _function("commands", "$1", _replies(commands)),
            _function("flags", "$1", _replies(own_flags), f"REPLY+={_quoted(chr(10) + shared)}"),
            *_offers(root),
        )
    )


def for_zsh(root: CommandShape) -> str:
    """Return the functions of the zsh script; the lists are pairs of name and description."""
    commands = [(name, _pairs(rows)) for name, rows in described_commands(root).items()]
    flags = described_flags(root)
    shared = _pairs(flags.pop(""))
    own_flags = [(name, _pairs(rows)) for name, rows in flags.items()]
    return "\n\n".join(
        (
            _function("commands", "$1", _lists(commands)),
            _function("flags", "$1", _lists(own_flags), f"reply+={shared}"),
            *_offers(root),
        )
    )


def _offers(root: CommandShape) -> tuple[str, str]:
    values, words = _replies(value_rows(root), ANYTHING), _replies(word_rows(root))
    return _function("value", "$1:$2", values), _function("word", "$1:$2", words)


def _function(name: str, subject: str, branches: Sequence[str], last: str = "") -> str:
    lines = [f"    case {subject} in", *branches, "    esac", *([f"    {last}"] if last else [])]
    body = "\n".join(lines)
    return f"__pyetcdctl_{name}() {{\n{body}\n}}"


def _replies(rows: Sequence[Row], otherwise: str = "") -> list[str]:
    branches = [f"        {_patterns(row)}) REPLY={_quoted(row.offer)} ;;" for row in rows]
    return [*branches, f"        *) REPLY={_quoted(otherwise)} ;;"]


def _lists(rows: Sequence[tuple[str, str]]) -> list[str]:
    branches = [f"        {_patterns(Row((name,), ''))}) reply={pairs} ;;" for name, pairs in rows]
    return [*branches, "        *) reply=() ;;"]


def _patterns(row: Row) -> str:
    escaped = (pattern.replace(" ", "\\ ") or "''" for pattern in row.patterns)
    return " | \\\n            ".join(escaped)


def _lines(rows: Sequence[Described]) -> str:
    return "\n".join(f"{name}\t{summary}" for name, summary in rows)


def _pairs(rows: Sequence[Described]) -> str:
    lines = "".join(f"            {_quoted(f'{name}:{summary}')}\n" for name, summary in rows)
    return f"(\n{lines}        )"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
