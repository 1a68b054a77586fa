"""``kubernetes encode``: an object's YAML or JSON to the bytes that are stored."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.input_text import check_form, objects_in, refusal, shown
from pyetcdctl.cli.commands.kubernetes.parameters import StoredAs, check_no_write_out
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, InvalidInput, UsageError
from pyetcdctl.kubernetes.codec import encoding
from pyetcdctl.kubernetes.codec.envelope import MAGIC, SELF_DESCRIBED_CBOR
from pyetcdctl.kubernetes.codec.unfit import Unfit

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.editing.documents import Document

_OUTPUTS = ("raw", "hex", "base64")


_EXAMPLE = """\
  pyetcdctl kubernetes encode pod.yaml | pyetcdctl put /registry/pods/default/web
  pyetcdctl kubernetes get ns default -o yaml | pyetcdctl kubernetes encode -o base64"""

app = new_app()


class EncodeFlags(Flags):
    """The flags of ``kubernetes encode``."""

    as_: StoredAs = ""
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="raw|hex|base64", help="Form of the bytes.")
    ] = "raw"


@command(app, "encode", _EXAMPLE, needs_server=False, file_flags=())
def encode(
    session: Session, file: Annotated[list[str], words("[FILE | -]")], flags: EncodeFlags
) -> None:
    """Turn an object's YAML or JSON into the bytes that are stored.

    Built-in kinds become protobuf; custom resources, their definitions and APIServices JSON. With
    --as cbor they are what an API server with the gate CBORServingAndStorage writes. A field that
    the kind does not have is an error; the API server would ignore it.
    """
    check_no_write_out(session)
    if len(file) > 1:
        raise UsageError("kubernetes encode takes one FILE, or - for standard input")
    check_form(flags.as_)
    if flags.output not in _OUTPUTS:
        raise BadArguments(f"-o is one of: {', '.join(_OUTPUTS)}")
    name = file[0] if file else "-"
    found = objects_in(session, name)
    if flags.output == "raw" and len(found) > 1:
        raise InvalidInput(
            f"{shown(name)} holds {len(found)} objects, and raw values cannot be separated again",
            "Try:  -o base64, or kubernetes put, which writes all of them",
        )
    for value in [_encoded(name, document, flags.as_, session.release) for document in found]:
        _write(session, value, flags.output)


def _encoded(name: str, document: Document, form: str, release: str | None) -> bytes:
    """Return the bytes of one object; raises InvalidInput."""
    try:
        return encoding.encode(document.object, form or None, release)
    except Unfit as unfit:
        raise refusal(name, document, unfit) from None


def _write(session: Session, value: bytes, output: str) -> None:
    out = session.streams.out
    if output != "raw":
        out.text(f"{value.hex() if output == 'hex' else b64encode(value).decode()}\n")
    elif out.is_terminal and value.startswith((MAGIC, SELF_DESCRIBED_CBOR)):
        raise BadArguments(
            "the value is binary, and standard output is a terminal",
            "Try:  -o hex, -o base64, or redirect to a file with >",
        )
    else:
        out.write(value)
