"""The text form of transactions: comparisons, then operations, one a line.

A comparison is ``target("key") op "value"`` as Go's Sscanf reads it; an operation is a line of
``get``, ``put`` or ``del`` with that command's own flags and none of the global ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.cli.flags.grammar import parse_line
from pyetcdctl.cli.flags.values import ValueRefused, decimal, hex_id
from pyetcdctl.cli.registry import COMMANDS
from pyetcdctl.cli.word_commands import flag_name
from pyetcdctl.cli.words.go_scan import BLANKS, NotQuoted, match_quoted, split_words
from pyetcdctl.cli.words.requests import (
    DeleteOptions,
    PutOptions,
    RangeOptions,
    delete_request,
    leave_time_to_think,
    put_request,
    range_request,
)
from pyetcdctl.errors import FlagError, InvalidInput
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.rpc.txn import (
    CREATE,
    EQUAL,
    GREATER,
    LEASE,
    LESS,
    MOD,
    NOT_EQUAL,
    VALUE,
    VERSION,
    Compare,
    RequestOp,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyetcdctl.cli.session.streams import Messages

_RESULTS = {"=": EQUAL, "!=": NOT_EQUAL, ">": GREATER, "<": LESS}
_OPERATOR = re.compile(rf"\)[{BLANKS}]+([^{BLANKS}]+)")
_BLANKS = re.compile(f"[{BLANKS}]*")


class _Target(NamedTuple):
    number: int
    field: str
    read: Callable[[bytes], int | bytes]


class _Scanned(NamedTuple):
    """The parts of a comparison that could be parsed."""

    key: bytes = b""
    operator: str = ""
    value: bytes = b""
    whole: bool = False


def parse_compare(line: str) -> Compare:
    """Read a comparison. Raises InvalidInput with etcdctl's texts."""
    name, parenthesis, rest = line.partition("(")
    if not parenthesis:
        raise InvalidInput(f"malformed comparison: {line}")
    scanned = _scan(rest)
    if not scanned.whole:
        read = f"{name}({go_quoted(scanned.key)}) {scanned.operator} {go_quoted(scanned.value)}"
        raise InvalidInput(f"malformed comparison: {line}; got {read}")
    target = _TARGETS.get(name)
    if target is None:
        raise InvalidInput(f"malformed comparison: {line} (unknown target {name})")
    try:
        value = target.read(scanned.value)
    except ValueRefused:
        raise InvalidInput(f"invalid txn compare request: {line}") from None
    if scanned.operator not in _RESULTS:
        raise InvalidInput(
            f"malformed comparison: {line} (unknown operator {scanned.operator})",
            f"The operators are: {' '.join(_RESULTS)}",
        )
    result = _RESULTS[scanned.operator]
    return Compare(result=result, target=target.number, key=scanned.key, **{target.field: value})


def parse_operation(line: str, messages: Messages) -> RequestOp:
    """Read a line of get, put or del. Raises InvalidInput, or the error of the command's own
    arguments.
    """
    words = _words(line)
    if len(words) < 2:
        raise InvalidInput(f"invalid txn compare request: {line}")
    invalid = InvalidInput(f"invalid txn request: {line}")
    names = [name for name in _OPERATIONS if name.startswith(words[0])] if words[0] else []
    if len(names) != 1:
        raise invalid
    command = COMMANDS[names[0]].load(names[0])
    options = {flag_name(option): option for option in command.own_flags}
    try:
        values, rest, _ = parse_line(words[1:], command.flag_set())
    except FlagError as error:
        raise InvalidInput(invalid.message, error.message) from error
    if not options.keys() >= values.keys():
        raise InvalidInput(invalid.message, "Global flags belong on the command line of txn.")
    flags = {option.name: values.get(name, option.default) for name, option in options.items()}
    return _OPERATIONS[names[0]](rest, flags, messages)


def _words(line: str) -> list[str]:
    try:
        return split_words(line)
    except NotQuoted as error:
        raise InvalidInput(str(error), f"in the line: {line}") from error


def _scan(text: str) -> _Scanned:
    scanned = _Scanned()
    try:
        key, at = match_quoted(text, _behind_blanks(text, 0))
        scanned = _Scanned(key)
        operator = _OPERATOR.match(text, at)
        if operator is None:
            return scanned
        scanned = _Scanned(key, operator[1])
        value, _ = match_quoted(text, _behind_blanks(text, operator.end()))
    except NotQuoted:
        return scanned
    return _Scanned(key, operator[1], value, whole=True)


def _behind_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _decimal(value: bytes) -> int:
    return decimal(value.decode("utf-8", "surrogateescape"))


def _hexadecimal(value: bytes) -> int:
    return hex_id(value.decode("utf-8", "surrogateescape"))


_TARGETS = {
    "ver": _Target(VERSION, "version", _decimal),
    "version": _Target(VERSION, "version", _decimal),
    "c": _Target(CREATE, "create_revision", _decimal),
    "create": _Target(CREATE, "create_revision", _decimal),
    "m": _Target(MOD, "mod_revision", _decimal),
    "mod": _Target(MOD, "mod_revision", _decimal),
    "val": _Target(VALUE, "value", bytes),
    "value": _Target(VALUE, "value", bytes),
    "lease": _Target(LEASE, "lease", _hexadecimal),
}


def _get(words: list[str], flags: Mapping[str, Any], messages: Messages) -> RequestOp:
    chosen = RangeOptions(**{name: flags[name] for name in RangeOptions._fields})
    return RequestOp(request_range=range_request(words, chosen))


def _put(words: list[str], flags: Mapping[str, Any], messages: Messages) -> RequestOp:
    chosen = PutOptions(**{name: flags[name] for name in PutOptions._fields})
    # Standard input holds the transaction, so no value can come from there.
    return RequestOp(request_put=put_request(words, chosen, lambda: b""))


def _delete(words: list[str], flags: Mapping[str, Any], messages: Messages) -> RequestOp:
    chosen = DeleteOptions(**{name: flags[name] for name in DeleteOptions._fields})
    request = delete_request(words, chosen)
    if len(words) > 1 and not flags["is_range"]:
        leave_time_to_think(messages, request)
    return RequestOp(request_delete_range=request)


_OPERATIONS = {"del": _delete, "get": _get, "put": _put}
