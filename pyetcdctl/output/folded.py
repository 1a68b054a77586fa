"""The ``folded`` format: stacks with their bytes, which flame graph programs read."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from pyetcdctl.output import is_registered, unsupported
from pyetcdctl.results import SpaceUse

if TYPE_CHECKING:
    from pyetcdctl.output import Sink
    from pyetcdctl.settings import OutputSettings


@singledispatch
def render(result: Any, out: Sink, settings: OutputSettings) -> None:
    """Write sums of groups within groups, a line for each."""
    raise unsupported("folded")


def can_show(kind: type) -> bool:
    """Return whether the format shows results of this type."""
    return is_registered(render, kind)


@render.register(SpaceUse)
def _space(result: SpaceUse, out: Sink, settings: OutputSettings) -> None:
    from pyetcdctl.output.space import folded_of

    out.write(folded_of(result).encode())
