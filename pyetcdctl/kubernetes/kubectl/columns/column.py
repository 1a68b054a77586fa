"""Columns of a table of objects, and the cells that several kinds share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.codec.times import ZERO_YEAR, age_of, time_of
from pyetcdctl.kubernetes.kubectl.columns.reach import at, items, number, objects, text, texts

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object

NONE = "<none>"
UNSET = "<unset>"

Cell = Callable[["Object", datetime], str]
"""Computes the text of a cell from an object, however damaged, and the current time."""


class Column(NamedTuple):
    """A column's title and how its cells are computed."""

    title: str
    cell: Cell
    wide: bool = False
    """Whether only ``-o wide`` shows it."""
    is_name: bool = False
    """Whether the cell is a suffix of the object's name."""
    of_metadata: bool = False
    """Whether the cell is computed from the metadata only."""


def wide(title: str, cell: Cell) -> Column:
    """Return a column that only ``-o wide`` shows."""
    return Column(title, cell, wide=True)


def field(path: str, default: str = "") -> Cell:
    """Show the field at a path; the default if it is missing or empty."""
    return lambda obj, _: text(at(obj, path)) or default


def optional(path: str, default: str) -> Cell:
    """Show the field at a path, even if it is empty; the default if it is missing."""

    def cell(obj: Object, _: datetime) -> str:
        found = at(obj, path)
        return default if found is None else text(found)

    return cell


def count(path: str, default: int = 0) -> Cell:
    """Show an integer; the default if it is missing or 0."""
    return lambda obj, _: str(number(at(obj, path)) or default)


def size(path: str) -> Cell:
    """Show the number of items of a list or an object."""
    return lambda obj, _: str(items(at(obj, path)))


def switch(path: str, *, default: bool = False) -> Cell:
    """Show a boolean as Go formats it."""

    def cell(obj: Object, _: datetime) -> str:
        found = at(obj, path)
        return str(found if isinstance(found, bool) else default).lower()

    return cell


def joined(path: str, default: str = "") -> Cell:
    """Show a list of strings, separated by commas."""
    return lambda obj, _: ",".join(texts(at(obj, path))) or default


def age(path: str) -> Cell:
    """Show the age of a time."""
    return lambda obj, now: age_of(at(obj, path), now)


def _created_at(obj: Object, _: datetime) -> str:
    created = time_of(at(obj, "metadata.creationTimestamp"))
    return (
        f"{created.replace(tzinfo=None).isoformat(timespec='seconds')}Z" if created else ZERO_YEAR
    )


NAME = Column("NAME", lambda *_: "", is_name=True, of_metadata=True)
AGE = Column("AGE", age("metadata.creationTimestamp"), of_metadata=True)
CREATED_AT = Column("CREATED AT", _created_at, of_metadata=True)


def container_names(template: str) -> Cell:
    """Show the names of a template's containers."""
    return _of_containers(template, "name")


def container_images(template: str) -> Cell:
    """Show the images of a template's containers."""
    return _of_containers(template, "image")


def containers(template: str = "spec.template") -> tuple[Column, Column]:
    """Return the columns that ``-o wide`` adds to a workload."""
    return wide("CONTAINERS", container_names(template)), wide("IMAGES", container_images(template))


def _of_containers(template: str, field: str) -> Cell:
    path = f"{template}.spec.containers"
    return lambda obj, _: ",".join(text(each.get(field)) for each in objects(at(obj, path)))
