"""Results as text or bytes: one module per format, found through ``formats()``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from pyetcdctl.errors import UnsupportedFormat
from pyetcdctl.output.quoting import go_quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.settings import OutputSettings

_MODULES = {
    "fields": "pyetcdctl.output.fields",
    "folded": "pyetcdctl.output.folded",
    "json": "pyetcdctl.output.as_json",
    "jsonl": "pyetcdctl.output.jsonl",
    "protobuf": "pyetcdctl.output.as_protobuf",
    "simple": "pyetcdctl.output.simple",
    "table": "pyetcdctl.output.table",
    "yaml": "pyetcdctl.output.as_yaml",
}


class Sink(Protocol):
    """Where a printer writes: bytes that are data, in order."""

    def write(self, data: bytes) -> None:
        """Take data; it may be buffered. On a terminal, control characters are escaped."""

    def safe(self, data: bytes) -> None:
        """Take data that is safe for a terminal as it is: escaped before, or coloured."""

    def flush(self) -> None:
        """Hand over what is buffered."""


class Printer(Protocol):
    """The interface of every format module."""

    def render(self, result: Any, out: Sink, settings: OutputSettings) -> None:
        """Write the result; raise UnsupportedFormat where the format cannot show it."""

    def can_show(self, kind: type) -> bool:
        """Return whether ``render`` takes results of this type."""


def formats() -> tuple[str, ...]:
    """Return the names of ``--write-out``."""
    return tuple(_MODULES)


def printer_for(name: str) -> Printer:
    """Import the format called ``name``."""
    if name not in _MODULES:
        asked = go_quoted(name.encode("utf-8", "surrogateescape"))
        raise UnsupportedFormat(
            "unsupported output format", f"{asked} is none of: {', '.join(formats())}"
        )
    return cast("Printer", import_module(_MODULES[name]))


def is_registered(function: Any, kind: type) -> bool:
    """Return whether a function of ``singledispatch`` has an implementation for a type."""
    return bool(function.dispatch(kind) is not function.dispatch(object))


def unsupported(name: str, fit: Sequence[str] = ()) -> UnsupportedFormat:
    """Return etcdctl's error for a result that the format ``name`` cannot show; some are fit."""
    advice = (f"Try:  -w {'|'.join(fit)}",) if fit else ()
    return UnsupportedFormat(f"{name} not supported as output format", *advice)


def fit_formats(kinds: Sequence[type]) -> list[str]:
    """Return the names of the formats that can show a result of one of the types."""
    return [name for name in _MODULES if any(map(printer_for(name).can_show, kinds))]
