"""Labels and label selectors in one line, in the form that Kubernetes prints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.columns.column import NONE, Column
from pyetcdctl.kubernetes.kubectl.columns.reach import at, mapping, objects, text, texts

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.kubectl.columns.column import Cell
    from pyetcdctl.kubernetes.objects import Plain

_WORD = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PART = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_DOMAIN = re.compile(rf"{_PART}(?:\.{_PART})*")
_DOMAIN_LIMIT = 253
_OF_VALUES = {"In": "in", "NotIn": "notin"}
_OF_KEYS = {"Exists": "", "DoesNotExist": "!"}


def labels(path: str) -> Cell:
    """Show the labels at a path."""
    return lambda obj, _: labels_text(at(obj, path))


def labels_text(plain: Plain) -> str:
    """Format labels or annotations, sorted."""
    pairs = (f"{name}={text(value)}" for name, value in mapping(plain).items())
    return ",".join(sorted(pairs)) or NONE


def selector(path: str, *, none: str = NONE, wrong: str = "<error>") -> Cell:
    """Show the label selector at a path; ``wrong`` if it is not valid."""

    def cell(obj: dict[str, Plain], _: object) -> str:
        try:
            return selector_text(at(obj, path)) or none
        except ValueError:
            return wrong

    return cell


def selector_text(plain: Plain) -> str:
    """Format a label selector; raises ValueError if it is not valid."""
    chosen = mapping(plain)
    named = mapping(chosen.get("matchLabels")).items()
    required = [(_key(name), f"={_value(text(value))}", "") for name, value in named]
    required += map(_requirement, objects(chosen.get("matchExpressions")))
    required.sort(key=lambda each: each[0])
    return ",".join(f"{before}{key}{after}" for key, after, before in required)


def _requirement(expression: dict[str, Plain]) -> tuple[str, str, str]:
    """Return a requirement as its key, a suffix of the key and a prefix."""
    key, operator = _key(text(expression.get("key"))), text(expression.get("operator"))
    values = sorted(map(_value, texts(expression.get("values"))))
    if operator in _OF_VALUES and values:
        return key, f" {_OF_VALUES[operator]} ({','.join(values)})", ""
    if operator in _OF_KEYS and not values:
        return key, "", _OF_KEYS[operator]
    raise ValueError("not a valid operator of a label selector, or not valid values for it")


def _key(name: str) -> str:
    domain, slash, word = name.rpartition("/")
    is_domain = len(domain) <= _DOMAIN_LIMIT and _DOMAIN.fullmatch(domain)
    if not _WORD.fullmatch(word) or (slash and not is_domain):
        raise ValueError("not a valid label name")
    return name


def _value(word: str) -> str:
    if word and not _WORD.fullmatch(word):
        raise ValueError("not a valid label value")
    return word


LABELS = Column("LABELS", labels("metadata.labels"), of_metadata=True)


def label_column(name: str) -> Column:
    """Return the column of one label, as ``-L`` shows it."""
    return Column(
        name.rpartition("/")[2].upper(),
        lambda obj, _: text(mapping(at(obj, "metadata.labels")).get(name)),
        of_metadata=True,
    )
