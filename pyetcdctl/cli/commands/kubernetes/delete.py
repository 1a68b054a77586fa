"""``kubernetes del``: objects out of the store."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.commands.kubernetes.store import Store
from pyetcdctl.cli.commands.kubernetes.targets import find, targets
from pyetcdctl.cli.commands.kubernetes.writing import Change, ask, require_somebody, warn, write
from pyetcdctl.errors import NotWritten
from pyetcdctl.output.values import comment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.commands.kubernetes.targets import Present
    from pyetcdctl.cli.session.session import Session


class DeleteFlags(NamedTuple):
    """The flags of ``kubernetes del``."""

    namespace: str = ""
    etcd_prefix: str = ""
    yes: bool = False


def delete(session: Session, words: Sequence[str], flags: DeleteFlags) -> None:
    """Show what goes, ask once, and delete one object after the other."""
    require_somebody(session, yes=flags.yes)
    wanted = targets(Store(session, flags.etcd_prefix), words, flags.namespace)
    found = [find(session, target) for target in dict.fromkeys(wanted)]
    for present in found:
        _show(session, present)
    warn(session)
    count = f"{len(found)} objects" if len(found) > 1 else found[0].target.title
    where = session.connection.endpoint
    if ask(session, f"Delete {count} from {where}?", yes=flags.yes) != "y":
        raise NotWritten("nothing was deleted")
    for present in found:
        write(session, Change(present.target, present.entry, None, "deleted"))


def _show(session: Session, present: Present) -> None:
    stored, err = present.stored, session.streams.err
    key = os.fsdecode(present.entry.key)
    what = ", ".join(filter(None, (stored.type, stored.encryption)))
    line = f"{key}  mod_revision {present.entry.mod_revision}  {what}".rstrip()
    err.line(comment(line).rstrip("\n"))
    obj = stored.decoded.object
    metadata = obj.get("metadata") if obj else None
    if not isinstance(metadata, dict):
        return
    if finalizers := metadata.get("finalizers"):
        line = f"  its finalizers are not run: {', '.join(map(str, finalizers))}"
        err.line(comment(line).rstrip("\n"))
    if stored.decoded.kind in ("Namespace", "CustomResourceDefinition"):
        err.line("#   the objects in it stay in the store")
