"""Objects in the forms of ``kubernetes get -o``, written while they are found where it is possible.

A List in pieces has the same bytes as one written at once; a table's columns are as wide as the
widest of each ``ROWS_AT_ONCE`` rows and of those before.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.kubectl.columns.labels import LABELS, label_column
from pyetcdctl.kubernetes.kubectl.custom_columns import columns_of_file, custom_columns
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import template
from pyetcdctl.kubernetes.kubectl.shown_objects import ObjectTable, resource_columns
from pyetcdctl.kubernetes.kubectl.sorting import table_order
from pyetcdctl.output.columns import Columns, one_line
from pyetcdctl.output.objects import object_text, shown_object, shown_text
from pyetcdctl.output.values import shown_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyetcdctl.kubernetes.kubectl.custom_columns import CustomColumn
    from pyetcdctl.kubernetes.kubectl.shown_objects import ShownObject
    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.settings import OutputSettings

ROWS_AT_ONCE = 500
JSONPATH, CUSTOM_COLUMNS, COLUMNS_FILE = "jsonpath=", "custom-columns=", "custom-columns-file="
_TABLES = ("", "wide")
_LISTS = {"yaml": ("- 0\n", ""), "json": ("        0", ",\n")}
"""The placeholder item 0 as it is written in a List, and the text between two items."""


class Out(Protocol):
    """Where bytes go."""

    def write(self, data: bytes) -> None:
        """Take bytes; a terminal gets them escaped."""

    def safe(self, data: bytes) -> None:
        """Take bytes that are safe for a terminal."""

    def flush(self) -> None:
        """Deliver what was taken."""


class Form(NamedTuple):
    """A parsed ``-o``: its name, and the template or columns that came with it."""

    name: str
    fill_in: Callable[[Plain], str] | None = None
    columns: Sequence[CustomColumn] = ()

    @property
    def is_table(self) -> bool:
        """Whether objects are rows of the usual columns."""
        return self.name in _TABLES

    @property
    def shows_few_fields(self) -> bool:
        """Whether objects are rows of the usual columns, or names."""
        return self.is_table or self.name == "name"


def parse_form(text: str, read_file: Callable[[str], str]) -> Form:
    """Read the value of ``-o``; raises BadArguments."""
    if text.startswith(JSONPATH):
        return Form("jsonpath", fill_in=template(text.removeprefix(JSONPATH)))
    if text.startswith(CUSTOM_COLUMNS):
        return Form("columns", columns=custom_columns(text.removeprefix(CUSTOM_COLUMNS)))
    if text.startswith(COLUMNS_FILE):
        return Form("columns", columns=columns_of_file(read_file(text.removeprefix(COLUMNS_FILE))))
    if text not in (*_TABLES, *_LISTS, "jsonl", "name"):
        raise BadArguments(
            "-o is one of: wide, name, yaml, json, jsonl, jsonpath=TEMPLATE, "
            "custom-columns=TITLE:PATH,..., custom-columns-file=FILE"
        )
    return Form(text)


class TableOptions(NamedTuple):
    """Options of tables."""

    headers: bool = True
    namespaces: bool = False
    full_names: bool = False
    """Whether names begin with the resource: where a command shows several."""
    labels: Sequence[str] = ()
    all_labels: bool = False
    events: bool = False
    """Whether the first column is the event."""
    sorted_by_user: bool = False


class ObjectPrinter:
    """Writes objects in one form; ``definition_of`` finds the definition of a custom resource."""

    def __init__(
        self,
        out: Out,
        settings: OutputSettings,
        form: Form,
        options: TableOptions,
        definition_of: Callable[[Resource], Object | None],
    ) -> None:
        self._out = out
        self._settings = settings
        self._form = form
        self._options = options
        self._definition_of = definition_of
        self._table: ObjectTable | None = None
        self._lines = Columns(keeps_blanks=True).lines
        self._separator = b""

    @property
    def needs_all(self) -> bool:
        """Whether all objects must be found before the first can be written."""
        return self._form.fill_in is not None

    def write_found(self, found: Iterator[ShownObject]) -> bool:
        """Write objects of one resource while they are found; return whether there are any."""
        growing = _GrowingList(self._form.name, self._write) if self._form.name in _LISTS else None
        is_any = False
        while some := list(islice(found, ROWS_AT_ONCE)):
            is_any = True
            if growing:
                growing.add([each.content for each in some if each.content is not None])
                self._out.flush()
            else:
                self.write_changed("", self._in_table_order(some))
        if growing:
            growing.end()
        return is_any

    def write_all(self, groups: Sequence[Sequence[ShownObject]], *, single: bool) -> None:
        """Write all objects: one object for a single name, else a list."""
        found = [each for group in groups for each in group]
        objects = [each.content for each in found if each.content is not None]
        if self._form.is_table:
            self._write_tables([group for group in groups if group])
        elif self._form.name in ("name", "jsonl", "columns"):
            self.write_changed("", found)
        elif objects or not single:
            self._write_one(objects[0] if single else list_of(objects))

    def write_changed(self, event: str, changed: Sequence[ShownObject]) -> None:
        """Write objects that were listed or changed, each by itself."""
        if self._form.is_table:
            self._write_rows(event, changed)
        elif self._form.columns:
            self._write_columns(event, changed)
        elif self._form.name == "name":
            self._write("".join(f"{each.full_name}\n" for each in changed))
        else:
            for each in changed:
                self._write_document(event, each)
        self._out.flush()

    def _write_document(self, event: str, shown: ShownObject) -> None:
        if shown.content is None:
            return
        obj = shown.content
        whole = {"object": obj, "type": event} if self._options.events else obj
        if self._form.name == "yaml":
            self._out.safe(self._separator)
            self._separator = b"---\n"
        self._write_one(whole)

    def _write_one(self, whole: Plain) -> None:
        if self._form.fill_in:
            self._write(self._form.fill_in(whole))
        else:
            self._out.safe(shown_object(whole, self._form.name, self._settings))

    def _write_tables(self, groups: Sequence[Sequence[ShownObject]]) -> None:
        for number, group in enumerate(map(self._in_table_order, groups)):
            table = self._new_table(group[0].resource)
            rows = [*self._titles(table.header), *(_cut(table.row(each)) for each in group)]
            self._out.safe(b"\n" if number else b"")
            self._out.write(Columns(keeps_blanks=True).lines(rows))

    def _in_table_order(self, found: Sequence[ShownObject]) -> Sequence[ShownObject]:
        """Return objects of one resource in the order of the API server's tables."""
        resource = found[0].resource
        order = None if resource.custom else table_order(resource.kind)
        if order is None or not self._form.is_table or self._options.sorted_by_user:
            return found
        return sorted(found, key=lambda each: order(each.content or {}))

    def _write_rows(self, event: str, changed: Sequence[ShownObject]) -> None:
        if not changed:
            return
        before = []
        if self._table is None:
            self._table = self._new_table(changed[0].resource)
            before = self._titles(["EVENT", *self._table.header])
        # As wide as the longest event, MODIFIED, whichever comes first.
        rows = [*before, *([f"{event:8}", *_cut(self._table.row(each))] for each in changed)]
        self._out.write(self._lines(rows if self._options.events else [row[1:] for row in rows]))

    def _write_columns(self, event: str, changed: Sequence[ShownObject]) -> None:
        if not changed:
            return
        columns = self._form.columns
        titles = [] if self._separator else self._titles([column.title for column in columns])
        self._separator = b"\n"  # the titles are written
        rows = [self._custom_row(each) for each in changed]
        self._out.write(self._lines([*titles, *rows]))

    def _custom_row(self, shown: ShownObject) -> list[str]:
        if shown.content is None:
            return [shown.placeholder] * len(self._form.columns)
        return [column.cell(shown.content) for column in self._form.columns]

    def _titles(self, header: list[str]) -> list[list[str]]:
        return [header] if self._options.headers else []

    def _new_table(self, resource: Resource) -> ObjectTable:
        definition = self._definition_of(resource) if resource.custom else None
        columns = resource_columns(resource, definition, wide=self._form.name == "wide")
        columns += [label_column(name) for name in self._options.labels]
        if self._options.all_labels:
            columns.append(LABELS)
        namespaces = resource.namespaced and self._options.namespaces
        full_names = self._options.full_names
        return ObjectTable(columns, namespaces=namespaces, full_names=full_names)

    def _write(self, text: str) -> None:
        shown = shown_yaml if self._form.name == "yaml" else shown_text
        self._out.safe(shown(text, self._settings))


class _GrowingList:
    """A List that is written in pieces."""

    def __init__(self, form: str, write: Callable[[str], None]) -> None:
        zero, self._between = _LISTS[form]
        self._head, _, self._foot = object_text(list_of([0]), form).partition(zero)
        self._form = form
        self._write = write
        self._is_begun = False

    def add(self, objects: list[Object]) -> None:
        """Write some more objects."""
        if objects:
            text = object_text(list_of(objects), self._form)
            items = text.removeprefix(self._head).removesuffix(self._foot)
            self._write(f"{self._between if self._is_begun else self._head}{items}")
            self._is_begun = True

    def end(self) -> None:
        """Write what comes after the last object."""
        self._write(self._foot if self._is_begun else object_text(list_of([]), self._form))


def list_of(items: list[Plain]) -> Object:
    """Return objects as a List, as kubectl does."""
    metadata = {"resourceVersion": ""}
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": metadata}


def _cut(row: list[str]) -> list[str]:
    """Return cells up to their first line break, as kubectl prints them."""
    return [one_line(cell) for cell in row]
