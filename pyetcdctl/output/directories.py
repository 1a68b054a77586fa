"""Data directories of dead members, as text or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pyetcdctl.output.columns import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.cluster_results import DirectoryRanking
    from pyetcdctl.diagnosis.directories import Standing

_HEADER = ("DIRECTORY", "MEMBER", "LAST TERM", "LAST INDEX", "COMMITTED", "LACKS")


def ranking_text(result: DirectoryRanking) -> bytes:
    """Return a table, the newest first; the unreadable directories; and the steps of a restore."""
    rows = [_row(each) for each in result.standings]
    lines = [line for each in result.standings for line in _remarks(each)]
    lines += [f"{log.path}: cannot be read: {log.failure}" for log in result.unreadable]
    if result.steps:
        lines += ["", f"# Steps to serve {result.standings[0].log.path} on this node:"]
        lines += result.steps
    text = "".join(f"{line}\n" for line in lines)
    return (aligned([_HEADER, *rows]) if rows else b"") + text.encode("utf-8", "surrogateescape")


def ranking_json(result: DirectoryRanking) -> str:
    """Return one JSON object; IDs are hexadecimal."""
    shown = {
        "directories": [
            {
                "path": each.log.path,
                "memberID": f"{each.log.member_id:x}",
                "lastTerm": each.log.last[0],
                "lastIndex": each.log.last[1],
                "committed": each.log.committed,
                "isNewest": each.is_newest,
                "agreesUpTo": each.agrees_up_to,
                "replaced": each.replaced,
                "torn": each.log.torn,
                "failure": each.log.failure,
                "lacks": {
                    "entries": each.loss.entries,
                    "puts": each.loss.puts,
                    "deletes": each.loss.deletes,
                    "knownToBeCommitted": each.loss.certain,
                },
            }
            for each in result.standings
        ],
        "unreadable": [{"path": log.path, "failure": log.failure} for log in result.unreadable],
        "steps": list(result.steps),
    }
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def _row(each: Standing) -> tuple[str, ...]:
    log, (term, index) = each.log, each.log.last
    member = f"{log.member_id:x}"
    return (log.path, member, str(term), f"{index:,}", f"{log.committed:,}", _lacks(each))


def _lacks(each: Standing) -> str:
    loss = each.loss
    if each.is_newest:
        return "nothing: it is the newest"
    if not loss.entries:
        return "nothing"
    return (
        f"{loss.entries:,} entries ({loss.puts:,} puts, {loss.deletes:,} deletions; "
        f"{loss.certain:,} known to be committed)"
    )


def _remarks(each: Standing) -> Iterator[str]:
    log = each.log
    if each.replaced:
        yield (
            f"{log.path}: its {each.replaced:,} entries behind {each.agrees_up_to:,} are of a term "
            "that the newest log replaced: they were never committed"
        )
    if log.torn:
        yield f"{log.path}: the last record was not written whole: {log.torn}"
    if log.failure:
        yield f"{log.path}: read up to index {log.last[1]:,}: {log.failure}"
