"""Plan the change of the store for an object of a file."""

from __future__ import annotations

import os
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import InvalidInput, NotDecrypted, NotWritten
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import FORMS, encode
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.kubernetes.editing.completing import completed, contradiction, with_generation
from pyetcdctl.kubernetes.editing.revising import form_of, with_unchanged_parts
from pyetcdctl.kubernetes.registry_keys import parse, resource_at
from pyetcdctl.kubernetes.resources import custom_resource, of_kind
from pyetcdctl.registry.targets import Target, find_present, target_of_key
from pyetcdctl.registry.writing import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyetcdctl.kubernetes.encryption.keyring import Keyring
    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.registry.store import Store
    from pyetcdctl.registry.targets import Present

_EVENTS = "events"
_NEIGHBOURS = 500


class Intent(NamedTuple):
    """How the objects of a file are stored; empty and None mean the default."""

    key: str = ""
    namespace: str = ""
    form: str = ""
    lease: int | None = None
    release: str | None = None


class Planned(NamedTuple):
    """A change, and the object before and after it."""

    change: Change
    before: Object | None
    after: Object | None
    needs_lease: bool = False
    """Whether it is a new Event without a lease, which would never expire."""

    @property
    def is_needed(self) -> bool:
        """Whether the object is not stored in this way already."""
        return self.change.value is not None


