"""Trees of keys: one line a node in a pipe, drawn by Rich on a terminal, nested in JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.output.quoting import go_quoted, json_string
from pyetcdctl.results import TreeStep

if TYPE_CHECKING:
    from pyetcdctl.output import Sink
    from pyetcdctl.results import KeyTree, TreeVisit

_DRIVES_A_TERMINAL = re.compile(r"[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ENTER, _LEAVE, _LEAF, _CLOSED = TreeStep.ENTER, TreeStep.LEAVE, TreeStep.LEAF, TreeStep.CLOSED


def write_lines(tree: KeyTree, out: Sink) -> None:
    """Write one line a node: its path, then the figures asked for, between tabs.

    With figures a branch comes after its contents, as with du: its figures are known then.
    """
    figures = tree.counts or tree.sizes
    skipped = {_ENTER if figures else _LEAVE}
    if tree.branches_only:
        skipped.add(_LEAF)
    for visit in tree.visits:
        if visit.step not in skipped:
            out.write(f"{escaped(visit.path)}{_columns(tree, visit)}\n".encode())


def write_json(tree: KeyTree, out: Sink) -> None:
    """Write one document while the keys are read; figures follow a branch's children."""
    out.write(b'{"tree":[')
    keys = size = 0
    comma = False
    top_level = 0 if tree.prefix else 1
    for visit in tree.visits:
        if visit.level == top_level and visit.step is not _ENTER:
            keys, size = keys + visit.keys, size + visit.size
        if visit.step is _LEAF and tree.branches_only:
            continue
        if visit.step is not _LEAVE and comma:
            out.write(b",")
        out.write(_json_part(tree, visit).encode())
        comma = visit.step is not _ENTER
    end = f',"bytes":{size}' if tree.sizes else ""
    revision = tree.revision()
    end += f',"revision":{revision}' if revision else ""
    out.write(f'],"keys":{keys}{end}}}\n'.encode())


def escaped(path: bytes) -> str:
    r"""Return a path on one line: unprintable characters and backslashes are escaped as Go does."""
    return go_quoted(path)[1:-1].replace('\\"', '"')


def _columns(tree: KeyTree, visit: TreeVisit) -> str:
    keys = f"\t{visit.keys}" if tree.counts else ""
    return f"{keys}\t{visit.size}" if tree.sizes else keys


def _json_part(tree: KeyTree, visit: TreeVisit) -> str:
    size = f',"bytes":{visit.size}' if tree.sizes else ""
    if visit.step is _LEAVE:
        return f'],"keys":{visit.keys}{size}}}'
    if visit.step is _LEAF:
        return f"{{{_json_name(visit.name)}{size}}}"
    familiar = tree.familiar(visit.path)
    name = _json_name(visit.name) + (f',"familiar":{json_string(familiar)}' if familiar else "")
    if visit.step is _ENTER:
        return f'{{{name},"children":['
    return f'{{{name},"keys":{visit.keys}{size}}}'


def _json_name(name: bytes) -> str:
    try:
        text = json_string(name.decode())
        return f'"name":{_DRIVES_A_TERMINAL.sub(_json_escape, text)}'
    except UnicodeDecodeError:
        from binascii import b2a_base64

        return f'"name_base64":"{b2a_base64(name, newline=False).decode()}"'


def _json_escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
