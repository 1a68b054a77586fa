"""``kubernetes decode``: values from a file or standard input."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments, Reported
from pyetcdctl.kubernetes.codec.input_forms import values_in
from pyetcdctl.kubernetes.stored_value import read
from pyetcdctl.output.objects import FORMATS, shown_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.codec.input_forms import Given
    from pyetcdctl.kubernetes.stored_value import StoredValue


def decode(session: Session, words: Sequence[str], form: str) -> None:
    """Print the objects in what was given; tell what is odd about them aside."""
    if len(words) > 1:
        raise BadArguments("kubernetes decode takes one FILE, or - for standard input")
    if form not in FORMATS:
        raise BadArguments(f"-o is one of: {', '.join(FORMATS)}")
    name = words[0] if words else "-"
    is_whole = True
    for number, given in enumerate(_given(_content(session, name))):
        stored = read(given.key, given.value, session.opener, session.release)
        if number and form == "yaml":
            session.streams.out.write(b"---\n")
        is_whole &= _write(session, given, stored, form)
    if not is_whole:
        raise Reported


def _content(session: Session, name: str) -> bytes:
    if name == "-":
        return session.streams.input.read()
    with open(os.fsencode(name), "rb") as file:
        return file.read()


def _given(content: bytes) -> list[Given]:
    if content.lstrip().startswith(b'"'):
        from pyetcdctl.cli.commands.kubernetes.printed_fields import values_in_fields

        if found := values_in_fields(content):
            return found
    return values_in(content)


def _write(session: Session, given: Given, stored: StoredValue, form: str) -> bool:
    """Write one object, and return whether nothing is wrong with it."""
    out, err = session.streams.out, session.streams.err
    key = given.key.decode("utf-8", "backslashreplace")
    if key or stored.encryption:
        out.flush()
        what = ", ".join(filter(None, (stored.type, stored.encryption)))
        err.line(f"# {key}  {what}" if key else f"# {what}")
    for line in (*filter(None, [given.remark]), *stored.remarks):
        err.line(f"# {line}")
    if stored.decoded.object is not None:
        out.write(shown_object(stored.decoded.object, form, session.output))
    return not (stored.closed or stored.decoded.problem)
