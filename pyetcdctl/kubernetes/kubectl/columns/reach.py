"""Access to fields of untrusted objects: a value of the wrong type counts as missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.quantities import canonical
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import value_text

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain


def at(plain: Plain, path: str) -> Plain:
    """Return the field at a path of names separated by dots; None if there is none."""
    for name in path.split("."):
        if not isinstance(plain, dict):
            return None
        plain = plain.get(name)
    return plain


def text(plain: Plain) -> str:
    """Return a string unchanged, None as the empty string and any other value as JSON."""
    if isinstance(plain, str):
        return plain
    return "" if plain is None else value_text(plain)


def number(plain: Plain) -> int:
    """Return an integer unchanged and 0 for any other value, also for a boolean."""
    return plain if isinstance(plain, int) and not isinstance(plain, bool) else 0


def flag(plain: Plain) -> bool:
    """Return whether a value is true; False for a value that is not a boolean."""
    return plain is True


def items(plain: Plain) -> int:
    """Return the number of items of a list or an object; 0 for any other value."""
    return len(plain) if isinstance(plain, (list, dict)) else 0


def objects(plain: Plain) -> list[Object]:
    """Return the items of a list that are objects."""
    return [each for each in plain if isinstance(each, dict)] if isinstance(plain, list) else []


def texts(plain: Plain) -> list[str]:
    """Return the items of a list as strings."""
    return list(map(text, plain)) if isinstance(plain, list) else []


def mapping(plain: Plain) -> Object:
    """Return an object unchanged and an empty one for any other value."""
    return plain if isinstance(plain, dict) else {}


def quantity(plain: Plain) -> str:
    """Return a quantity in its canonical form; 0 if it is missing."""
    if plain is None:
        return "0"
    shown = text(plain)
    try:
        return canonical(shown)
    except ValueError:
        return shown


def condition(obj: Object, name: str) -> Object | None:
    """Return the first condition of a type in an object's status."""
    found = objects(at(obj, "status.conditions"))
    return next((each for each in found if each.get("type") == name), None)


def shortened(words: list[str], most: int, between: str = ",") -> str:
    """Join the first words of a list and append the number of the others."""
    more = len(words) - most
    shown = between.join(words[:most])
    return f"{shown} + {more} more..." if more > 0 else shown
