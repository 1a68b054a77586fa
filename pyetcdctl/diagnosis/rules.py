"""Rules: the limits beyond which a check is a finding. They are data, in TOML, each with its
source.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyetcdctl.diagnosis.checks import CHECKS
from pyetcdctl.diagnosis.findings import Severity
from pyetcdctl.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUILT_IN = ("mixin", "openshift")
COMMON = "common"
_FOLDER = Path(__file__).parent / "rules"
_RULE_NAMES = frozenset({"check", "above", "below", "severity", "source", "own_window", "also"})
_LIMIT_NAMES = frozenset({"check", "above", "below"})
_FILE_NAMES = frozenset({"rule", "base"})


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound of a check's value."""

    check: str
    above: float | None = None
    below: float | None = None

    def is_passed(self, low: float, high: float) -> bool | None:
        """Whether a value between two bounds is beyond the limit; None where either is possible."""
        if self.above is not None:
            return True if low >= self.above and high > self.above else _no(high <= self.above)
        below = self.below if self.below is not None else 0.0
        return True if high <= below and low < below else _no(low >= below)

    @property
    def words(self) -> tuple[str, float]:
        """Return ``above`` or ``below``, and the number."""
        return ("above", self.above) if self.above is not None else ("below", self.below or 0.0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit of a check, the severity of passing it, and its source."""

    limit: Limit
    severity: Severity | None
    """None switches the check off."""
    source: str
    own_window: str = ""
    """How long the limit must be passed before the source warns."""
    also: tuple[Limit, ...] = ()
    """Further limits that must be passed by the same subject."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, by check, the most severe first."""

    name: str
    by_check: Mapping[str, tuple[Rule, ...]]

    def of(self, check: str) -> tuple[Rule, ...]:
        """Return the rules of a check; none where it is switched off."""
        return self.by_check.get(check, ())


def built_in(name: str) -> Rules:
    """Return the rules ``mixin`` or ``openshift``, on top of etcd's own limits."""
    texts = [(_FOLDER / f"{each}.toml").read_text() for each in (COMMON, name)]
    return _merged(name, [_rules(_table(text, name)) for text in texts])


def parse_rules(text: str, name: str) -> Rules:
    """Return the rules of a file on top of those of its ``base``; raise BadArguments."""
    table = _table(text, name)
    base = table.get("base", "mixin")
    if base not in BUILT_IN:
        raise _bad(name, f"base is {base!r}, and must be one of {', '.join(BUILT_IN)}")
    if unknown := table.keys() - _FILE_NAMES:
        raise _bad(name, f"unknown name {min(unknown)!r}")
    inherited = [rule for rules in built_in(base).by_check.values() for rule in rules]
    return _merged(name, [inherited, _rules(table, name)])


def _table(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad(name, str(error)) from error


def _merged(name: str, parts: Sequence[Sequence[Rule]]) -> Rules:
    """Merge the parts: the rules of each replace those of the parts before it, check by check."""
    found: dict[str, tuple[Rule, ...]] = {}
    for part in parts:
        for check in {rule.limit.check for rule in part}:
            kept = [rule for rule in part if rule.limit.check == check and rule.severity]
            found[check] = tuple(sorted(kept, key=lambda rule: -(rule.severity or 0)))
    return Rules(name, found)


def _rules(table: Mapping[str, Any], name: str = "") -> list[Rule]:
    entries = table.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise _bad(name, "rules are tables: [[rule]]")
    return [_rule(entry, name) for entry in entries]


def _rule(entry: Mapping[str, Any], name: str) -> Rule:
    if unknown := entry.keys() - _RULE_NAMES:
        raise _bad(name, f"unknown name {min(unknown)!r} in a rule")
    limit = _limit({each: entry[each] for each in _LIMIT_NAMES & entry.keys()}, name)
    word = entry.get("severity", "warning")
    if word not in ("off", *(each.word for each in Severity)):
        raise _bad(name, f"severity is {word!r}, and must be info, warning, critical or off")
    also = entry.get("also", [])
    if not isinstance(also, list):
        raise _bad(name, "also is a list of limits")
    return Rule(
        limit,
        None if word == "off" else Severity.of_word(word),
        str(entry.get("source", name)),
        str(entry.get("own_window", "")),
        tuple(_limit(each, name) for each in also),
    )


def _limit(entry: Any, name: str) -> Limit:
    if not isinstance(entry, dict) or entry.keys() - _LIMIT_NAMES:
        raise _bad(name, "a limit has a check, and above or below")
    check = entry.get("check")
    if check not in CHECKS:
        raise _bad(name, f"there is no check {check!r}; there are {', '.join(CHECKS)}")
    numbers = {side: entry[side] for side in ("above", "below") if side in entry}
    if len(numbers) != 1 or not isinstance(next(iter(numbers.values())), int | float):
        raise _bad(name, f"the rule of {check} needs a number: above or below")
    return Limit(str(check), **{side: float(value) for side, value in numbers.items()})


def _no(is_certain: bool) -> bool | None:
    return False if is_certain else None


def _bad(name: str, what: str) -> BadArguments:
    return BadArguments(f"rules {name}: {what}" if name else what)
