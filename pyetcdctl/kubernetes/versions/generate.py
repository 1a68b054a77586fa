"""Merge the API versions that a release of Kubernetes removes into the table of removals.

``python -m pyetcdctl.kubernetes.versions.generate FOLDER... [--check]``

The folders are those of the field table's ``generate``: k8s.io/api, apiextensions-apiserver and
kube-aggregator. Their ``zz_generated.prerelease-lifecycle.go`` have a function for each type that
names the release in which it is no longer served, and another that names its replacement. Types
that the sources no longer have stay in the table.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.schema.sources import SourceError
from pyetcdctl.kubernetes.versions.stored_types import REMOVALS, Removal, StoredType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FILE = "zz_generated.prerelease-lifecycle.go"
_GROUP = re.compile(r'^const GroupName = "([\w.-]*)"$', re.MULTILINE)
_REMOVED = re.compile(
    r"^func \(in \*(\w+)\) APILifecycleRemoved\(\) \(major, minor int\) \{\n"
    r"\treturn (\d+), (\d+)\n\}$",
    re.MULTILINE,
)
_REPLACEMENT = re.compile(
    r"^func \(in \*(\w+)\) APILifecycleReplacement\(\) schema\.GroupVersionKind \{\n"
    r'\treturn schema\.GroupVersionKind\{Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"\}',
    re.MULTILINE,
)
_ANY_REMOVED = re.compile(r"^func .*APILifecycleRemoved\(", re.MULTILINE)


def read_removals(folders: Sequence[Path]) -> dict[StoredType, Removal]:
    """Return the removals that the sources below the folders name; lists are not stored types."""
    paths = sorted(path for folder in folders for path in folder.rglob(FILE))
    if not paths:
        raise SourceError(folders[0], None, f"no {FILE} below")
    return dict(pair for path in paths for pair in _of_file(path))


def text_of(found: Mapping[StoredType, Removal]) -> str:
    """Return the table's text, sorted."""
    rows = sorted((*stored, *removal) for stored, removal in found.items())
    return "".join("\t".join(row) + "\n" for row in rows)


def _of_file(path: Path) -> Iterator[tuple[StoredType, Removal]]:
    text = path.read_text()
    removed = _REMOVED.findall(text)
    if len(removed) != len(_ANY_REMOVED.findall(text)):
        raise SourceError(path, None, "a function APILifecycleRemoved of an unknown form")
    replacements = {kind: tuple(rest) for kind, *rest in _REPLACEMENT.findall(text)}
    group = _group(path.parent)
    version = "/".join(filter(None, (group, path.parent.name)))
    for kind, major, minor in removed:
        if not kind.endswith("List"):
            replacement = _shown(*replacements[kind]) if kind in replacements else ""
            yield StoredType(version, kind), Removal(f"{major}.{minor}", replacement)


def _group(folder: Path) -> str:
    register = folder / "register.go"
    found = _GROUP.search(register.read_text()) if register.exists() else None
    if found is None:
        raise SourceError(register, None, "no GroupName")
    return found[1]


def _shown(group: str, version: str, kind: str) -> str:
    return f"{'/'.join(filter(None, (group, version)))} {kind}"


def main(words: Sequence[str] | None = None) -> str | None:
    """Merge or check; return an error message for ``sys.exit``, or None."""
    parser = argparse.ArgumentParser(description="Merge removed API versions into their table.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="the sources")
    parser.add_argument("--check", action="store_true", help="only compare; fail if it changes")
    parser.add_argument("--table", type=Path, default=REMOVALS, help="another table file")
    arguments = parser.parse_args(words)
    path: Path = arguments.table
    before = path.read_text() if path.exists() else ""
    rows = (line.split("\t") for line in before.splitlines())
    known = {StoredType(row[0], row[1]): Removal(row[2], row[3]) for row in rows}
    try:
        after = text_of(known | read_removals(arguments.folders))
    except SourceError as error:
        return str(error)
    if arguments.check:
        return None if after == before else "not up to date"
    path.write_text(after)
    return None


if __name__ == "__main__":
    sys.exit(main())
