"""The output formats of ``context list`` and ``context show``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyetcdctl.output import unsupported

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session

_FORMATS = ("simple", "json")


def wants_json(session: Session) -> bool:
    """Return whether -w asks for JSON. Raises UnsupportedFormat for another format.

    Only the command line counts: a context that cannot be used must not hinder the list.
    """
    chosen = session.flags.get("write-out") or "simple"
    if chosen not in _FORMATS:
        raise unsupported(chosen, _FORMATS)
    return bool(chosen == "json")


def print_json(session: Session, value: Any) -> None:
    """Print a value as one line of JSON."""
    session.streams.out.text(json.dumps(value) + "\n")
