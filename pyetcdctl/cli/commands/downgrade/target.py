"""The release to go down to."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.errors import BadArguments

Target = Annotated[list[str], words("TARGET_VERSION")]


def target_version(given: list[str]) -> str:
    """Return the one word that is given. Raises BadArguments."""
    if not given:
        raise BadArguments("TARGET_VERSION not provided")
    if len(given) > 1:
        raise BadArguments("too many arguments")
    if not given[0]:
        raise BadArguments("target version not provided")
    return given[0]
