"""YAML that nobody vouches for, read with PyYAML's safe loader.

The safe loader runs no code, but a few kilobytes of brackets overflow the stack of its C half, and
merged aliases can multiply without end: so a document's shape is measured before it is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyetcdctl.discovery.findings import Reason
from pyetcdctl.discovery.node import Unusable

if TYPE_CHECKING:
    from types import ModuleType

_DEEPEST = 64
_MOST_ALIASES = 16


def parse_mapping(text: str) -> dict[str, Any]:
    """Return the first document of a YAML file, which must be a mapping, or raise `Unusable`."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _measure(yaml, text, loader)
        document = next(iter(yaml.load_all(text, Loader=loader)), None)
    except yaml.YAMLError as error:
        raise Unusable(Reason.MALFORMED, f"not YAML: {_first_complaint(error)}") from None
    # The loader's constructors raise these on scalars such as `!!int ""` or `2024-99-99`.
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise Unusable(Reason.MALFORMED, "not YAML: a value that cannot be read") from None
    if not isinstance(document, dict):
        raise Unusable(Reason.MALFORMED, "not a mapping of names to values")
    return document


def _measure(yaml: ModuleType, text: str, loader: type) -> None:
    depth = aliases = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.DocumentEndEvent):
            return
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        if depth > _DEEPEST or aliases > _MOST_ALIASES:
            raise Unusable(Reason.MALFORMED, "nested too deeply, or too many aliases")


def _first_complaint(error: Exception) -> str:
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable")
    mark = getattr(error, "problem_mark", None)
    return f"{problem} (line {mark.line + 1})" if mark else problem
