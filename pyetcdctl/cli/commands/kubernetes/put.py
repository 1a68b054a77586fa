"""``kubernetes put``: objects of a file into the store."""

from __future__ import annotations

import os
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from pyetcdctl.cli.commands.kubernetes.encode import check_form
from pyetcdctl.cli.commands.kubernetes.input_text import objects_in, refusal
from pyetcdctl.cli.commands.kubernetes.parameters import (
    EtcdPrefix,
    Namespace,
    StoredAs,
    Yes,
    check_no_write_out,
)
from pyetcdctl.cli.commands.kubernetes.store import Store
from pyetcdctl.cli.commands.kubernetes.targets import look, target_of_key
from pyetcdctl.cli.commands.kubernetes.writing import (
    Change,
    ask,
    report_stale,
    require_somebody,
    show,
    warn,
    write,
)
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import lease_id
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, InvalidInput, NotWritten
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import FORMS, encode
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.kubernetes.editing.completing import completed, contradiction
from pyetcdctl.kubernetes.editing.revising import form_of, with_unchanged_parts
from pyetcdctl.kubernetes.encryption.key_resources import resource_of
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.resources import of_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.cli.commands.kubernetes.targets import Present, Target
    from pyetcdctl.kubernetes.editing.documents import Document
    from pyetcdctl.kubernetes.objects import Object

_EVENTS = "events"
_NEIGHBOURS = 500
_NO_LEASE = (
    "Note: a new Event without a lease stays for good; the API server's go after an hour "
    "(`pyetcdctl lease grant 3600`, then --lease ID)"
)


_EXAMPLE = """\
  pyetcdctl kubernetes put -f pod.yaml
  pyetcdctl kubernetes get ns stuck -o yaml | sed '/^  - kubernetes/d' |
    pyetcdctl kubernetes put -f - --yes"""

app = new_app()


class PutFlags(Flags):
    """The flags of ``kubernetes put``."""

    form: StoredAs = ""
    key: Annotated[
        str, typer.Option("--at", metavar="KEY", help="Instead of the key that the kind has.")
    ] = ""
    etcd_prefix: EtcdPrefix = ""
    file: Annotated[
        str, typer.Option("--filename", "-f", metavar="FILE", help="YAML or JSON; - is a pipe.")
    ] = ""
    lease: Annotated[
        str,
        typer.Option("--lease", metavar="ID", help="Hexadecimal; else the old object's lease."),
    ] = ""
    namespace: Namespace = ""
    yes: Yes = False


@command(app, "put", _EXAMPLE)
def put(session: Session, surplus: Annotated[list[str], words("")], flags: PutFlags) -> None:
    """Create or replace objects, past the API server.

    What the file says replaces the whole object, its status too. A resourceVersion in the file
    is the revision that is replaced, and no other; a uid that is another one is refused. What
    the file leaves out is taken from the old object: uid, creationTimestamp and managedFields.
    """
    check_no_write_out(session)
    if surplus:
        raise BadArguments("kubernetes put takes its objects from -f FILE")
    if not flags.file:
        raise BadArguments("kubernetes put needs -f FILE, or -f - for standard input")
    check_form(flags.form)
    require_somebody(session, yes=flags.yes)
    found = objects_in(session, flags.file)
    if flags.key and len(found) > 1:
        raise BadArguments(f"--at is for one object, and there are {len(found)}")
    putting = _Putting(session, flags)
    planned = [plan for document in found for plan in putting.plan(document)]
    _refuse_twins(planned)
    if not planned:
        return
    for plan in planned:
        show(session, plan.change.target.title, plan.before, plan.after)
    warn(session)
    if any(putting.lasts_too_long(plan.change) for plan in planned):
        session.streams.err.line(_NO_LEASE)
    count = f"{len(planned)} objects" if len(planned) > 1 else planned[0].change.target.title
    where = session.connection.endpoint
    if ask(session, f"Write {count} to {where}?", yes=flags.yes) != "y":
        raise NotWritten("nothing was written")
    for plan in planned:
        write(session, plan.change)


class _Planned(NamedTuple):
    """A change, and the object before and after it."""

    change: Change
    before: Object | None
    after: Object | None


def _refuse_twins(planned: list[_Planned]) -> None:
    for key, times in Counter(plan.change.target.key for plan in planned).items():
        if times > 1:
            raise InvalidInput(
                f"{os.fsdecode(key)} is there {times} times: which of them is meant?"
            )


