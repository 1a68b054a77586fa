"""Record what the API server's own printers print: the tables to compare columns with.

``python -m tests.kubernetes.tables PROGRAM [--add FILE]`` prints every object of
``data/tables.jsonl.xz`` anew, those of the newest release's fixtures, and those of the lines of
FILE, by a program that ``printers/build.sh`` builds. Objects that this release does not know keep
the cells of the release that did: kinds of extension API servers, older versions, kinds that have
the default columns. So do those of ``OF_THE_SERVER``, which a running API server of 1.37.2 printed.
"""

from __future__ import annotations

import argparse
import json
import lzma
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyetcdctl.kubernetes.codec import json_reading
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.resources import BUILT_IN
from pyetcdctl.output.columns import one_line
from tests.kubernetes.fixtures import STRONGEST, fixtures
from tests.kubernetes.sample import DATA, responses

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKED = DATA / "tables.jsonl.xz"
NEWEST = max(fixture.release for fixture in fixtures())
OF_THE_SERVER = ("CSIStorageCapacity", "CustomResourceDefinition")
"""Kinds whose tables the API server does not make by the printers that the program has."""
Row = dict[str, Any]


@cache
def recorded() -> list[Row]:
    """Return the time and the columns, and a row for each object."""
    with lzma.open(PACKED, "rt", encoding="utf-8") as lines:
        return list(map(json.loads, lines))


def source(row: Row) -> Any:
    """Return the object of a row."""
    if "object" in row:
        return row["object"]
    if "fixture" in row:
        text = next(f.json for f in fixtures() if (f.release, f.name) == (NEWEST, row["fixture"]))
    else:
        text = _serialized()[row["line"]] if "line" in row else responses()[row["key"]]["json"]
    return json_reading.parse(text)


@cache
def _serialized() -> list[str]:
    with lzma.open(DATA / "serialized.tsv.xz", "rt", encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t")[1] for line in lines]


def record(program: str, added: Iterable[Any]) -> list[Row]:
    """Return the recorded rows as the program prints them, and those of more objects."""
    head, *rows = recorded()
    known = [json_text(source(row)) for row in rows]
    new = [{"kind": obj["kind"], "object": obj} for obj in added if json_text(obj) not in known]
    rows = [row for row in rows if "fixture" not in row] + _of_fixtures() + new
    responses = _printed(program, [json_text(source(row)) for row in rows])
    columns = dict(head["columns"])
    for row, response in zip(rows, responses, strict=True):
        if "error" not in response and row["kind"] not in OF_THE_SERVER:
            titles = [[each["title"].upper(), each["wide"]] for each in response["columns"]]
            columns[row["kind"]] = titles
            cells = zip(response["cells"], titles, strict=False)
            row["cells"] = [one_line(_text(cell)) for cell, _ in cells]
    return [{**head, "columns": columns}, *(row for row in rows if "cells" in row)]


def _of_fixtures() -> list[Row]:
    kinds = {(resource.group, resource.kind) for resource in BUILT_IN}
    newest = [fixture for fixture in fixtures() if fixture.release == NEWEST]
    return [{"kind": f.kind, "fixture": f.name} for f in newest if (f.group, f.kind) in kinds]


def _printed(program: str, lines: Iterable[str]) -> list[Row]:
    text = "".join(f"{line}\n" for line in lines)
    done = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
    return list(map(json.loads, done.stdout.splitlines()))


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell)


def main() -> None:
    """Record all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="what printers/build.sh built")
    parser.add_argument("--add", type=Path, help="more objects, a line of JSON each")
    arguments = parser.parse_args()
    added = arguments.add.read_text().splitlines() if arguments.add else []
    rows = record(arguments.program, map(json.loads, added))
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    PACKED.write_bytes(lzma.compress(lines.encode(), preset=STRONGEST))


if __name__ == "__main__":
    main()
