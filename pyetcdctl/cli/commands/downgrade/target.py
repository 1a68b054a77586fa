"""The target release of a downgrade."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.errors import UsageError

Target = Annotated[list[str], words("TARGET_VERSION")]


def target_version(given: list[str]) -> str:
    """Return the one word that is given. Raises UsageError."""
    if not given:
        raise UsageError("TARGET_VERSION not provided")
    if len(given) > 1:
        raise UsageError("too many arguments")
    if not given[0]:
        raise UsageError("target version not provided")
    return given[0]