class _Putting:
    """From a document to the change that it asks for."""

    def __init__(self, session: Session, flags: PutFlags) -> None:
        self._session = session
        self._flags = flags
        self._store = Store(session, flags.etcd_prefix)
        self._lease = lease_id(flags.lease) if flags.lease else None

    def plan(self, document: Document) -> Iterator[_Planned]:
        """Yield the change of one object, nothing where it is stored as it is."""
        try:
            target, namespace = self._target(document.object)
            present = look(self._session, target)
            before = self._readable(present) if present else None
            if why := contradiction(document.object, before, self._revision(present)):
                raise NotWritten(f"{target.title}: {why}")
            obj = completed(document.object, before, namespace)
            obj = with_unchanged_parts(obj, before) if before else obj
            form = self._flags.form or (self._form_of(present) if present else "")
            value = encode(obj, form or None, self._session.release)
        except Unfit as unfit:
            raise refusal(self._flags.file, document, unfit) from None
        is_held = present is not None and self._lease in (None, present.entry.lease)
        if present and is_held and value == present.stored.plain:
            self._session.streams.out.text(f"{target.title} unchanged\n")
            return
        verb = "updated" if present else "created"
        change = Change(target, present.entry if present else None, b"", verb, self._lease)
        stored_value = self._encrypted(target, present, value)
        yield _Planned(change._replace(value=stored_value), before, decode(value).object)

    def lasts_too_long(self, change: Change) -> bool:
        """Whether an Event comes up that nothing will end."""
        found = parse(os.fsdecode(change.target.key), self._store.prefix)
        return found is not None and found.path == _EVENTS and not (change.before or change.lease)

    def _target(self, obj: Object) -> tuple[Target, str]:
        """Return where an object belongs, and the namespace that it has to name."""
        if not isinstance(obj, dict) or not isinstance(obj.get("metadata"), dict):
            raise Unfit("an object with apiVersion, kind and metadata is needed here")
        if self._flags.key:
            return target_of_key(self._flags.key, self._store.prefix), ""
        group = str(obj.get("apiVersion", "")).rpartition("/")[0]
        kind, metadata = str(obj.get("kind", "")), obj["metadata"]
        if (kind, group) == ("Event", "events.k8s.io"):
            raise Unfit(
                "the API server stores this as v1 Event, where regarding is involvedObject "
                "and note is message",
                "apiVersion",
            )
        resource = of_kind(kind, group) or of_kind(kind, group, self._store.custom)
        if resource is None:
            raise InvalidInput(
                f"the store has no resource of kind {kind} in group {group or '(core)'}",
                "Try:  --at KEY, if you know where it belongs",
            )
        name = metadata.get("name")
        if not isinstance(name, str) or not name:
            raise Unfit("an object needs a name", "metadata", "name")
        if "/" in name:
            raise Unfit("no name of an object has a slash", "metadata", "name")
        namespace = self._namespace(metadata) if resource.namespaced else ""
        key = self._store.key_of(resource, namespace, name)
        return target_of_key(key, self._store.prefix), namespace

    def _namespace(self, metadata: Object) -> str:
        own, asked = metadata.get("namespace") or "", self._flags.namespace
        if not isinstance(own, str) or "/" in own:
            raise Unfit("this is no name of a namespace", "metadata", "namespace")
        if own and asked not in ("", own):
            raise Unfit(f"the object is not for namespace {asked}", "metadata", "namespace")
        return own or asked or "default"

    def _readable(self, present: Present) -> Object | None:
        stored, title = present.stored, present.target.title
        if stored.decryption_error:
            raise NotWritten(f"{title} cannot be replaced: {stored.decryption_error}")
        if stored.decoded.unknown or stored.decoded.problem:
            for line in stored.remarks:
                self._session.streams.err.line(f"# {title} has now: {line}; this goes")
        return stored.decoded.object

    def _form_of(self, present: Present) -> str:
        stored, form = present.stored.decoded.format.value, form_of(present.stored)
        if stored not in FORMS:
            self._session.streams.err.line(
                f"# {present.target.title} is stored as {stored}, it will be {form}"
            )
        return form

    def _revision(self, present: Present | None) -> int:
        return present.entry.mod_revision if present else 0

    def _encrypted(self, target: Target, present: Present | None, value: bytes) -> bytes:
        """Return the value as it is stored: encrypted as it was, or as its resource is today."""
        keyring = self._session.keyring
        if present:
            report_stale(self._session, present)
            if not present.stored.encryption:
                return value
            return keyring.encrypt_like(present.entry.value, value, key=target.key)
        resource = resource_of(target.key, os.fsencode(self._store.prefix))
        beside = self._beside(target)
        stored_value = keyring.encrypt_new(
            value, key=target.key, resource=resource, neighbours=beside
        )
        if stored_value is value and any(
            each.startswith(ENCRYPTED) for _, each in self._beside(target)
        ):
            self._warn_of_plain(target)
        return stored_value

    def _beside(self, target: Target) -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys and values of the same resource."""
        found = parse(os.fsdecode(target.key), self._store.prefix)
        if found is not None:
            beside = self._store.entries(f"{self._store.prefix}/{found.path}/")
            for entry in islice(beside, _NEIGHBOURS):
                yield os.fsencode(entry.key), entry.value

    def _warn_of_plain(self, target: Target) -> None:
        has_none = self._session.keyring.config is None
        why = "no encryption configuration is known" if has_none else "the configuration says so"
        self._session.streams.err.line(
            f"Warning: {target.title} is written plain, and values beside it are encrypted: {why}"
        )
