"""The areas that are compared: one for each module ``invocations_<area>.py`` in this folder.

``both()`` are invocations in which etcdctl 3.5.1 and 3.7 agree: they run through the real 3.5.1 and
through pyetcdctl. ``newer()`` are compared with what ``record.py`` recorded of the real 3.7. All
invocations of an area run in order on one fresh server.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.parity.invocation import Invocation

FOLDER = Path(__file__).parent
PREFIX = "invocations_"


class Area(NamedTuple):
    """The invocations of related commands."""

    name: str
    both: list[Invocation]
    newer: list[Invocation]
    flags: Sequence[str] = ()
    """Flags that the server needs."""

    @property
    def recorded(self) -> Path:
        """The file with the recorded results of etcdctl 3.7."""
        return FOLDER / f"etcdctl-3.7-{self.name}.json"


def areas() -> list[Area]:
    """Return all areas."""
    names = sorted(path.stem.removeprefix(PREFIX) for path in FOLDER.glob(f"{PREFIX}*.py"))
    modules = {name: import_module(f"tests.parity.{PREFIX}{name}") for name in names}
    return [
        Area(
            name,
            module.both(),
            module.newer(),
            getattr(module, "FLAGS", ()),
        )
        for name, module in modules.items()
    ]
