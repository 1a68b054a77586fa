"""Static pod manifests: a container's command, its variables and the real paths of its files."""

from __future__ import annotations

import itertools
import re
import shlex
from posixpath import basename, join
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.discovery.findings import Reason
from pyetcdctl.discovery.node import Node, Unusable, parse_mapping
from pyetcdctl.discovery.options import Option, Options, combined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_REFERENCE = r"\$\(([A-Za-z_][\w.-]*)\)"
_SHELL_VARIABLE = r"\$\{?([A-Za-z_]\w*)\}?"
_SHELLS = ("sh", "bash", "ash", "dash")
_ENDS_OF_COMMANDS = ("||", "&&", "|", "&", ";")
_PATHS = frozenset(
    {
        "config-file", "trusted-ca-file", "cert-file", "key-file", "client-cert-file",
        "client-key-file", "peer-cert-file", "peer-key-file", "data-dir", "wal-dir",
        "etcd-cafile", "etcd-certfile", "etcd-keyfile",
    }
)  # fmt: skip


class Container(NamedTuple):
    """A container's whole command line, its plain variables and its host path volumes."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    mounts: Mapping[str, str]

    def on_the_node(self, path: str) -> str:
        """Translate a path inside the container into the node's."""
        for inside in sorted(self.mounts, key=len, reverse=True):
            if path == inside or path.startswith(inside.rstrip("/") + "/"):
                return self.mounts[inside].rstrip("/") + path[len(inside.rstrip("/")) :]
        return path


def options_in(node: Node, path: str, program: str) -> Options | None:
    """Return the options that a manifest gives to a program; None when there is nothing to use."""
    text = node.text(path)
    if text is None:
        return None
    try:
        container = read_container(text, program)
    except Unusable as unusable:
        node.skip(path, unusable)
        return None
    variables = {name: Option(value, path, name) for name, value in container.environment.items()}
    found = combined(node, container.words, path, variables, container.on_the_node)
    return {name: _translated(name, option, container) for name, option in found.items()}


def read_container(text: str, program: str) -> Container:
    """Find the container of a manifest that runs ``program``, or raise `Unusable`."""
    spec = parse_mapping(text).get("spec")
    containers = spec.get("containers") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(containers, list):
        raise Unusable(Reason.MALFORMED, "not a pod manifest: it has no list spec.containers")
    for container in containers:
        if isinstance(container, dict) and _runs(container, program):
            environment = _environment(container)
            words = _words(container, program, environment)
            return Container(tuple(words), environment, _mounts(container, _host_paths(spec)))
    raise Unusable(Reason.MALFORMED, f"no container in it runs {program}")


def unwrapped(words: list[str]) -> list[str]:
    """Return the words of a program that is started through ``sh -c``."""
    script = _script(words)
    if script is None:
        return words
    lines = (line for line in script.split("\n") if not line.lstrip().startswith("#"))
    try:
        return shlex.split("\n".join(lines))
    except ValueError:
        raise Unusable(Reason.MALFORMED, "its shell command has an open quote") from None


def _script(words: Sequence[str]) -> str | None:
    """Return the script of ``sh -c``, whatever other letters are with the c; None without one."""
    if len(words) < 3 or basename(words[0]) not in _SHELLS:
        return None
    return next(
        (s for flag, s in itertools.pairwise(words) if re.fullmatch("-[a-z]*c", flag)), None
    )


def _words(container: Mapping[str, Any], program: str, environment: Mapping[str, str]) -> list[str]:
    """Return the program and its arguments, with the values of variables in them."""
    given = _command(container)
    words = [_expanded(word, environment) for word in unwrapped(given)]
    if _script(given) is None:
        return words
    starts = [at for at, word in enumerate(words) if basename(word) == program]
    words = words[starts[-1] :] if starts else words
    ends = (at for at, word in enumerate(words) if word in _ENDS_OF_COMMANDS)
    words = words[: next(ends, None)]
    return [_expanded(word, environment, _SHELL_VARIABLE) for word in words]


def _runs(container: Mapping[str, Any], program: str) -> bool:
    command = container.get("command")
    first = command[0] if isinstance(command, list) and command else ""
    return container.get("name") == program or (
        isinstance(first, str) and basename(first) == program
    )


def _command(container: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for name in ("command", "args"):
        part = container.get(name, [])
        if not isinstance(part, list) or not all(isinstance(word, str) for word in part):
            raise Unusable(Reason.MALFORMED, f"its container's {name} is not a list of words")
        words += part
    return words


def _named(items: object, key: str) -> dict[str, Mapping[str, Any]]:
    rows = items if isinstance(items, list) else []
    mappings = [row for row in rows if isinstance(row, dict)]
    return {row[key]: row for row in mappings if isinstance(row.get(key), str)}


def _environment(container: Mapping[str, Any]) -> dict[str, str]:
    rows = _named(container.get("env"), "name")
    return {n: row["value"] for n, row in rows.items() if isinstance(row.get("value"), str)}


def _expanded(word: str, environment: Mapping[str, str], form: str = _REFERENCE) -> str:
    return re.sub(form, lambda found: environment.get(found[1], found[0]), word)


def _host_paths(spec: Mapping[str, Any]) -> dict[str, str]:
    volumes = _named(spec.get("volumes"), "name")
    sources = {name: volume.get("hostPath") for name, volume in volumes.items()}
    return {
        name: source["path"]
        for name, source in sources.items()
        if isinstance(source, dict) and isinstance(source.get("path"), str)
    }


def _mounts(container: Mapping[str, Any], host_paths: Mapping[str, str]) -> dict[str, str]:
    mounts = _named(container.get("volumeMounts"), "mountPath")
    found = {}
    for path, mount in mounts.items():
        name, below = mount.get("name"), mount.get("subPath")
        if isinstance(name, str) and name in host_paths:
            inside = below if isinstance(below, str) else ""
            found[path] = join(host_paths[name], inside.lstrip("/")) if inside else host_paths[name]
    return found


def _translated(name: str, option: Option, container: Container) -> Option:
    if name not in _PATHS:
        return option
    return option._replace(value=container.on_the_node(option.value))
