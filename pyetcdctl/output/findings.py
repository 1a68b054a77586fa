"""The findings of ``doctor`` as text, JSON or JUnit's XML."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from pyetcdctl.diagnosis.findings import Finding, Unjudged
from pyetcdctl.diagnosis.wording import count_words, seconds_words
from pyetcdctl.escaping import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.diagnosis.findings import Evidence, Report, Severity, Verdict

_COLOURS = {"critical": b"1;31", "warning": b"33", "info": b"36"}
_MARGIN = " " * 10


class ColouredLine(NamedTuple):
    """A line without its end; a severity in front of it has a colour."""

    text: str
    severity: str = ""

    def data(self, *, safe: bool, coloured: bool) -> bytes:
        """Return the line's bytes, for a terminal if ``safe``."""
        data = self.text.encode("utf-8", "surrogateescape")
        if safe:
            data = terminal_safe(data)
        head = f"{self.severity:<{len(_MARGIN)}}".encode() if self.severity else b""
        if coloured and self.severity:
            head = b"\x1b[%bm%b\x1b[0m" % (_COLOURS[self.severity], head)
        return b"%b%b\n" % (head, data)


def lines_of(report: Report) -> Iterator[ColouredLine]:
    """Yield the findings, the checks without a verdict, and a line with their numbers."""
    for finding in report.findings:
        yield from _finding_lines(finding)
    for text in _unjudged_lines(report.unjudged):
        yield ColouredLine(text)
    yield ColouredLine(_summary(report))


def json_of(report: Report) -> str:
    """Return the report as one JSON object."""
    shown = {
        "members": report.members,
        "window_seconds": round(report.window_seconds, 3),
        "rules": report.rules,
        "findings": [
            {
                "severity": each.severity.word,
                **_evidence(each.evidence),
                "source": each.source,
                "next": each.next,
            }
            for each in report.findings
        ],
        "unjudged": [
            {**_evidence(each.evidence), "reason": each.reason} for each in report.unjudged
        ],
        "passed": [_evidence(each.evidence) for each in report.passed],
    }
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def junit_of(report: Report, least: Severity) -> str:
    """Return JUnit's XML: a test case for each verdict, failed from a severity on."""
    cases = [_case(each, least) for each in report.verdicts]
    failed = sum(each.severity >= least for each in report.findings)
    counts = f'tests="{len(cases)}" failures="{failed}" skipped="{len(report.unjudged)}"'
    suite = f'<testsuite name="pyetcdctl doctor" {counts} time="{report.window_seconds:.3f}">'
    lines = ('<?xml version="1.0" encoding="UTF-8"?>', suite, *cases, "</testsuite>")
    return "".join(f"{line}\n" for line in lines)


def _finding_lines(finding: Finding) -> Iterator[ColouredLine]:
    evidence = finding.evidence
    text = f"{evidence.subject}: {evidence.measured}{_basis(evidence)}"
    yield ColouredLine(text, finding.severity.word)
    yield ColouredLine(f"{_MARGIN}rule {evidence.check}: {finding.source}")
    yield ColouredLine(f"{_MARGIN}next: {finding.next}")


def _basis(evidence: Evidence) -> str:
    """Return the samples and the window in words, where there are any."""
    parts = []
    if evidence.samples is not None:
        parts.append(f"{evidence.samples:,} samples")
    if evidence.window_seconds is not None:
        parts.append(f"in {seconds_words(evidence.window_seconds)}")
    return f" ({' '.join(parts)})" if parts else ""


def _unjudged_lines(unjudged: Iterable[Unjudged]) -> Iterator[str]:
    """Yield a line for each check without a verdict, with all subjects of one reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in unjudged:
        few = each.evidence.samples is not None and each.reason.startswith("too few")
        count = f" ({each.evidence.samples})" if few else ""
        subject = f"{each.evidence.subject}{count}"
        groups.setdefault((each.evidence.check, each.reason), []).append(subject)
    for (check, reason), subjects in groups.items():
        yield f"no verdict {check} of {', '.join(subjects)}: {reason}"


def _summary(report: Report) -> str:
    counts = [count_words(len(report.findings), "finding")]
    counts += [f"{len(report.passed)} checks passed", f"{len(report.unjudged)} without a verdict"]
    members = count_words(report.members, "member")
    window = seconds_words(report.window_seconds)
    return f"{', '.join(counts)}: {members}, {window}, rules {report.rules}"


def _evidence(evidence: Evidence) -> dict[str, Any]:
    shown = asdict(evidence)
    if evidence.window_seconds is not None:
        shown["window_seconds"] = round(evidence.window_seconds, 3)
    return {name: value for name, value in shown.items() if value is not None}


def _case(verdict: Verdict, least: Severity) -> str:
    evidence = verdict.evidence
    names = f"classname={_attribute(evidence.check)} name={_attribute(evidence.subject)}"
    measured = f"{evidence.measured}{_basis(evidence)}"
    if isinstance(verdict, Unjudged):
        return f"<testcase {names}><skipped message={_attribute(verdict.reason)}/></testcase>"
    if isinstance(verdict, Finding) and verdict.severity >= least:
        kind = _attribute(verdict.severity.word)
        text = escape(_xml_safe(f"{verdict.source}\n{verdict.next}"))
        body = f"<failure type={kind} message={_attribute(measured)}>{text}</failure>"
        return f"<testcase {names}>{body}</testcase>"
    return f"<testcase {names}><system-out>{escape(_xml_safe(measured))}</system-out></testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_xml_safe(text))


def _xml_safe(text: str) -> str:
    """Replace characters that XML cannot hold."""
    return "".join(
        each if each >= " " or each in "\t\n" else f"\\x{ord(each):02x}"
        for each in text.encode("utf-8", "backslashreplace").decode()
    )
