"""The containers of a pod template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.columns.column import wide
from pyetcdctl.kubernetes.kubectl.columns.reach import at, objects, text

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.kubectl.columns.column import Cell, Column


def names(template: str) -> Cell:
    """Show the names of a template's containers."""
    return _of_containers(template, "name")


def images(template: str) -> Cell:
    """Show the images of a template's containers."""
    return _of_containers(template, "image")


def containers(template: str = "spec.template") -> tuple[Column, Column]:
    """Return the columns that ``-o wide`` adds to a workload."""
    return wide("CONTAINERS", names(template)), wide("IMAGES", images(template))


def _of_containers(template: str, field: str) -> Cell:
    path = f"{template}.spec.containers"
    return lambda obj, _: ",".join(text(each.get(field)) for each in objects(at(obj, path)))
