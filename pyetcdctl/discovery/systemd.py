"""The command and the variables of a systemd service, from its unit, drop-ins and files.

The rules are systemd's: the first folder that has the unit wins; drop-ins of all folders are
applied in the order of their names, the first folder winning again; an empty assignment clears what
was there; ``EnvironmentFile=`` wins over ``Environment=``; ``${NAME}`` is put in as it is, and
``$NAME`` standing alone is split into words.

In the files of ``EnvironmentFile=``, ``NAME='as it is'``, ``NAME="with \\" escaped"`` and ``NAME=to
the end of the line`` may follow each other in one value. A backslash at the end of a line joins the
next one to it. Nothing is refused: systemd passes over what it does not understand, and a quote
that is not closed ends with the file.
"""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatch
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.discovery.findings import Reason
from pyetcdctl.discovery.node import Node, Unusable
from pyetcdctl.discovery.options import Option
from pyetcdctl.discovery.static_pods import unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FOLDERS = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)

_ACCUMULATED = ("ExecStart", "Environment", "EnvironmentFile")
_VARIABLE = re.compile(r"\$(?:\$|\{(\w+)\}|([A-Za-z_]\w*))")
_QUOTED = r"'[^']*+(?:'|\Z)|\"(?:[^\"\\]|\\.)*+(?:\"|\Z)"
_ASSIGNMENT = re.compile(
    rf"^[^\S\n]*+([^\s#;=][^=\n]*+)=((?:[^\S\n]*+(?:{_QUOTED}))*+)[^\S\n]*+((?:[^\n\\]|\\.)*+)",
    re.MULTILINE | re.DOTALL,
)
_PART = re.compile(_QUOTED, re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NEEDS_ESCAPE = '"\\$`'


class SystemdService(NamedTuple):
    """The service as systemd runs it: the program's words and its variables, each with its file."""

    file: str
    words: tuple[str, ...]
    environment: Mapping[str, Option]


class _Assignment(NamedTuple):
    name: str
    value: str
    file: str


def read_service(node: Node, unit: str, program: str) -> SystemdService | None:
    """Read a service that runs ``program``; unusable files are recorded."""
    path = next(_places(node, unit), "")
    if path and node.is_link_to_null(path):
        node.skip(path, Unusable(Reason.UNSUITABLE, "the unit is masked"))
        return None
    text = node.text(path) if path else None
    if text is None:
        return None
    try:
        return _service(node, path, unit, program, text)
    except Unusable as unusable:
        node.skip(unusable.path or path, unusable)
        return None


def _places(node: Node, unit: str) -> Iterator[str]:
    for folder in FOLDERS:
        path = join(folder, unit)
        node.look_at(path)
        if node.exists(path) or node.is_link_to_null(path):
            yield path


def _service(node: Node, path: str, unit: str, program: str, text: str) -> SystemdService:
    assignments = list(_assignments(text, path))
    for drop_in in _drop_ins(node, unit):
        assignments += _assignments(node.text(drop_in) or "", drop_in)
    specifiers = _specifiers(node, unit)
    settings = {name: _in_force(assignments, name) for name in _ACCUMULATED}
    environment = _environment(node, settings, specifiers)
    commands = [_command(each, environment, specifiers) for each in settings["ExecStart"]]
    for command, assignment in zip(commands, settings["ExecStart"], strict=True):
        if any(basename(word) == program for word in command):
            return SystemdService(assignment.file, tuple(command), environment)
    raise Unusable(Reason.MALFORMED, f"no ExecStart= in it runs {program}")


def _drop_ins(node: Node, unit: str) -> list[str]:
    by_name: dict[str, str] = {}
    for folder in FOLDERS:
        for name in node.names_in(join(folder, f"{unit}.d")):
            if name.endswith(".conf"):
                by_name.setdefault(name, join(folder, f"{unit}.d", name))
    return [by_name[name] for name in sorted(by_name)]


def _assignments(text: str, file: str) -> Iterator[_Assignment]:
    section = ""
    for line in _joined_lines(text):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif section == "Service" and "=" in line:
            name, _, value = line.partition("=")
            yield _Assignment(name.strip(), value.strip(), file)


def _joined_lines(text: str) -> Iterator[str]:
    """Join continued lines; a comment between them does not end the continuation."""
    begun = ""
    for raw in text.split("\n"):
        line = raw.strip()
        if line.startswith(("#", ";")) or (not line and not begun):
            continue
        if line.endswith("\\"):
            begun += line[:-1] + " "
            continue
        yield (begun + line).strip()
        begun = ""
    yield begun.strip()


def _in_force(assignments: list[_Assignment], name: str) -> list[_Assignment]:
    kept: list[_Assignment] = []
    for assignment in assignments:
        if assignment.name == name:
            kept = [*kept, assignment] if assignment.value else []
    return kept


def _specifiers(node: Node, unit: str) -> Callable[[str], str]:
    """Return a function that replaces ``%``-specifiers; unknown ones stay as they are."""
    stem = unit.removesuffix(".service")
    known = {"%%": "%", "%n": unit, "%N": stem, "%p": stem}

    def replacement(found: re.Match[str]) -> str:
        if found[0] in ("%H", "%l"):
            known.setdefault("%H", (node.text("/etc/hostname") or "").strip())
            known.setdefault("%l", known["%H"].partition(".")[0])
        return known.get(found[0], found[0])

    return lambda text: re.sub(r"%[%a-zA-Z]", replacement, text)


def _environment(
    node: Node, settings: Mapping[str, list[_Assignment]], specifiers: Callable[[str], str]
) -> dict[str, Option]:
    variables: dict[str, Option] = {}
    for assignment in settings["Environment"]:
        for word in _split(specifiers(assignment.value), assignment.file):
            name, equals, value = word.partition("=")
            if equals:
                variables[name] = Option(value, assignment.file, name)
    for assignment in settings["EnvironmentFile"]:
        optional = assignment.value.startswith("-")
        for path in _matching(node, specifiers(assignment.value.removeprefix("-"))):
            variables |= _variables_in(node, path, optional)
    return variables


def _matching(node: Node, pattern: str) -> list[str]:
    if not any(sign in basename(pattern) for sign in "*?["):
        return [pattern]
    folder = dirname(pattern)
    names = node.names_in(folder)
    return [join(folder, name) for name in names if fnmatch(name, basename(pattern))]


def _variables_in(node: Node, path: str, optional: bool) -> dict[str, Option]:
    if not optional and not node.exists(path):
        node.skip(path, Unusable(Reason.MISSING, "no such file, but the unit names it"))
    found = variables_in(node.text(path) or "")
    return {name: Option(value, path, name) for name, value in found}


def _split(text: str, file: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        raise Unusable(Reason.MALFORMED, "a quote in it is not closed", file) from None


def _command(
    assignment: _Assignment, environment: Mapping[str, Option], specifiers: Callable[[str], str]
) -> list[str]:
    words: list[str] = []
    for word in _split(specifiers(assignment.value).lstrip("@-:+!|"), assignment.file):
        alone = _VARIABLE.fullmatch(word)
        if alone and alone[2]:
            words += _split(_value(environment, alone[2]), assignment.file)
        else:
            words.append(_VARIABLE.sub(lambda found: _replacement(found, environment), word))
    return unwrapped(words)


def _replacement(found: re.Match[str], environment: Mapping[str, Option]) -> str:
    name = found[1] or found[2]
    return _value(environment, name) if name else "$"


def _value(environment: Mapping[str, Option], name: str) -> str:
    return environment[name].value if name in environment else ""


def variables_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names and the values of a file, in its order."""
    for found in _ASSIGNMENT.finditer(text):
        name, quoted, bare = found.groups()
        if name.strip().isidentifier():
            parts = map(_unquoted, _PART.findall(quoted))
            yield name.strip(), "".join(parts) + _ESCAPED.sub(_bare, bare.rstrip())


def _unquoted(part: str) -> str:
    inner = part[1:].removesuffix(part[0])
    return inner if part[0] == "'" else _ESCAPED.sub(_in_quotes, inner)


def _in_quotes(found: re.Match[str]) -> str:
    if found[1] == "\n":
        return ""
    return found[1] if found[1] in _NEEDS_ESCAPE else found[0]


def _bare(found: re.Match[str]) -> str:
    return "" if found[1] == "\n" else found[1]
