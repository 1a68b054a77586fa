"""``kubernetes get``: objects by resource, namespace, name and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.kubernetes.store import Store
from pyetcdctl.errors import BadArguments, ObjectNotFound
from pyetcdctl.kubernetes.columns import columns_of, current_time
from pyetcdctl.kubernetes.jsonpath import Path, template
from pyetcdctl.kubernetes.like_api import like_api
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.selecting import label_selector
from pyetcdctl.output.columns import aligned
from pyetcdctl.output.objects import object_text, shown_object
from pyetcdctl.output.quoting import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.cli.kubernetes.store import Entry
    from pyetcdctl.cli.session import Session
    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.reading import StoredValue
    from pyetcdctl.kubernetes.resources import Resource

_ALL = "pods,replicationcontrollers,services,daemonsets,deployments,replicasets,statefulsets,"
_ALL += "horizontalpodautoscalers,cronjobs,jobs"
_JSONPATH = "jsonpath="
_FORMS = ("", "wide", "name", "yaml", "json", "jsonl")


class GetFlags(NamedTuple):
    """The flags of ``kubernetes get``."""

    namespace: str = ""
    all_namespaces: bool = False
    selector: str = ""
    sort_by: str = ""
    output: str = ""
    etcd_prefix: str = "/registry"
    as_stored: bool = False
    managed_fields: bool = False


class Found(NamedTuple):
    """An object in the store; ``shown`` is None where nothing of it can be read."""

    resource: Resource
    namespace: str
    name: str
    shown: Object | None


def get(session: Session, words: Sequence[str], flags: GetFlags) -> None:
    """Print the objects that words and flags mean."""
    if flags.output not in _FORMS and not flags.output.startswith(_JSONPATH):
        raise BadArguments(f"-o is one of: {', '.join(_FORMS[1:])}, jsonpath=TEMPLATE")
    Getting(session, flags).run(_wanted(words))


def _wanted(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return (resource, name) pairs; an empty name means all."""
    if not words:
        raise BadArguments("kubernetes get takes a RESOURCE, then names of objects")
    if any("/" in word for word in words):
        pairs = [word.partition("/") for word in words]
        if any(not name or "/" in name for _, _, name in pairs):
            raise BadArguments("RESOURCE/NAME is the form of each word, or of none")
        return [(resource, name) for resource, _, name in pairs]
    resources = _ALL if words[0] == "all" else words[0]
    return [(each, name) for each in resources.split(",") for name in words[1:] or [""]]


