"""Fields of objects that anybody may have written: what is of the wrong type counts as missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.quantities import canonical
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import value_text

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain


def at(plain: Plain, path: str) -> Plain:
    """Return the field at names with dots between them; None where they lead nowhere."""
    for name in path.split("."):
        if not isinstance(plain, dict):
            return None
        plain = plain.get(name)
    return plain


def text(plain: Plain) -> str:
    """Return a field as text: a string as it is, what is none as JSON."""
    if isinstance(plain, str):
        return plain
    return "" if plain is None else value_text(plain)


def number(plain: Plain) -> int:
    """Return a whole number, 0 for what is none; True is none."""
    return plain if isinstance(plain, int) and not isinstance(plain, bool) else 0


def flag(plain: Plain) -> bool:
    """Return a boolean; False for what is none."""
    return plain is True


def items(plain: Plain) -> int:
    """Return how many items a list has, or names an object."""
    return len(plain) if isinstance(plain, (list, dict)) else 0


def objects(plain: Plain) -> list[Object]:
    """Return the objects of a list."""
    return [each for each in plain if isinstance(each, dict)] if isinstance(plain, list) else []


def texts(plain: Plain) -> list[str]:
    """Return the items of a list as texts."""
    return list(map(text, plain)) if isinstance(plain, list) else []


def mapping(plain: Plain) -> Object:
    """Return an object; an empty one for what is none."""
    return plain if isinstance(plain, dict) else {}


def quantity(plain: Plain) -> str:
    """Return a quantity in the API server's form; 0 where there is none."""
    if plain is None:
        return "0"
    shown = text(plain)
    try:
        return canonical(shown)
    except ValueError:
        return shown


def condition(obj: Object, name: str) -> Object | None:
    """Return the first condition of a type."""
    found = objects(at(obj, "status.conditions"))
    return next((each for each in found if each.get("type") == name), None)


def shortened(words: list[str], most: int, between: str = ",") -> str:
    """Return the first words of a list, and how many more there are."""
    more = len(words) - most
    shown = between.join(words[:most])
    return f"{shown} + {more} more..." if more > 0 else shown
