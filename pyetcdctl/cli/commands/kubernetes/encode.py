"""``kubernetes encode``: an object's YAML or JSON to the bytes that are stored."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from pyetcdctl.cli.commands.kubernetes.input_text import objects_in, refusal, shown
from pyetcdctl.errors import BadArguments, InvalidInput
from pyetcdctl.kubernetes.codec.encoding import FORMS, encode
from pyetcdctl.kubernetes.codec.envelope import MAGIC, SELF_DESCRIBED_CBOR
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.output.quoting import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.editing.documents import Document

_OUTPUTS = ("raw", "hex", "base64")


def write_encoded(session: Session, words: Sequence[str], form: str, output: str) -> None:
    """Write the value of an object; in hex or base64 also those of several, a line each."""
    if len(words) > 1:
        raise BadArguments("kubernetes encode takes one FILE, or - for standard input")
    check_form(form)
    if output not in _OUTPUTS:
        raise BadArguments(f"-o is one of: {', '.join(_OUTPUTS)}")
    name = words[0] if words else "-"
    found = objects_in(session, name)
    if output == "raw" and len(found) > 1:
        raise InvalidInput(
            f"{shown(name)} holds {len(found)} objects, and raw values cannot be told apart",
            "Try:  -o base64, or kubernetes put, which writes all of them",
        )
    for value in [encoded(name, document, form, session.release) for document in found]:
        _write(session, value, output)


def check_form(form: str) -> None:
    """Raise BadArguments for an unknown ``--as``."""
    if form and form not in FORMS:
        raise BadArguments(f"--as is one of: {', '.join(FORMS)}")


def encoded(name: str, document: Document, form: str, release: str | None) -> bytes:
    """Return the bytes of one object; raises InvalidInput."""
    try:
        return encode(document.object, form or None, release)
    except Unfit as unfit:
        raise refusal(name, document, unfit) from None


def _write(session: Session, value: bytes, output: str) -> None:
    out = session.streams.out
    if output != "raw":
        out.text(f"{value.hex() if output == 'hex' else b64encode(value).decode()}\n")
    elif out.is_terminal and value.startswith((MAGIC, SELF_DESCRIBED_CBOR)):
        raise BadArguments(
            "the value is binary, and standard output is a terminal",
            "Try:  -o hex, -o base64, or a file behind >",
        )
    else:
        out.write(terminal_safe(value) if out.is_terminal else value)
