"""A tree of keys for a person: drawn by Rich, figures right-aligned, small nodes folded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, cast

from rich.console import Console
from rich.text import Text

from pyetcdctl.output.tree import escaped
from pyetcdctl.output.units import human_size
from pyetcdctl.results import TreeStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.output import Sink
    from pyetcdctl.results import KeyTree
    from pyetcdctl.settings import OutputSettings

_LEAST_TO_FOLD = 3
_GAP = "   "


@dataclass(slots=True)
class DrawnNode:
    """A node as it will be drawn."""

    name: str
    path: bytes
    is_branch: bool
    keys: int = 0
    size: int = 0
    children: list[DrawnNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    guides: str
    name: str
    style: str
    keys: str
    size: str


def draw(tree: KeyTree, out: Sink, settings: OutputSettings) -> None:
    """Draw the whole tree."""
    top = _collect(tree)
    if not top.children:
        return
    if tree.prefix and len(top.children) == 1:
        top = top.children[0]
    lines = list(_lines(top, tree))
    console = Console(
        file=cast("IO[str]", _Text(out)),
        width=settings.width,
        force_terminal=True,
        color_system="standard" if settings.colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    _write(lines, console)


class _Text:
    """A text file for Rich on top of our output."""

    encoding = "utf-8"

    def __init__(self, out: Sink) -> None:
        self._out = out

    def write(self, text: str) -> int:
        self._out.safe(text.encode("utf-8"))
        return len(text)

    def flush(self) -> None:
        self._out.flush()


def _collect(tree: KeyTree) -> DrawnNode:
    top = DrawnNode(escaped(tree.prefix[:-1]) if tree.prefix else "all keys", b"", True)
    open_branches = [top]
    for visit in tree.visits:
        if visit.step is TreeStep.LEAVE:
            node = open_branches.pop()
            node.keys, node.size = visit.keys, visit.size
        else:
            is_branch = visit.step is not TreeStep.LEAF
            name = "/" if visit.path == b"/" else _shown(visit.name, is_branch)
            node = DrawnNode(name, visit.path, is_branch, visit.keys, visit.size)
            if is_branch or not tree.branches_only:
                open_branches[-1].children.append(node)
        if visit.step is TreeStep.ENTER:
            open_branches.append(node)
        elif len(open_branches) == 1:
            top.keys, top.size = top.keys + node.keys, top.size + node.size
    return top


def _shown(name: bytes, is_branch: bool) -> str:
    return escaped(name[:-1] if is_branch else name) or '""'


def _lines(top: DrawnNode, tree: KeyTree) -> Iterator[_Line]:
    yield _line(top, "", tree, " keys" if top.keys != 1 else " key ")
    yield from _lines_below(top, "", tree)


def _lines_below(node: DrawnNode, indent: str, tree: KeyTree) -> Iterator[_Line]:
    children, rest = _unfolded(node, tree)
    for index, child in enumerate(children):
        is_last = index == len(children) - 1 and not rest
        yield _line(child, indent + ("└── " if is_last else "├── "), tree)
        yield from _lines_below(child, indent + ("    " if is_last else "│   "), tree)
    if rest:
        yield _Line(f"{indent}└── ", f"… {rest}", "dim", "", "")


def _unfolded(node: DrawnNode, tree: KeyTree) -> tuple[list[DrawnNode], str]:
    """Return the children to show, the largest first where sizes are shown, and a text for the
    others.
    """
    if not tree.sizes:
        return node.children, ""
    children = sorted(node.children, key=lambda child: -child.size)
    least = _round_figure(node.size // 200)
    shown = [child for child in children if child.size >= least]
    folded = len(children) - len(shown)
    if not tree.fold or folded < _LEAST_TO_FOLD:
        return children, ""
    return shown, f"{folded:,} more below {human_size(least)} (--all shows them)"


def _round_figure(size: int) -> int:
    """Return the largest of 1, 2, 5, 10, 20, 50... that is not above ``size``."""
    power = 10 ** (len(str(size)) - 1)
    return next((step * power for step in (5, 2, 1) if step * power <= size), 0)


def _line(node: DrawnNode, guides: str, tree: KeyTree, unit: str = "     ") -> _Line:
    familiar = tree.familiar(node.path) if node.is_branch else ""
    name = f"{node.name} ({familiar})" if familiar else node.name
    keys = f"{node.keys:,}{unit}" if node.is_branch else ""
    size = human_size(node.size) if tree.sizes else ""
    return _Line(guides, name, "bold blue" if node.is_branch else "", keys, size)


def _write(lines: list[_Line], console: Console) -> None:
    keys_width = max(len(line.keys) for line in lines)
    size_width = max(len(line.size) for line in lines)
    figures_width = keys_width + (len(_GAP) + size_width if size_width else 0)
    room = console.width - figures_width - len(_GAP) - 1
    name_width = min(max(Text(line.guides + line.name).cell_len for line in lines), room)
    for line in lines:
        text = Text().append(line.guides, style="dim").append(line.name, style=line.style)
        figures = f"{line.keys:>{keys_width}}"
        if size_width:
            figures += f"{_GAP}{line.size:>{size_width}}"
        if figures.strip():
            text.append(" " * max(0, name_width - text.cell_len) + _GAP + figures.rstrip())
        console.print(text, soft_wrap=True)
