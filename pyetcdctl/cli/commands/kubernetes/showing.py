"""Objects in the forms that ``kubernetes get -o`` takes."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pyetcdctl.cli.commands.kubernetes.lists import FORMS as LISTS
from pyetcdctl.cli.commands.kubernetes.lists import GrowingList, list_of
from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.kubectl.ages import current_time
from pyetcdctl.kubernetes.kubectl.columns import columns_of
from pyetcdctl.kubernetes.kubectl.columns.labels import LABELS
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import template
from pyetcdctl.kubernetes.kubectl.printer_columns import printer_columns
from pyetcdctl.kubernetes.kubectl.sorting import table_order
from pyetcdctl.output.columns import Columns, one_line
from pyetcdctl.output.objects import object_text, shown_object, shown_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pyetcdctl.cli.commands.kubernetes.finding import Found, GetFlags
    from pyetcdctl.cli.commands.kubernetes.store import Store
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.kubectl.columns.column import Column
    from pyetcdctl.kubernetes.objects import Plain
    from pyetcdctl.kubernetes.resources import Resource

_JSONPATH = "jsonpath="
_TABLES = ("", "wide")
_FORMS = (*_TABLES, "name", "yaml", "json", "jsonl")
_AT_ONCE = 500
"""So many rows are as wide as the widest of them; later ones may be wider."""


class Showing:
    """Writes objects in the form of -o."""

    def __init__(self, session: Session, store: Store, flags: GetFlags) -> None:
        form = flags.output
        if form not in _FORMS and not form.startswith(_JSONPATH):
            raise BadArguments(f"-o is one of: {', '.join(_FORMS[1:])}, jsonpath=TEMPLATE")
        is_template = form.startswith(_JSONPATH)
        self._template = template(form.removeprefix(_JSONPATH)) if is_template else None
        self._session = session
        self._store = store
        self._flags = flags
        self._form = form
        self._table: _Table | None = None
        self._separator = b""

    @property
    def needs_all(self) -> bool:
        """Whether nothing can be written before everything is found."""
        return self._template is not None

    def show_on(self, found: Iterator[Found]) -> bool:
        """Write objects of one resource while they are found; return whether there are any."""
        growing = GrowingList(self._session, self._form) if self._form in LISTS else None
        is_any = False
        while some := list(islice(found, _AT_ONCE)):
            is_any = True
            if growing:
                growing.add([each.shown for each in some if each.shown is not None])
            else:
                self.show_change("", self._in_table_order(some))
        if growing:
            growing.end()
        return is_any

    def show(self, groups: Sequence[Sequence[Found]], *, single: bool) -> None:
        """Write all that was found: an object for a single name, else a list of them."""
        found = [each for group in groups for each in group]
        objects = [each.shown for each in found if each.shown is not None]
        if self._form in _TABLES:
            self._show_tables([group for group in groups if group])
        elif self._form == "name":
            self._write("".join(f"{each.full_name}\n" for each in found))
        elif self._form == "jsonl":
            self._write("".join(object_text(obj, "jsonl") for obj in objects))
        elif objects or not single:
            self._show_one(objects[0] if single else list_of(objects))

    def show_change(self, event: str, changed: Sequence[Found]) -> None:
        """Write objects of one resource that were there or changed, each by itself."""
        out = self._session.streams.out
        if self._form in _TABLES:
            self._show_rows(event, changed)
        for each in changed:
            if self._form == "name":
                self._write(f"{each.full_name}\n")
            elif self._form not in _TABLES and each.shown is not None:
                obj = each.shown
                whole = {"object": obj, "type": event} if self._flags.watch_events else obj
                if self._form == "yaml":
                    out.write(self._separator)
                    self._separator = b"---\n"
                self._show_one(whole)
        out.flush()

    def _show_one(self, whole: Plain) -> None:
        if self._template:
            self._write(self._template(whole))
        else:
            shown = shown_object(whole, self._form, self._session.output)
            self._session.streams.out.safe(shown)

    def _show_tables(self, groups: Sequence[Sequence[Found]]) -> None:
        for number, group in enumerate(map(self._in_table_order, groups)):
            table = self._new_table(group[0].resource, named=len(groups) > 1)
            rows = [*self._titles(table.header), *map(table.row, group)]
            self._session.streams.out.write(b"\n" if number else b"")
            self._session.streams.out.write(table.lines(rows))

    def _in_table_order(self, found: Sequence[Found]) -> Sequence[Found]:
        """Return objects of one resource in the order of the API server's tables."""
        resource = found[0].resource
        order = None if resource.custom else table_order(resource.kind)
        if order is None or self._form not in _TABLES or self._flags.sort_by:
            return found
        return sorted(found, key=lambda each: order(each.shown or {}))

    def _show_rows(self, event: str, changed: Sequence[Found]) -> None:
        if not changed:
            return
        before = []
        if self._table is None:
            self._table = self._new_table(changed[0].resource, named=False)
            before = self._titles(["EVENT", *self._table.header])
        # As wide as the longest of them, MODIFIED, whichever comes first.
        rows = [*before, *([f"{event:8}", *self._table.row(each)] for each in changed)]
        shown = rows if self._flags.watch_events else [row[1:] for row in rows]
        self._session.streams.out.write(self._table.lines(shown))

    def _titles(self, header: list[str]) -> list[list[str]]:
        return [] if self._flags.no_headers else [header]

    def _new_table(self, resource: Resource, *, named: bool) -> _Table:
        definition = self._store.definitions.get(resource.path) if resource.custom else None
        known = columns_of("" if resource.custom else resource.kind)
        columns = known if definition is None else printer_columns(definition)
        is_wide = self._flags.output == "wide"
        shown = [column for column in columns if is_wide or not column.wide]
        if self._flags.show_labels:
            shown.append(LABELS)
        spaced = resource.namespaced and self._flags.all_namespaces
        return _Table(shown, spaced=spaced, named=named)

    def _write(self, text: str) -> None:
        self._session.streams.out.safe(shown_text(text, self._session.output))


class _Table:
    """The rows of one resource."""

    def __init__(self, columns: Sequence[Column], *, spaced: bool, named: bool) -> None:
        self.lines = Columns().lines
        self._columns = columns
        self._spaced = spaced
        self._named = named
        self.header = [
            *(["NAMESPACE"] if spaced else []),
            *(column.title for column in columns),
        ]

    def row(self, found: Found) -> list[str]:
        """Return the cells of an object; a text is cut at its first line break, as kubectl does."""
        now = current_time()
        cells = [one_line(self._cell(column, found, now)) for column in self._columns]
        return [*([found.namespace] if self._spaced else []), *cells]

    def _cell(self, column: Column, found: Found, now: datetime) -> str:
        name = found.full_name if self._named else found.name
        if found.shown is None or not (found.schema_known or column.of_metadata):
            return name if column.is_name else found.unreadable
        return f"{name if column.is_name else ''}{column.cell(found.shown, now)}"
