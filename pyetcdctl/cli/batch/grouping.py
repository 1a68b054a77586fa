"""Find the command lines that are plain operations on one key and may share a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyetcdctl.cli.app import app
from pyetcdctl.cli.flags.grammar import parse_line
from pyetcdctl.cli.lazy import click_command
from pyetcdctl.cli.words.requests import (
    DeleteOptions,
    PutOptions,
    RangeOptions,
    delete_request,
    put_request,
    range_request,
)
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.rpc.txn import RequestOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.cli.batch.lines import BatchLine
    from pyetcdctl.cli.flags.grammar import FlagSet

_SHAPING = {
    "put": {"ignore-lease", "ignore-value", "lease", "prev-kv"},
    "get": {"keys-only"},
    "del": {"prev-kv"},
}
"""The flags that do not change how a response is shown."""


class Operations:
    """Converts command lines to operations of transactions, where that is possible."""

    def __init__(self) -> None:
        self._root = click_command(app)
        self._flag_sets: dict[str, FlagSet] = {}

    def of(self, line: BatchLine) -> RequestOp | None:
        """Return the operation of a line; None for one that runs as a command of its own."""
        name = line.arguments[0]
        if name not in _SHAPING:
            return None
        try:
            values, words, _ = parse_line(line.arguments[1:], self._flags_of(name))
            if values.keys() - _SHAPING[name] or values.get("keys-only"):
                return None
            return _MAKERS[name](words, values, line.input)
        except PyetcdctlError:
            return None  # the command itself reports what is wrong

    def _flags_of(self, name: str) -> FlagSet:
        if name not in self._flag_sets:
            self._flag_sets[name] = self._root.load(name).flag_set()
        return self._flag_sets[name]


def _put(words: list[str], values: dict[str, Any], given: bytes) -> RequestOp:
    flags = PutOptions(
        ignore_lease=values.get("ignore-lease", False),
        ignore_value=values.get("ignore-value", False),
        lease=values.get("lease", "0"),
        prev_kv=values.get("prev-kv", False),
    )
    return RequestOp(request_put=put_request(words, flags, lambda: given))


def _get(words: list[str], values: dict[str, Any], given: bytes) -> RequestOp | None:
    del values, given
    request = range_request(words, RangeOptions())
    return None if request.range_end else RequestOp(request_range=request)


def _del(words: list[str], values: dict[str, Any], given: bytes) -> RequestOp | None:
    del given
    request = delete_request(words, DeleteOptions(prev_kv=values.get("prev-kv", False)))
    return None if request.range_end else RequestOp(request_delete_range=request)


_MAKERS: dict[str, Callable[[list[str], dict[str, Any], bytes], RequestOp | None]] = {
    "put": _put,
    "get": _get,
    "del": _del,
}
