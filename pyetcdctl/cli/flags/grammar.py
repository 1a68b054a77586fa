"""The grammar of etcdctl's command line (pflag's and cobra's), which Click does not support.

Flags stand anywhere, before or after the words and the command's name; ``--name=value``, ``--name
value``, ``-w json``, ``-wjson``, ``-w=json`` are one; a boolean takes its value only with ``=``;
long names are never abbreviated; ``--`` ends the flags; if a flag is repeated, the last one wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.cli.flags.values import ValueRefused, boolean, raw
from pyetcdctl.errors import FlagError
from pyetcdctl.output.quoting import go_quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Flag(NamedTuple):
    """A flag that may stand on the line; ``parse`` turns its text into a value."""

    name: str
    short: str
    parse: Callable[[str], Any]
    is_boolean: bool = False
    appends: bool = False
    """A repeated flag adds to the values before it (pflag's slices)."""


class FlagSet:
    """The flags that are known at one point of the command line."""

    def __init__(self, flags: Sequence[Flag]) -> None:
        self._long = {flag.name: flag for flag in flags}
        self._short = {flag.short: flag for flag in flags if flag.short}

    def long(self, name: str) -> Flag | None:
        """Return the flag written ``--name``."""
        return self._long.get(name)

    def short(self, letter: str) -> Flag | None:
        """Return the flag written ``-letter``."""
        return self._short.get(letter)

    def __iter__(self) -> Any:
        return iter(self._long.values())


class ParsedLine(NamedTuple):
    """``values`` by flag name, the words in between, and how many of them were before ``--``."""

    values: dict[str, Any]
    words: list[str]
    words_before_dashes: int | None


class _Line:
    """One pass over the arguments."""

    def __init__(self, arguments: Sequence[str], flags: FlagSet) -> None:
        self._rest = list(reversed(arguments))
        self._flags = flags
        self.values: dict[str, Any] = {}
        self.words: list[str] = []
        self.words_before_dashes: int | None = None

    def parse(self) -> ParsedLine:
        while self._rest:
            argument = self._rest.pop()
            if argument == "--":
                self.words_before_dashes = len(self.words)
                self.words += reversed(self._rest)
                break
            if argument.startswith("--"):
                self._long(argument[2:])
            elif argument.startswith("-") and argument != "-":
                self._shorts(argument[1:])
            else:
                self.words.append(argument)
        return ParsedLine(self.values, self.words, self.words_before_dashes)

    def _long(self, body: str) -> None:
        if body.startswith(("-", "=")):
            raise FlagError(f"bad flag syntax: --{body}")
        name, equals, value = body.partition("=")
        flag = self._flags.long(name)
        if flag is None:
            raise FlagError(f"unknown flag: --{name}", *_suggestion(name, self._flags))
        if equals:
            self._set(flag, value)
        elif flag.is_boolean:
            self.values[flag.name] = True
        elif self._rest:
            self._set(flag, self._rest.pop())
        else:
            raise FlagError(f"flag needs an argument: --{name}")

    def _shorts(self, letters: str) -> None:
        while letters:
            letter, behind = letters[0], letters[1:]
            flag = self._flags.short(letter)
            if flag is None:
                raise FlagError(f"unknown shorthand flag: '{letter}' in -{letters}")
            if behind.startswith("=") and len(behind) > 1:
                self._set(flag, behind[1:])
            elif flag.is_boolean:
                self.values[flag.name] = True
                letters = behind
                continue
            elif behind:
                self._set(flag, behind)
            elif self._rest:
                self._set(flag, self._rest.pop())
            else:
                raise FlagError(
                    f"flag needs an argument: '{letter}' in -{letters}",
                    *_meant_by_letter(flag, self._flags),
                )
            return

    def _set(self, flag: Flag, text: str) -> None:
        try:
            value = boolean(text) if flag.is_boolean else flag.parse(text)
        except ValueRefused as error:
            shown = f"-{flag.short}, --{flag.name}" if flag.short else f"--{flag.name}"
            raise FlagError(
                f'invalid argument {go_quoted(raw(text))} for "{shown}" flag: {error}'
            ) from error
        if flag.appends and flag.name in self.values:
            value = self.values[flag.name] + value
        self.values[flag.name] = value


def parse_line(arguments: Sequence[str], flags: FlagSet) -> ParsedLine:
    """Parse all arguments of a command. Raises FlagError with pflag's texts."""
    return _Line(arguments, flags).parse()


def find_command_word(arguments: Sequence[str], flags: FlagSet) -> int | None:
    """Return the index of the first word that is not a flag and no flag's value.

    As in cobra, a flag that is not known here (it belongs to the command, whose name is still
    ahead) is assumed to have a value after it unless it is written with ``=``. The empty word and
    ``-`` name no command.
    """
    index = 0
    while index < len(arguments):
        argument = arguments[index]
        if argument == "--":
            return None
        if argument and not argument.startswith("-"):
            return index
        index += 2 if _takes_next(argument, flags) else 1
    return None


def _takes_next(argument: str, flags: FlagSet) -> bool:
    if argument in ("", "-") or "=" in argument:
        return False
    if argument.startswith("--"):
        flag = flags.long(argument[2:])
    elif len(argument) == 2:
        flag = flags.short(argument[1])
    else:
        return False
    return flag is None or not flag.is_boolean


def _suggestion(name: str, flags: FlagSet) -> tuple[str, ...]:
    from difflib import get_close_matches

    names = [flag.name for flag in flags]
    longer = [each for each in names if each.startswith(name)]
    close = longer[:3] or get_close_matches(name, names, n=1)
    return (f"Did you mean --{' or --'.join(close)}?",) if close else ()


def _meant_by_letter(flag: Flag, flags: FlagSet) -> tuple[str, ...]:
    """Suggest flags without a value that have no letter because this flag has it."""
    bare = [each.name for each in flags if each.is_boolean and not each.short]
    meant = [name for name in bare if name.startswith(flag.short)]
    advice = f"-{flag.short} is --{flag.name}. Did you mean --{' or --'.join(meant)}?"
    return (advice,) if meant else ()
