"""``snapshot redact``."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.progress import reading_progress
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.filters import ResourceFilter
from pyetcdctl.errors import BadArguments
from pyetcdctl.signals import cleaned_up_when_ended
from pyetcdctl.storage.redaction import redact_snapshot

_EXAMPLE = """\
  pyetcdctl snapshot redact backup.db support.db
  pyetcdctl snapshot redact backup.db support.db --only secrets --only configmaps"""

app = new_app()


class RedactFlags(Flags):
    """The flags of ``snapshot redact``."""

    only: Annotated[
        list[str],
        typer.Option(
            "--only", metavar="RESOURCE", help="Only values of objects of this; repeatable."
        ),
    ] = []  # noqa: RUF012 - Typer copies it


@command(app, "redact", _EXAMPLE, needs_server=False, file_flags=())
def redact(
    session: Session, paths: Annotated[list[str], words("IN OUT")], flags: RedactFlags
) -> None:
    """Copy a snapshot or a member's database without its values, to hand it to others.

    Values of all revisions, and the hashes of etcd's passwords, are replaced by filler of the same
    length, and old values in unused pages by zeros. The copy keeps the keys (which contain names of
    objects), revisions, sizes, leases, names of users and roles, and URLs of members.
    """
    check_count(2, paths, "snapshot redact requires exactly two arguments")
    source, target = paths
    chosen = ResourceFilter(flags.only, session.likely_registry())
    if os.path.exists(target) and os.path.samefile(source, target):
        raise BadArguments(f"{target} is the file that is read: the copy needs a name of its own")
    with cleaned_up_when_ended(), reading_progress(source, session.streams.err) as on_bytes:
        figures = redact_snapshot(source, target, chosen.has if chosen else _all, on_bytes)
    session.streams.out.text(f"Redacted snapshot saved at {target}\n")
    session.note(
        f"# replaced: {figures.values:,} values, {figures.passwords:,} hashes of passwords"
    )


def _all(key: bytes) -> bool:
    return True
