"""Parse the arguments of ``watch``: keys, from the line or the environment, and a command after
``--``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.flags.grammar import Flag, FlagSet, parse_line
from pyetcdctl.cli.flags.values import int64, raw
from pyetcdctl.cli.words.go_scan import NotQuoted, split_words
from pyetcdctl.errors import FlagError, InvalidInput, UsageError
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.rpc.watch import WatchCreateRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WRONG_NUMBER = "bad number of arguments"
_LINE_FLAGS = FlagSet(
    [
        Flag("help", "h", str, is_boolean=True),
        Flag("interactive", "i", str, is_boolean=True),
        Flag("prefix", "", str, is_boolean=True),
        Flag("prev-kv", "", str, is_boolean=True),
        Flag("progress-notify", "", str, is_boolean=True),
        Flag("rev", "", int64),
    ]
)


class WatchOptions(NamedTuple):
    """The flags that shape a watch's request."""

    prefix: bool = False
    prev_kv: bool = False
    progress_notify: bool = False
    rev: int = 0


class WatchWords(NamedTuple):
    """The keys to watch, and the command to run for each event."""

    keys: list[str]
    command: list[str]


class LineRefused(Exception):
    """A wrong line of an interactive watch: it is reported, and the watch continues."""


def environment_keys(environment: Mapping[str, str]) -> list[str]:
    """Return the key, and the range end, that the environment names."""
    key = environment.get("ETCDCTL_WATCH_KEY", "")
    range_end = environment.get("ETCDCTL_WATCH_RANGE_END", "")
    if range_end and not key:
        quoted = go_quoted(raw(range_end))
        raise UsageError(f"ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END={quoted}")
    return [word for word in (key, range_end) if word]


def command_line_words(
    words: Sequence[str], before_dashes: int | None, from_environment: Sequence[str]
) -> WatchWords:
    """Divide the command line's words. Raises UsageError in etcdctl's order."""
    divided = _divided(words, before_dashes)
    if divided.keys and from_environment:
        raise UsageError(f"{_WRONG_NUMBER} (found conflicting environment key)")
    keys = [*from_environment, *divided.keys]
    if not keys:
        raise UsageError(_WRONG_NUMBER)
    return WatchWords(keys, divided.command)


def watch_request(keys: Sequence[str], flags: WatchOptions) -> WatchCreateRequest:
    """Return the request for the server; words after the range end are ignored."""
    key, range_end = raw(keys[0]), b""
    if len(keys) == 2:
        if flags.prefix:
            raise UsageError("`range_end` and `--prefix` are mutually exclusive")
        range_end = raw(keys[1])
    elif flags.prefix:
        key, range_end = prefix_range(key)
    return WatchCreateRequest(
        key=key,
        range_end=range_end,
        start_revision=flags.rev,
        progress_notify=flags.progress_notify,
        prev_kv=flags.prev_kv,
    )


def parse_watch_line(
    line: str, from_environment: Sequence[str], progress_notify: bool
) -> tuple[WatchCreateRequest, list[str]] | None:
    """Read a line of an interactive watch: a request and a command, or None for ``progress``.

    Raises LineRefused where etcdctl reports the line and continues, and a PyetcdctlError where it
    ends.
    """
    words = _line_words(line)
    if not words:
        raise LineRefused(f"Invalid command: {line} (watch and progress supported)")
    if words[0] == "progress":
        return None
    if words[0] != "watch":
        raise LineRefused(f"Invalid command {line} (only support watch)")
    if len(words) < 2 and not from_environment:
        raise LineRefused(f"Invalid command {line} (command type or key is not provided)")
    divided, flags = _line_parts(words[1:], from_environment)
    try:
        keys = [*from_environment, *divided.keys]
        if not keys:
            raise UsageError(_WRONG_NUMBER)
        request = watch_request(keys, flags._replace(progress_notify=progress_notify))
    except UsageError as error:
        raise LineRefused(f"Invalid command {line} ({error.message})") from error
    return request, divided.command


def _line_words(line: str) -> list[str]:
    try:
        return split_words(line)
    except NotQuoted as error:
        raise InvalidInput(str(error)) from error


def _line_parts(
    words: Sequence[str], from_environment: Sequence[str]
) -> tuple[WatchWords, WatchOptions]:
    if words and words[-1] == "--":
        return _divided((), 0), WatchOptions()
    try:
        values, rest, before_dashes = parse_line(words, _LINE_FLAGS)
    except FlagError as error:
        raise UsageError(error.message) from error
    if "help" in values:
        raise UsageError("pflag: help requested")
    divided = _divided(rest, before_dashes)
    if before_dashes is None and bool(divided.keys) == bool(from_environment):
        conflict = " (found conflicting environment key)" if from_environment else ""
        raise UsageError(f"{_WRONG_NUMBER}{conflict}")
    flags = WatchOptions(
        prefix=values.get("prefix", False),
        prev_kv=values.get("prev-kv", False),
        rev=values.get("rev", 0),
    )
    return divided, flags


def _divided(words: Sequence[str], before_dashes: int | None) -> WatchWords:
    if before_dashes is None:
        return WatchWords(list(words), [])
    command = list(words[before_dashes:])
    if not command:
        raise UsageError(f"{_WRONG_NUMBER} (found separator --, but no commands)")
    return WatchWords(list(words[:before_dashes]), command)