class Planner:
    """Plans the changes of one file; ``report`` prints a line for the user."""

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        intent: Intent,
        objects: Sequence[Plain],
        report: Callable[[str], None],
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._intent = intent
        self._objects = objects
        self._report = report
        self._misfits: dict[str, str] = {}

    def plan(self, obj: Plain) -> Planned:
        """Return the change of one object; raises Unfit, NotWritten and InvalidInput."""
        target, resource, namespace = self._target(obj)
        present = find_present(self._store, target, self._keyring)
        before = self._readable(present) if present else None
        if why := contradiction(obj, before, present.entry.mod_revision if present else 0):
            raise NotWritten(f"{target.title}: {why}")
        whole = completed(obj, before, namespace)
        whole = with_unchanged_parts(whole, before) if before else whole
        whole = with_generation(whole, before, resource)
        form = self._intent.form or (self._form_of(present) if present else "")
        value = encode(whole, form or None, self._intent.release)
        return self._planned(target, present, before, value)

    def _planned(
        self, target: Target, present: Present | None, before: Object | None, value: bytes
    ) -> Planned:
        lease, entry = self._intent.lease, present.entry if present else None
        change = Change(target, entry, None, "updated" if present else "created", lease)
        is_held = entry is not None and lease in (None, entry.lease)
        if present and is_held and value == present.stored.plain:
            return Planned(change, before, before)
        change = change._replace(value=self._encrypted(target, present, value))
        needs_lease = self._path(target) == _EVENTS and not (present or lease)
        return Planned(change, before, decode(value).object, needs_lease)

    def _target(self, obj: Plain) -> tuple[Target, Resource | None, str]:
        """Return an object's target, its resource, and the namespace that it must name."""
        if not isinstance(obj, dict) or not isinstance(obj.get("metadata"), dict):
            raise Unfit("an object with apiVersion, kind and metadata is needed here")
        if self._intent.key:
            target = target_of_key(self._intent.key, self._store.prefix)
            path = self._path(target)
            return target, resource_at(path, namespaced=True) if path else None, ""
        resource, metadata = self._resource(obj), obj["metadata"]
        name = metadata.get("name")
        if not isinstance(name, str) or not name:
            raise Unfit("an object needs a name", "metadata", "name")
        if "/" in name:
            raise Unfit("a name of an object has no slash", "metadata", "name")
        namespace = self._namespace(metadata) if resource.namespaced else ""
        key = self._store.key_of(resource, namespace, name)
        return target_of_key(key, self._store.prefix), resource, namespace

    def _resource(self, obj: Object) -> Resource:
        group = str(obj.get("apiVersion", "")).rpartition("/")[0]
        kind = str(obj.get("kind", ""))
        if (kind, group) == ("Event", "events.k8s.io"):
            raise Unfit(
                "the API server stores this as v1 Event, where regarding is involvedObject "
                "and note is message",
                "apiVersion",
            )
        defined = (*self._defined_here, *self._store.custom)
        resource = of_kind(kind, group) or of_kind(kind, group, (*defined, *self._store.openshift))
        if resource is None:
            raise InvalidInput(
                f"the store has no resource of kind {kind} in group {group or '(core)'}",
                "Try:  --at KEY, if you know where it belongs",
            )
        return resource

    @cached_property
    def _defined_here(self) -> tuple[Resource, ...]:
        """The resources that definitions in the same file define."""
        kinds = (each for each in self._objects if isinstance(each, dict))
        definitions = (each for each in kinds if each.get("kind") == "CustomResourceDefinition")
        return tuple(filter(None, map(custom_resource, definitions)))

    def _namespace(self, metadata: Object) -> str:
        own, asked = metadata.get("namespace") or "", self._intent.namespace
        if not isinstance(own, str) or "/" in own:
            raise Unfit("this is not a name of a namespace", "metadata", "namespace")
        if own and asked not in ("", own):
            raise Unfit(f"the object is not for namespace {asked}", "metadata", "namespace")
        return own or asked or "default"

    def _readable(self, present: Present) -> Object | None:
        stored, title = present.stored, present.target.title
        if stored.decryption_error:
            raise NotWritten(f"{title} cannot be replaced: {stored.decryption_error}")
        if stored.decoded.unknown or stored.decoded.problem:
            for line in stored.remarks:
                self._report(f"# {title} has now: {line}; this will be lost")
        return stored.decoded.object

    def _form_of(self, present: Present) -> str:
        stored, form = present.stored.decoded.format.value, form_of(present.stored)
        if stored not in FORMS:
            self._report(f"# {present.target.title} is stored as {stored}, it will be {form}")
        return form

    def _encrypted(self, target: Target, present: Present | None, value: bytes) -> bytes:
        """Return the value to store: encrypted as the earlier one, or as its resource is today."""
        if present:
            if line := stale_remark(present, self._keyring):
                self._report(line)
            if not present.stored.encryption:
                return value
            return self._keyring.encrypt_like(present.entry.value, value, key=target.key)
        beside = self._beside(target)
        encrypted = self._keyring.encrypt_new(value, key=target.key, neighbours=beside)
        if encrypted is not value:
            self._require_fitting_keys(target)
        elif any(v.startswith(ENCRYPTED) for _, v in self._beside(target)):
            self._report(self._plain_warning(target))
        return encrypted

    def _require_fitting_keys(self, target: Target) -> None:
        """Raise NotWritten where the configuration decrypts none of the values beside a new one."""
        path = self._path(target)
        if path not in self._misfits:
            self._misfits[path] = _misfit(self._keyring, self._beside(target))
        if why := self._misfits[path]:
            raise NotWritten(
                f"{target.title} is not written: a value beside it is {why}",
                "The API server of this cluster could not read what this configuration encrypts.",
                "Try:  --encryption-config (kubernetes restore: --dest-encryption-config) with the"
                " file of its --encryption-provider-config",
            )

    def _beside(self, target: Target) -> Iterator[tuple[bytes, bytes]]:
        """Yield the keys and values of the same resource."""
        if path := self._path(target):
            place = self._store.key_of(resource_at(path, namespaced=False))
            beside = self._store.entries(place)
            for entry in islice(beside, _NEIGHBOURS):
                yield os.fsencode(entry.key), entry.value

    def _path(self, target: Target) -> str:
        found = parse(os.fsdecode(target.key), self._store.prefix)
        return found.path if found else ""

    def _plain_warning(self, target: Target) -> str:
        is_known = self._keyring.config is not None
        why = "the configuration says so" if is_known else "no encryption configuration is known"
        return (
            f"Warning: {target.title} is written plain, and values beside it are encrypted: {why}"
        )


def stale_remark(present: Present, keyring: Keyring) -> str:
    """Return the remark on a value whose encryption is not that of today's configuration."""
    target, entry, stored = present
    if not keyring.decrypt(entry.key, entry.value).stale:
        return ""
    how = f"encrypted by {stored.encryption}" if stored.encryption else "stored plain"
    today = "the API server would write it differently today"
    return f"# {target.title} is {how} and is written so; {today}"


def _misfit(keyring: Keyring, neighbours: Iterator[tuple[bytes, bytes]]) -> str:
    """Describe an encrypted value that an API server with these keys cannot decrypt.

    It is empty where that decrypts one of the values, or where that is not known.
    """
    found = ""
    for key, value in neighbours:
        if not value.startswith(ENCRYPTED):
            continue
        try:
            if keyring.decrypt(key, value).server_reads:
                return ""
        except NotDecrypted as error:
            if not keyring.lacks_key(key, value):
                return ""
            found = found or error.message
    return found
