"""A command's flags as one frozen value, declared once.

A command function takes the session, then its words if it has any, then its flags, in this order
and by these names: ``def get(session, keys: Annotated[list[str], words("KEY")], flags: GetFlags)``.
``GetFlags`` is a subclass of ``Flags``: a field for each flag, annotated with what Typer needs.
"""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any, dataclass_transform, get_type_hints

import typer

from pyetcdctl.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Flags(Record):
    """Base of the flags of one command, each with its default; further bases lend theirs."""


def unfolded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that Typer calls for a command: each flag is a parameter of it.

    A command that takes Typer's context is returned as it is.
    """
    given = list(inspect.signature(function).parameters)
    if "session" not in given:
        return function
    hints = get_type_hints(function, include_extras=True)
    struct = hints.get("flags")
    words = next((name for name in given if name not in ("session", "flags")), None)

    @wraps(function)
    def call(ctx: typer.Context, **values: Any) -> Any:
        arguments = [ctx.obj] + ([values.pop(words)] if words else [])
        return function(*arguments, struct(**values)) if struct else function(*arguments)

    parameters = [_parameter("ctx", typer.Context)]
    if words:
        parameters.append(_parameter(words, hints[words], []))
    if struct:
        flags = get_type_hints(struct, include_extras=True)
        parameters += [_parameter(n, flags[n], getattr(struct, n)) for n in struct.field_names]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in parameters}
    return call


def _parameter(
    name: str, annotation: Any, default: Any = inspect.Parameter.empty
) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=default, annotation=annotation)
