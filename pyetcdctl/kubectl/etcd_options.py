"""The options of an etcd server, from the container that runs it.

etcd reads ``--name=value``, ``--name value`` and, without the flag, the variable ``ETCD_NAME``.
"""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from posixpath import basename
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_REFERENCE = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)")
_SHELL_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_COMMAND_FLAG = re.compile(r"-[a-z]*c", re.ASCII)
_SHELLS = ("sh", "bash", "ash", "dash")
_PREFIX = "ETCD_"


def etcd_options(container: Mapping[str, Any]) -> dict[str, str]:
    """Return option names without dashes, and their values; a flag without a value is ``true``."""
    variables = plain_variables(container)
    options = {
        name.removeprefix(_PREFIX).lower().replace("_", "-"): value
        for name, value in variables.items()
        if name.startswith(_PREFIX)
    }
    return options | _flags([_expanded(word, variables) for word in command_words(container)])


def command_words(container: Mapping[str, Any]) -> list[str]:
    """Return the words of the container's program; those of ``sh -c`` are split."""
    parts = (container.get(name) or () for name in ("command", "args"))
    words = [word for part in parts for word in part]
    if words and basename(words[0]) in _SHELLS:
        scripts = [script for flag, script in pairwise(words) if _COMMAND_FLAG.fullmatch(flag)]
        return _split(scripts[0]) if scripts else words
    return words


def plain_variables(container: Mapping[str, Any]) -> dict[str, str]:
    """Return the container's variables that the pod's specification has values for."""
    rows = container.get("env") or ()
    return {row["name"]: row["value"] for row in rows if "value" in row}


def _flags(words: Sequence[str]) -> dict[str, str]:
    found = {}
    for at, word in enumerate(words):
        if word.startswith("-"):
            name, equals, value = word.lstrip("-").partition("=")
            following = words[at + 1] if at + 1 < len(words) else "-"
            if not equals:
                value = "true" if following.startswith("-") else following
            found[name] = value
    return found


def _split(script: str) -> list[str]:
    try:
        return shlex.split(script)
    except ValueError:  # an unbalanced quote: etcd's flags have none
        return script.split()


def _expanded(word: str, variables: Mapping[str, str]) -> str:
    """Replace ``$(NAME)`` as the kubelet does, ``${NAME}`` as a shell; an unknown name stays."""
    for form in (_REFERENCE, _SHELL_VARIABLE):
        word = form.sub(lambda found: variables.get(found[1], found[0]), word)
    return word
