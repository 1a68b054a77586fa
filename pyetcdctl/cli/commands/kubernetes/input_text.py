"""Read the text of a named file or standard input, and describe its errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments, InvalidInput
from pyetcdctl.kubernetes.codec.encoding import FORMS
from pyetcdctl.kubernetes.editing.documents import documents, lost_fields
from pyetcdctl.strict_yaml import NotYaml

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.codec.unfit import Unfit
    from pyetcdctl.kubernetes.editing.documents import Document


def read_input(session: Session, name: str) -> bytes:
    """Return the content of a file, ``-`` for standard input."""
    if name == "-":
        return session.streams.input.read()
    with open(os.fsencode(name), "rb") as file:
        return file.read()


def objects_in(session: Session, name: str) -> list[Document]:
    """Read the objects of a file, ``-`` for standard input; raises InvalidInput."""
    try:
        text = read_input(session, name).decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{shown(name)} is not text: byte {error.start} is not UTF-8",
            "YAML or JSON is needed; kubernetes decode makes it of a stored value.",
        ) from None
    try:
        found = documents(text)
    except NotYaml as error:
        where = f"{shown(name)}:{error.line}" if error.line else shown(name)
        raise InvalidInput(f"{where}: neither YAML nor JSON: {error.why}") from None
    if not found:
        raise InvalidInput(f"{shown(name)} holds no object")
    if lost_fields(text):
        raise InvalidInput(
            f"{shown(name)} has unknown fields in its comments, which would be lost",
            "The decoded value had them. Without these comments it is encoded as it is here.",
        )
    return found


def check_form(form: str) -> None:
    """Raise BadArguments for an unknown ``--as``."""
    if form and form not in FORMS:
        raise BadArguments(f"--as is one of: {', '.join(FORMS)}")


def refusal(name: str, document: Document, unfit: Unfit) -> InvalidInput:
    """Return the error of an object that cannot be written: file, line, field and why."""
    return InvalidInput(f"{shown(name)}:{document.place(unfit)}: {unfit}")


def shown(name: str) -> str:
    """Return a file's name for messages."""
    return "standard input" if name == "-" else name
