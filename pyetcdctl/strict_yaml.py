"""YAML from untrusted files and values: the one place that sets its limits.

PyYAML's safe loaders run no code, but deep nesting overflows the stack of their C half, and aliases
multiply: a text's shape is measured before anything is built from it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

DEEPEST = 200
MOST_ALIASES = 16
_RESCANNED_CHARACTERS = 1 << 16

_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What PyYAML's constructors raise on scalars such as ``!!int ""`` or ``2024-99-99``."""


class NotYaml(ValueError):
    """A text that is not YAML; ``line`` is 0 where it is not known."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(f"{why} (line {line})" if line else why)
        self.why = why
        self.line = line


class BeyondLimits(NotYaml):
    """YAML that is nested too deeply or has too many aliases; the reason quotes none of it."""


def loader(name: str = "Safe") -> Any:
    """Return one of PyYAML's loaders, in C where libyaml is there."""
    import yaml

    return getattr(yaml, f"C{name}Loader", None) or getattr(yaml, f"{name}Loader")


def first_document(text: str, *, scalars_as_text: bool = False) -> Any:
    """Return the first document of a text; raises NotYaml."""
    import yaml

    chosen = loader("Base" if scalars_as_text else "Safe")
    with errors_translated():
        check_limits(text, first_only=True)
        return next(iter(yaml.load_all(text, Loader=chosen)), None)


@contextmanager
def errors_translated() -> Iterator[None]:
    """Raise NotYaml in place of PyYAML's errors, whose classes and words differ by release."""
    import yaml

    try:
        yield
    except NotYaml:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = ", ".join(filter(None, (error.context, error.problem))) or "unreadable"
        raise NotYaml(why, mark.line + 1 if mark else 0) from None
    except yaml.YAMLError as error:
        reason = str(getattr(error, "reason", "unreadable"))
        raise NotYaml(" ".join(reason.split())) from None
    except _UNREADABLE:
        raise NotYaml("a value that cannot be read") from None


def check_limits(text: str, *, aliases: int = MOST_ALIASES, first_only: bool = False) -> None:
    """Raise BeyondLimits for a text that is nested too deeply or has more aliases than allowed."""
    import yaml

    try:
        _measure(yaml.parse(text, Loader=loader()), aliases, first_only=first_only)
    except yaml.YAMLError as error:
        # libyaml has a limit of its own and reports it as a syntax error, before any event.
        mark = getattr(error, "problem_mark", None)
        begin = text[: min(mark.index if mark else 0, _RESCANNED_CHARACTERS)]
        if begin.count("[") + begin.count("{") > DEEPEST:
            _measure(_readable_events(begin), aliases, first_only=first_only)
        raise


def _measure(events: Iterator[yaml.Event], aliases: int, *, first_only: bool) -> None:
    import yaml

    depth = met = 0
    for event in events:
        if first_only and isinstance(event, yaml.DocumentEndEvent):
            return
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BeyondLimits(f"nested deeper than {DEEPEST} levels")
        met += isinstance(event, yaml.AliasEvent)
        if met > aliases:
            raise BeyondLimits("too many aliases" if aliases else "aliases are not read")


def _readable_events(text: str) -> Iterator[yaml.Event]:
    """Yield the events of Python's parser, which has no limit, up to the first error."""
    import yaml

    try:
        yield from yaml.parse(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
