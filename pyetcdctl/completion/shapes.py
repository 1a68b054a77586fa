"""What completion has to know of a command: plain values, read off the real command tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = "nothing"
"""A boolean flag, or a place where no word belongs."""
ANYTHING = "anything"
"""A value without candidates."""
FILE, FOLDER, KEYS, COMMANDS = "file", "folder", "keys", "commands"
CHOICES = "choices"
"""Followed by the choices, separated by spaces."""

_NAMED_OFFERS = {
    "FILE": FILE,
    "PATH": FILE,
    "DIR": FOLDER,
    "KEY": KEYS,
    "RANGE_END": KEYS,
    "PREFIX": KEYS,
    "COMMAND": COMMANDS,
}


_UNNAMED = re.compile(r"[\[\].]")


class FlagShape(NamedTuple):
    """A flag; ``offer`` is what may stand behind it."""

    name: str
    short: str
    summary: str
    offer: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """The flag as it is typed."""
        return (f"--{self.name}", f"-{self.short}") if self.short else (f"--{self.name}",)


class CommandShape(NamedTuple):
    """A command or a group; ``words`` is the metavar of its words, as help shows it."""

    path: tuple[str, ...]
    summary: str
    flags: tuple[FlagShape, ...] = ()
    words: str = ""
    commands: tuple[CommandShape, ...] = ()

    @property
    def name(self) -> str:
        """The command's path below the program, as one string."""
        return " ".join(self.path)

    def walk(self) -> Iterator[CommandShape]:
        """Yield this command and all below it."""
        yield self
        for command in self.commands:
            yield from command.walk()

    def word_offers(self) -> list[str]:
        """Return what each word may be, in order."""
        first, *others = [
            [_word_offer(word) for word in form.split()]
            for form in _before_dashes(self.words).split(" | ")
        ]
        # Of the other forms, such as a key instead of a name, only the first word is distinguished.
        known = [form[0] for form in (first, *others) if form and form[0] != ANYTHING]
        return [*known[:1], *first[1:]] if known else first

    @property
    def repeats_last_word(self) -> bool:
        """Whether the last word may come again."""
        return "..." in _before_dashes(self.words)

    @property
    def is_foreign_after_dashes(self) -> bool:
        """Whether the words behind ``--`` are another program's."""
        return "--" in self.words


def offer_of(metavar: str) -> str:
    """Return what completion offers where help shows this metavar."""
    # A dash among the choices is standard input, and is not offered.
    names = [name for name in _UNNAMED.sub("", metavar).split("|") if name != "-"] or [""]
    if len(names) > 1:
        return f"{CHOICES} {' '.join(names)}"
    return _NAMED_OFFERS.get(names[0], ANYTHING)


def _word_offer(metavar: str) -> str:
    word = _UNNAMED.sub("", metavar)
    return f"{CHOICES} {word}" if word.isalpha() and word.islower() else offer_of(word)


def _before_dashes(words: str) -> str:
    return words.partition("--")[0].rstrip("[ ")
