"""An object as kubectl shows it, and the rows of a table of such objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec.times import current_time
from pyetcdctl.kubernetes.kubectl.columns import columns_of
from pyetcdctl.kubernetes.kubectl.printer_columns import printer_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pyetcdctl.kubernetes.kubectl.columns.column import Column
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.kubernetes.resources import Resource

ENCRYPTED_CELL, UNKNOWN_CELL = "<encrypted>", "<unknown>"


class ShownObject(NamedTuple):
    """An object to show; ``content`` is None where it cannot be decoded."""

    resource: Resource
    namespace: str
    name: str
    content: Object | None
    placeholder: str = UNKNOWN_CELL
    """The text in the columns of an object that cannot be decoded."""
    schema_known: bool = True
    """Whether the names of its fields outside of the metadata are known."""

    @property
    def full_name(self) -> str:
        """The object as ``-o name`` writes it: RESOURCE.GROUP/NAME."""
        singular = self.resource.singular or self.resource.plural
        return f"{singular}{'.' if self.resource.group else ''}{self.resource.group}/{self.name}"


def resource_columns(resource: Resource, definition: Object | None, *, wide: bool) -> list[Column]:
    """Return the columns of a resource: those of its definition, or of the built-in kind."""
    known = columns_of("" if resource.custom else resource.kind)
    columns = known if definition is None else printer_columns(definition)
    return [column for column in columns if wide or not column.wide]


class ObjectTable:
    """The cells of objects of one resource."""

    def __init__(self, columns: Sequence[Column], *, namespaces: bool, full_names: bool) -> None:
        """``full_names`` has the resource in each name, where a command shows several."""
        self._columns = columns
        self._namespaces = namespaces
        self._full_names = full_names
        self.header = [
            *(["NAMESPACE"] if namespaces else []),
            *(column.title for column in columns),
        ]

    def row(self, shown: ShownObject) -> list[str]:
        """Return the cells of an object."""
        now = current_time()
        cells = [self._cell(column, shown, now) for column in self._columns]
        return [*([shown.namespace] if self._namespaces else []), *cells]

    def _cell(self, column: Column, shown: ShownObject, now: datetime) -> str:
        name = shown.full_name if self._full_names else shown.name
        if shown.content is None or not (shown.schema_known or column.of_metadata):
            return name if column.is_name else shown.placeholder
        return f"{name if column.is_name else ''}{column.cell(shown.content, now)}"
