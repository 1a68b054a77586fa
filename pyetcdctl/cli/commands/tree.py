"""``tree``: the hierarchy of the keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import Consistency, number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import is_serializable, raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.progress import shown_progress
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import UsageError
from pyetcdctl.keyspace.source import Source
from pyetcdctl.kubernetes.registry_keys import branches, familiar_name
from pyetcdctl.results import KeyTree, TreeVisit
from pyetcdctl.tree.lines import LinesSource
from pyetcdctl.tree.reading import TreeReading
from pyetcdctl.tree.root import Root
from pyetcdctl.tree.seeking import seek
from pyetcdctl.tree.walk import ALL_LEVELS, TreeEntry, walk

_EXAMPLE = """\
  pyetcdctl tree /registry --depth 1
  pyetcdctl tree /registry --depth 2 --sizes
  pyetcdctl tree --counts --dirs-only | sort -n -k2
  pyetcdctl get / --prefix --keys-only | pyetcdctl tree -"""

app = new_app()


class TreeFlags(Flags):
    """The flags of ``tree``."""

    every_branch: Annotated[
        bool, typer.Option("--all", help="With --sizes on a terminal: also the small ones.")
    ] = False
    consistency: Consistency = "l"
    counts: Annotated[
        bool, typer.Option("--counts", help="Keys in each branch; a terminal always shows them.")
    ] = False
    depth: Annotated[int, number("--depth", "Maximum depth below PREFIX; 0 for all.")] = 0
    dirs_only: Annotated[bool, typer.Option("--dirs-only", help="Only the branches.")] = False
    rev: Annotated[int, number("--rev", "As of this revision.")] = 0
    sizes: Annotated[
        bool, typer.Option("--sizes", help="Bytes of the values, all of which are read.")
    ] = False


@command(app, "tree", _EXAMPLE, needs_server=False, prints=(KeyTree,))
def tree(
    session: Session, prefix: Annotated[list[str], words("[PREFIX | -]")], flags: TreeFlags
) -> None:
    """Show the hierarchy of the keys.

    PREFIX is a path: /registry is the key of that name and what is under /registry/, not
    /registryfoo. Without it all keys are shown, /registry first. With - the keys come from
    standard input, one a line, blank lines between them or not.

    Into a pipe goes one line a node: a branch ends in a slash, a key is as it is but for \\xNN
    escapes; then, between tabs, the keys with --counts and the bytes with --sizes. A branch then
    comes after its contents. -w json writes {"tree":[NODE,...],"keys":N,"revision":N} where a NODE
    is {"name":...,"children":[...],"keys":N}, its name the part of the key that it adds
    ("name_base64" for one that is not UTF-8).
    """
    _check_words(prefix, flags.depth)
    if prefix == ["-"]:
        _check_flags_for_lines(flags)
        source: Source = LinesSource(session.streams.input)
    else:
        source = session.source
    root = Root.named(raw(prefix[0])) if prefix and prefix != ["-"] else Root()
    root = root._replace(likely=branches())
    reading = TreeReading(
        source, max(flags.rev, 0), serializable=is_serializable(flags.consistency)
    )
    keys = _Keys(session, root, reading)
    session.print(
        KeyTree(
            visits=_visits(keys, flags, session),
            prefix=root.path,
            familiar=familiar_name,
            revision=keys.revision,
            counts=flags.counts,
            sizes=flags.sizes,
            branches_only=flags.dirs_only,
            fold=not flags.every_branch,
        )
    )


class _Keys:
    """The keys to show. Sizes need every value; else a limited depth is searched without reading
    all keys.
    """

    def __init__(self, session: Session, root: Root, reading: TreeReading) -> None:
        self.root = root
        self._session = session
        self._reading = reading

    def entries(self, depth: int, sizes: bool) -> Iterator[TreeEntry]:
        """Yield the keys, or the branches at ``depth`` instead of what is in them."""
        if depth < ALL_LEVELS and not sizes and not self._session.runs_in_pods:
            return seek(self._reading, self.root, depth, self._reading.read)
        entries = self._reading.entries(self.root, with_sizes=sizes)
        if not self._shows_progress():
            return entries
        return shown_progress(entries, self._reading.count(self.root), self._session.streams.err)

    def revision(self) -> int:
        """Return the revision that was read; 0 for keys on standard input."""
        return self._reading.revision

    def _shows_progress(self) -> bool:
        """Whether progress can be shown, because nothing else is written to the terminal
        meanwhile.
        """
        output, err = self._session.output, self._session.streams.err
        return err.is_terminal and not (output.terminal and output.format == "json")


def _visits(keys: _Keys, flags: TreeFlags, session: Session) -> Iterator[TreeVisit]:
    visit = None
    depth = flags.depth or ALL_LEVELS
    for visit in walk(keys.entries(depth, flags.sizes), keys.root, depth):
        yield visit
    if visit is None:
        session.streams.err.line(_nothing_found(keys.root))


def _nothing_found(root: Root) -> str:
    branch = os.fsdecode(root.path)
    if root.key:
        return f"There is no key {os.fsdecode(root.key)} and none under {branch}"
    return f"There is no key under {branch}" if branch else "There is no key"


def _check_words(prefix: list[str], depth: int) -> None:
    if len(prefix) > 1:
        raise UsageError("tree command takes one PREFIX, or - for keys on standard input")
    if depth < 0:
        raise UsageError(f"--depth is the number of levels to show, {depth} is none")


def _check_flags_for_lines(flags: TreeFlags) -> None:
    if flags.sizes:
        raise UsageError("--sizes needs the values, and standard input has only keys")
    if flags.rev:
        raise UsageError("--rev is for keys on a server, not for those on standard input")
