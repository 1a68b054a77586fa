"""Tables drawn with lines, as etcdctl 3.7 draws them: titles centred, cells at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.output.width import width

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAB = "    "


def drawn(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the table; without rows it is just the titles in their frame."""
    heads = [title.replace("_", " ").upper() for title in titles]
    cells = [[_lines(cell) for cell in row] for row in rows]
    columns = [
        max(width(head), *(width(line) for row in cells for line in row[number]), 0)
        for number, head in enumerate(heads)
    ]
    text = _rule("┌", "┬", "┐", columns) + _line(_centred(heads, columns))
    if cells:
        text += _rule("├", "┼", "┤", columns)
    text += "".join(_row(row, columns) for row in cells)
    return text + _rule("└", "┴", "┘", columns)


def _lines(cell: str) -> list[str]:
    lines = cell.strip().replace("\t", _TAB).split("\n")
    return [line for line in lines if line] or [""]


def _rule(left: str, middle: str, right: str, columns: Sequence[int]) -> str:
    return left + middle.join("─" * (size + 2) for size in columns) + f"{right}\n"


def _row(row: Sequence[Sequence[str]], columns: Sequence[int]) -> str:
    text = ""
    for number in range(max(map(len, row))):
        words = [lines[number] if number < len(lines) else "" for lines in row]
        pairs = zip(words, columns, strict=True)
        text += _line([" " * (size - width(word)) + word for word, size in pairs])
    return text


def _line(words: Sequence[str]) -> str:
    return "│ " + " │ ".join(words) + " │\n"


def _centred(heads: Sequence[str], columns: Sequence[int]) -> list[str]:
    """Centre each title; of an odd number of blanks the left side gets the smaller half."""
    found = []
    for head, size in zip(heads, columns, strict=True):
        before = (size - width(head)) // 2
        found.append(" " * before + head + " " * (size - width(head) - before))
    return found
