"""A List of objects, written while they are found: the memory it takes is that of a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.output.objects import object_text, shown_text
from pyetcdctl.output.values import shown_yaml

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.objects import Object, Plain

FORMS = {"yaml": ("- 0\n", ""), "json": ("        0", ",\n")}
"""How the one item of a list looks that holds a 0, and what stands between two items."""


def list_of(items: list[Plain]) -> Object:
    """Return objects as kubectl shows several."""
    metadata = {"resourceVersion": ""}
    return {"apiVersion": "v1", "items": items, "kind": "List", "metadata": metadata}


class GrowingList:
    """Writes the List in pieces, which together are what it would be as a whole."""

    def __init__(self, session: Session, form: str) -> None:
        zero, self._between = FORMS[form]
        self._head, _, self._foot = object_text(list_of([0]), form).partition(zero)
        self._session = session
        self._form = form
        self._is_begun = False

    def add(self, objects: list[Object]) -> None:
        """Write some more objects."""
        if objects:
            text = object_text(list_of(objects), self._form)
            items = text.removeprefix(self._head).removesuffix(self._foot)
            self._write(f"{self._between if self._is_begun else self._head}{items}")
            self._is_begun = True
        self._session.streams.out.flush()

    def end(self) -> None:
        """Write what comes after the last object."""
        whole = self._foot if self._is_begun else object_text(list_of([]), self._form)
        self._write(whole)

    def _write(self, text: str) -> None:
        shown = shown_yaml if self._form == "yaml" else shown_text
        self._session.streams.out.safe(shown(text, self._session.output))
