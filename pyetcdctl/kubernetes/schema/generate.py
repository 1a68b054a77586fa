"""Merge a release of Kubernetes into the field table.

``python -m pyetcdctl.kubernetes.schema.generate FOLDER... [--release 1.37] [--check]``

The folders contain the sources of one release: every ``generated.proto`` below them and the Go
files beside each, in the layout of the modules k8s.io/api, apimachinery, apiextensions-apiserver
and kube-aggregator (a missing module is left unchanged in the table). Debian's golang-k8s-api-dev
installs one release below /usr/share/gocode/src/k8s.io; ``go mod download`` fetches any. The
release is --release, else that of the k8s.io/apimachinery that a go.mod requires. The module
github.com/openshift/api has a table of its own, by the releases of Kubernetes that it belongs to.

The table records what each release declared: releases can be merged in any order, the same
sources give the same bytes, and merging a release again replaces it. Sources that cannot be
parsed, releases that disagree on a field, and a special message that ``codec`` cannot decode are
errors; the table then stays unchanged.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.protobuf_reading import reads_special
from pyetcdctl.kubernetes.schema import history, table
from pyetcdctl.kubernetes.schema.release import read_release
from pyetcdctl.kubernetes.schema.sources import SourceError

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from pyetcdctl.kubernetes.schema.table import MessageSchema

REQUIRED = re.compile(r"k8s\.io/apimachinery v0\.([1-9]\d*)\.")
OPENSHIFT_MODULE = re.compile(r"^module github\.com/openshift/api$", re.MULTILINE)
RELEASE = re.compile(r"\d+\.\d+")


def merge(
    packed: bytes | None, folders: Sequence[Path], release: str, known: Container[str] = ()
) -> bytes:
    """Merge the release in the folders into a packed table; None is an empty table.

    ``known`` are the messages of another table that it may refer to.
    """
    messages = read_release(folders)
    if not messages:
        raise SourceError(folders[0], None, "no generated.proto with messages below this folder")
    merged = read_history(packed) if packed else history.SchemaHistory({}, {})
    merged.add(release, messages)
    as_table = merged.to_table()
    if problem := merged.problem(known) or _unreadable(as_table):
        raise SourceError(folders[0], None, problem)
    return table.pack(as_table, merged.releases)


def read_history(packed: bytes) -> history.SchemaHistory:
    """Return what each release declared, from a packed table."""
    return history.of_table(_messages(packed), table.unpack_releases(packed))


def release_of(folders: Sequence[Path]) -> str | None:
    """Return the release that the go.mod files below the folders require; None if they disagree."""
    found = {minor for text in _go_mods(folders) for minor in REQUIRED.findall(text)}
    return f"1.{found.pop()}" if len(found) == 1 else None


def table_of(folders: Sequence[Path]) -> Path:
    """Return the table that the module in the folders belongs to."""
    is_openshift = any(OPENSHIFT_MODULE.search(text) for text in _go_mods(folders))
    return table.OPENSHIFT_TABLE if is_openshift else table.TABLE


def _go_mods(folders: Sequence[Path]) -> Iterator[str]:
    for folder in folders:
        for path in sorted(folder.rglob("go.mod")):
            yield path.read_text()


def changes(before: bytes | None, after: bytes) -> list[str]:
    """List the messages that are new or changed."""
    old, new = _messages(before) if before else {}, _messages(after)
    return [
        f"{'changed' if name in old else 'new'} {name}"
        for name in sorted(new)
        if new[name] != old.get(name)
    ]


def _unreadable(messages: Sequence[MessageSchema]) -> str | None:
    """Describe a special message that is the type of a field and cannot be decoded."""
    in_fields = {field.map_value or field.type for message in messages for field in message.fields}
    for message in messages:
        if message.special and message.name in in_fields and not reads_special(message):
            return f"{message.name} is a special message, and codec/ has no reader for it"
    return None


def _messages(packed: bytes) -> dict[str, MessageSchema]:
    return {name: table.parse(name, *line) for name, line in table.unpack(packed).items()}


def main(words: Sequence[str] | None = None) -> str | None:
    """Merge or check; return an error message for ``sys.exit``, or None."""
    arguments = _parser().parse_args(words)
    release = arguments.release or release_of(arguments.folders)
    if release is None or not RELEASE.fullmatch(release):
        return "the go.mod files do not require one release of Kubernetes: use --release 1.37"
    of_module = table_of(arguments.folders)
    path: Path = arguments.table or of_module
    known = table.names() if of_module == table.OPENSHIFT_TABLE else ()
    before = path.read_bytes() if path.exists() else None
    try:
        after = merge(before, arguments.folders, release, known)
    except SourceError as error:
        return str(error)
    if arguments.check:
        return None if after == before else "\n".join(["not up to date:", *changes(before, after)])
    path.write_bytes(after)
    print(*changes(before, after), sep="\n")
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Merge a release into the field table.")
    parser.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="sources of the release"
    )
    parser.add_argument("--release", help="the release, as 1.37, instead of that of the go.mod")
    parser.add_argument(
        "--check", action="store_true", help="only compare; fail if the table would change"
    )
    parser.add_argument("--table", type=Path, help="another table file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
