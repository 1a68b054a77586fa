"""The results of an examination: findings, checks that passed, checks without a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """The severity of a finding; info alone never makes a run fail."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """Return the name as it is printed."""
        return self.name.lower()

    @classmethod
    def of_word(cls, word: str) -> Severity:
        """Return the severity of a name. Raises KeyError."""
        return cls[word.upper()]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of a verdict: the member, the window and the number of samples."""

    check: str
    """The check's name, as ``wal-fsync``."""
    subject: str
    """The member's name, or ``cluster``; after a slash a part of it, such as a peer or a method."""
    measured: str
    window_seconds: float | None = None
    """None for a value that was measured at one time."""
    samples: int | None = None
    """None for a value that is not a statistic."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that a rule found."""

    severity: Severity
    evidence: Evidence
    source: str
    """The rule's author and its text."""
    next: str
    """One command to run."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A check without a verdict: too few samples, a window too short, no value."""

    evidence: Evidence
    reason: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A check that found no fault."""

    evidence: Evidence


Verdict = Finding | Unjudged | Passed


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts of one examination."""

    verdicts: tuple[Verdict, ...]
    members: int = 0
    window_seconds: float = 0.0
    rules: str = ""
    """The names of the rules that were applied."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings, the worst first."""
        found = [each for each in self.verdicts if isinstance(each, Finding)]
        return tuple(sorted(found, key=lambda each: -each.severity))

    @property
    def unjudged(self) -> tuple[Unjudged, ...]:
        """Return the checks without a verdict."""
        return tuple(each for each in self.verdicts if isinstance(each, Unjudged))

    @property
    def passed(self) -> tuple[Passed, ...]:
        """Return the checks that passed."""
        return tuple(each for each in self.verdicts if isinstance(each, Passed))

    def has(self, least: Severity) -> bool:
        """Whether there is a finding of at least this severity."""
        return any(finding.severity >= least for finding in self.findings)
