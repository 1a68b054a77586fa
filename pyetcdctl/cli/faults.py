"""The last resort: report an unexpected exception as a message instead of a traceback."""

from __future__ import annotations

import traceback
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING

from pyetcdctl import __version__
from pyetcdctl.errors import ProgramFault, ResponseMakesNoSense
from pyetcdctl.isolation import in_the_way
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from pyetcdctl.errors import PyetcdctlError


def meaning_of(error: Exception, *, shows_traceback: bool) -> PyetcdctlError:
    """Return the error to report for an unexpected exception."""
    if isinstance(error, WireError):
        return ResponseMakesNoSense(error)
    if isinstance(error, MemoryError):
        return ProgramFault("out of memory")
    if isinstance(error, ImportError) and (variables := in_the_way()):
        return ProgramFault(f"a module of the program cannot be loaded: {error}", variables)
    summary = "".join(traceback.format_exception_only(error)).strip().replace("\n", " ")
    if shows_traceback:
        lines = "".join(traceback.format_exception(error)).splitlines()
    else:
        lines = ["Try:  the same with --debug, which shows where it happened"]
    return ProgramFault(
        f"internal error: {summary}",
        f"This is a fault of pyetcdctl {__version__}{_where_to_report()}",
        *lines,
    )


def _where_to_report() -> str:
    try:
        entries = metadata("pyetcdctl").get_all("Project-URL") or []
    except PackageNotFoundError:
        entries = []
    places = dict(entry.split(", ", 1) for entry in entries if ", " in entry)
    address = places.get("Issues") or next(iter(places.values()), "")
    return (
        f": report it at {address}" if address else ": report it with the command that led to it."
    )
