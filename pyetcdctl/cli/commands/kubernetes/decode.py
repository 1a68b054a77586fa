"""``kubernetes decode``: values from a file or standard input."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.input_text import read_input
from pyetcdctl.cli.commands.kubernetes.parameters import check_no_write_out
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.words.go_scan import NotQuoted, match_quoted
from pyetcdctl.errors import BadArguments, InvalidInput, Reported, UsageError
from pyetcdctl.kubernetes.codec.input_forms import HOW, Given, values_in
from pyetcdctl.kubernetes.stored_value import read
from pyetcdctl.output.objects import FORMATS, shown_object

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.stored_value import StoredValue


_EXAMPLE = """\
  etcdctl get /registry/namespaces/default | pyetcdctl kubernetes decode
  pyetcdctl kubernetes decode -o json value.bin"""

_FIELD = re.compile(rb'"(?:Prev)?(Key|Value)" : (.*)')

app = new_app()


class DecodeFlags(Flags):
    """The flags of ``kubernetes decode``."""

    output: Annotated[
        str, typer.Option("--output", "-o", metavar="yaml|json|jsonl", help="Format of the object.")
    ] = "yaml"


@command(app, "decode", _EXAMPLE, needs_server=False, file_flags=())
def decode(
    session: Session, file: Annotated[list[str], words("[FILE | -]")], flags: DecodeFlags
) -> None:
    """Show the object in a value that is in a file or comes from a pipe.

    The value is raw, or as `etcdctl get` prints it with its key, or etcdctl's JSON or fields, or a
    dump in hex or base64; the form is detected. What is copied from a terminal is damaged.
    """
    check_no_write_out(session)
    if len(file) > 1:
        raise UsageError("kubernetes decode takes one FILE, or - for standard input")
    form = flags.output
    if form not in FORMATS:
        raise BadArguments(f"-o is one of: {', '.join(FORMATS)}")
    is_whole = True
    for number, given in enumerate(_given(read_input(session, file[0] if file else "-"))):
        stored = read(given.key, given.value, session.decrypter, session.release)
        if number and form == "yaml":
            session.streams.out.write(b"---\n")
        is_whole &= _write(session, given, stored, form)
    if not is_whole:
        raise Reported


def _given(content: bytes) -> list[Given]:
    if content.lstrip().startswith(b'"') and (found := _values_in_fields(content)):
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
        out.safe(shown_object(stored.decoded.object, form, session.output))
    return not (stored.decryption_error or stored.decoded.problem)


def _values_in_fields(data: bytes) -> list[Given]:
    """Find the values in the output of -w fields; raises InvalidInput where one is incomplete."""
    found, key = [], b""
    for line in data.splitlines():
        field = _FIELD.match(line.strip())
        if field and field[1] == b"Key":
            key = _unquoted(field[2])
        elif field and (value := _unquoted(field[2])):
            found.append(Given(value, key))
    return found


def _unquoted(quoted: bytes) -> bytes:
    text = quoted.decode("utf-8", "surrogateescape")
    try:
        content, end = match_quoted(text, 0)
    except NotQuoted:
        end = -1
    if end != len(text):
        raise InvalidInput("a field's text does not end on its line, or was changed", HOW)
    return content