class Getting:
    """One run: the objects it found, and whether all that was named is there."""

    def __init__(self, session: Session, flags: GetFlags) -> None:
        self._session = session
        self._flags = flags
        self._store = Store(session, flags.etcd_prefix)
        self._selects = label_selector(flags.selector) if flags.selector else None
        self._template = (
            template(flags.output.removeprefix(_JSONPATH))
            if flags.output.startswith(_JSONPATH)
            else None
        )
        self._closed: list[str] = []
        self._order = Path(flags.sort_by) if flags.sort_by else None

    def run(self, wanted: list[tuple[str, str]]) -> None:
        """Find and print; what is missing is told at the end."""
        resources = {word: self._store.resource(word) for word, _ in wanted}
        found: dict[str, list[Found]] = {}
        missing = []
        for word, name in wanted:
            resource = resources[word]
            objects = list(self._objects(resource, name))
            if name and not objects:
                missing.append(f'{resource.full_name} "{name}" not found')
            found.setdefault(resource.path, []).extend(objects)
        single = len(wanted) == 1 and bool(wanted[0][1])
        self._print([self._sorted(objects) for objects in found.values()], single)
        if self._closed:
            self._session.streams.out.flush()
            more = f"{len(self._closed)} values stay closed, the first: "
            prefix = more if len(self._closed) > 1 else ""
            self._session.streams.err.line(f"# {prefix}{self._closed[0]}")
        if missing:
            self._fail(missing)
        if not any(found.values()):
            self._session.streams.err.line(self._nothing(list(resources.values())))

    def _fail(self, missing: list[str]) -> None:
        self._session.streams.out.flush()
        for line in missing[:-1]:
            self._session.streams.err.line(f"Error: {line}")
        raise ObjectNotFound(missing[-1])

    def _nothing(self, resources: list[Resource]) -> str:
        if self._flags.all_namespaces or not any(each.namespaced for each in resources):
            return "No resources found"
        return f"No resources found in {self._namespace} namespace"

    @property
    def _namespace(self) -> str:
        return self._flags.namespace or "default"

    def _objects(self, resource: Resource, name: str) -> Iterator[Found]:
        everywhere = self._flags.all_namespaces or not resource.namespaced
        namespace = "" if everywhere else self._namespace
        if name and resource.namespaced and everywhere:
            raise BadArguments("a name stands in one namespace: -A does not go with it")
        for entry in self._entries(resource, namespace, name):
            place = parse(entry.key, self._store.prefix)
            if place is None or place.path != resource.path:
                continue
            found = Found(resource, place.namespace, place.name, self._shown(entry))
            if self._selects is None or (found.shown is not None and self._selects(found.shown)):
                yield found

    def _entries(self, resource: Resource, namespace: str, name: str) -> Iterator[Entry]:
        key = self._store.key_of(resource, namespace, name)
        if not name:
            yield from self._store.entries(key)
        elif (entry := self._store.entry(key)) is not None:
            yield entry

    def _shown(self, entry: Entry) -> Object | None:
        stored = self._store.read(entry)
        self._tell_about(entry, stored)
        obj = stored.decoded.object
        if obj is None or self._flags.as_stored:
            return obj
        managed = self._flags.managed_fields
        return like_api(obj, entry.mod_revision, managed_fields=managed)

    def _tell_about(self, entry: Entry, stored: StoredValue) -> None:
        if stored.closed:
            self._closed.append(f"{entry.key}: {stored.closed}")
        else:
            for line in stored.remarks:
                self._session.streams.err.line(f"# {entry.key}: {line}")

    def _sorted(self, objects: list[Found]) -> list[Found]:
        order = self._order
        if order is None:
            return objects
        return sorted(objects, key=lambda each: _rank(order.of(each.shown)))

    def _print(self, groups: list[list[Found]], single: bool) -> None:
        output = self._flags.output
        objects = [each.shown for group in groups for each in group if each.shown is not None]
        if output in ("", "wide"):
            self._print_tables([group for group in groups if group])
        elif output == "name":
            self._write("".join(f"{_named(each)}\n" for group in groups for each in group))
        elif output == "jsonl":
            self._write("".join(object_text(obj, output) for obj in objects))
        elif objects or not single:
            whole: Plain = objects[0] if single else _list_of(objects)
            if self._template:
                self._write(self._template(whole))
            else:
                settings = self._session.output
                self._session.streams.out.write(shown_object(whole, output, settings))

    def _write(self, text: str) -> None:
        out = self._session.streams.out
        data = text.encode("utf-8", "backslashreplace")
        out.write(terminal_safe(data) if out.is_terminal else data)

    def _print_tables(self, groups: list[list[Found]]) -> None:
        wide, now = self._flags.output == "wide", current_time()
        for number, group in enumerate(groups):
            resource = group[0].resource
            kind = resource.kind if not resource.custom else ""
            columns = columns_of(kind, wide=wide, now=now)
            spaced = resource.namespaced and self._flags.all_namespaces
            header = [*(["NAMESPACE"] if spaced else []), "NAME", *(title for title, _ in columns)]
            rows = [header]
            for each in group:
                name = _named(each) if len(groups) > 1 else each.name
                first = [each.namespace, name] if spaced else [name]
                obj = each.shown
                rows.append(first + [cell(obj) if obj else "<closed>" for _, cell in columns])
            self._session.streams.out.write((b"\n" if number else b"") + aligned(rows))


def _named(found: Found) -> str:
    resource = found.resource
    singular = resource.singular or resource.plural
    return f"{singular}{'.' if resource.group else ''}{resource.group}/{found.name}"


def _list_of(objects: list[Object]) -> Object:
    metadata = {"resourceVersion": ""}
    return {"apiVersion": "v1", "items": objects, "kind": "List", "metadata": metadata}


def _rank(values: list[Plain]) -> tuple[int, float, str]:
    """Return what values are ordered by: those that are missing come first, numbers as numbers."""
    if not values:
        return (0, 0.0, "")
    if isinstance(values[0], int):
        return (1, float(values[0]), "")
    return (2, 0.0, str(values[0]))
