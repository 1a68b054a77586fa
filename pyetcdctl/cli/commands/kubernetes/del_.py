"""``kubernetes del``: delete objects from the store."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

from pyetcdctl.cli.commands.kubernetes.parameters import Yes, check_no_write_out
from pyetcdctl.cli.commands.kubernetes.writing import ask, make_change, require_consent, warn
from pyetcdctl.cli.flags.parameters import EtcdPrefix, Namespace, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import open_unambiguous_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import NotWritten
from pyetcdctl.output.values import comment
from pyetcdctl.registry.targets import check_words, require_present, targets
from pyetcdctl.registry.writing import Change

if TYPE_CHECKING:
    from pyetcdctl.registry.targets import Present


_EXAMPLE = """\
  pyetcdctl kubernetes del pod finished
  pyetcdctl kubernetes del /registry/pods/default/finished --yes"""

app = new_app()


class DeleteFlags(Flags):
    """The flags of ``kubernetes del``."""

    etcd_prefix: EtcdPrefix = ""
    namespace: Namespace = ""
    yes: Yes = False


@command(app, "del", _EXAMPLE)
def delete(
    session: Session,
    objects: Annotated[list[str], words("RESOURCE NAME... | RESOURCE/NAME... | KEY...")],
    flags: DeleteFlags,
) -> None:
    """Delete objects, past the API server.

    Finalizers are not run, and what an object owns stays until a controller sees that its owner
    is gone. An object that another client changes after it was read is not deleted.
    """
    check_no_write_out(session)
    check_words(objects)
    require_consent(session, yes=flags.yes)
    store = open_unambiguous_store(session, flags.etcd_prefix)
    wanted = dict.fromkeys(targets(store, objects, flags.namespace))
    found = [require_present(store, each, session.decrypter.below(store.prefix)) for each in wanted]
    for present in found:
        _show(session, present)
    warn(session)
    count = f"{len(found)} objects" if len(found) > 1 else found[0].target.title
    if ask(session, f"Delete {count} from {session.target}?", yes=flags.yes) != "y":
        raise NotWritten("nothing was deleted")
    for present in found:
        make_change(session, Change(present.target, present.entry, None, "deleted"))


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
