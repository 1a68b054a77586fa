"""``kubernetes put``: write the objects of a file to the store."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.input_text import check_form, objects_in, refusal
from pyetcdctl.cli.commands.kubernetes.parameters import (
    StoredAs,
    Yes,
    check_no_write_out,
)
from pyetcdctl.cli.commands.kubernetes.writing import (
    ask,
    make_change,
    report,
    require_consent,
    show,
    warn,
)
from pyetcdctl.cli.flags.parameters import EtcdPrefix, Namespace, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import lease_id
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import open_unambiguous_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, InvalidInput, NotWritten, UsageError
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.registry.putting import Intent, Planner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.kubernetes.editing.documents import Document
    from pyetcdctl.registry.putting import Planned

_NO_LEASE = (
    "Note: a new Event without a lease stays for good; the API server's go after an hour "
    "(`pyetcdctl lease grant 3600`, then --lease ID)"
)
_EXAMPLE = """\
  pyetcdctl kubernetes put -f pod.yaml
  pyetcdctl kubernetes get ns stuck -o yaml | sed '/^  - kubernetes/d' |
    pyetcdctl kubernetes put -f - --yes"""

app = new_app()


class PutObjectFlags(Flags):
    """The flags of ``kubernetes put``."""

    form: StoredAs = ""
    key: Annotated[
        str, typer.Option("--at", metavar="KEY", help="Instead of the key that the kind has.")
    ] = ""
    etcd_prefix: EtcdPrefix = ""
    file: Annotated[
        str,
        typer.Option("--filename", "-f", metavar="FILE", help="YAML or JSON; - is standard input."),
    ] = ""
    lease: Annotated[
        str,
        typer.Option("--lease", metavar="LEASE", help="Hexadecimal; else the old object's lease."),
    ] = ""
    namespace: Namespace = ""
    yes: Yes = False


@command(app, "put", _EXAMPLE)
def put(session: Session, surplus: Annotated[list[str], words("")], flags: PutObjectFlags) -> None:
    """Create or replace objects, past the API server.

    What the file says replaces the whole object, its status too. A resourceVersion in the file
    is the revision that is replaced, and no other; a uid that is another one is refused. What
    the file leaves out is taken from the old object: uid, creationTimestamp and managedFields.
    """
    check_no_write_out(session)
    if surplus:
        raise UsageError("kubernetes put takes its objects from -f FILE")
    if not flags.file:
        raise UsageError("kubernetes put needs -f FILE, or -f - for standard input")
    check_form(flags.form)
    require_consent(session, yes=flags.yes)
    found = objects_in(session, flags.file)
    if flags.key and len(found) > 1:
        raise BadArguments(f"--at is for one object, and there are {len(found)}")
    planned = _plan(session, flags, found)
    _refuse_twins(planned)
    needed = [each for each in planned if each.is_needed]
    if not needed:
        return
    for each in needed:
        show(session, each.change.target.title, each.before, each.after)
    warn(session)
    if any(each.needs_lease for each in needed):
        session.streams.err.line(_NO_LEASE)
    count = f"{len(needed)} objects" if len(needed) > 1 else needed[0].change.target.title
    if ask(session, f"Write {count} to {session.target}?", yes=flags.yes) != "y":
        raise NotWritten("nothing was written")
    for each in needed:
        make_change(session, each.change)


def _plan(session: Session, flags: PutObjectFlags, found: Sequence[Document]) -> list[Planned]:
    """Return the change of each object; report those that are stored already."""
    store = open_unambiguous_store(session, flags.etcd_prefix)
    lease = lease_id(flags.lease) if flags.lease else None
    intent = Intent(flags.key, flags.namespace, flags.form, lease, session.release)
    keyring = session.writing_keyring.below(store.prefix)
    objects = [document.object for document in found]
    planner = Planner(store, keyring, intent, objects, session.streams.err.line)
    planned = []
    for document in found:
        try:
            plan = planner.plan(document.object)
        except Unfit as unfit:
            raise refusal(flags.file, document, unfit) from None
        planned.append(plan)
        if not plan.is_needed:
            report(session, f"{plan.change.target.title} unchanged")
    return planned


def _refuse_twins(planned: list[Planned]) -> None:
    for key, times in Counter(plan.change.target.key for plan in planned).items():
        if times > 1:
            raise InvalidInput(
                f"{os.fsdecode(key)} is there {times} times: which of them is meant?"
            )
