"""The look-up tables of the shells' scripts, as rows of patterns and values.

A pattern is ``COMMAND``, ``COMMAND:FLAG`` or ``COMMAND:PLACE``; the root's command is empty; ``*``
stands for any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.completion.shapes import ANYTHING, NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.completion.shapes import CommandShape

FOREIGN = "foreign"
"""The value at ``COMMAND:--`` where the words after ``--`` are another program's."""


class Described(NamedTuple):
    """A command or flag as it is typed, and what it is for."""

    name: str
    summary: str


class Row(NamedTuple):
    """The value of any of the patterns."""

    patterns: tuple[str, ...]
    offer: str


def value_rows(root: CommandShape) -> list[Row]:
    """Return the kind of value of each flag; an unknown flag is taken to have a value."""
    offers: dict[str, list[str]] = {}
    for command in root.walk():
        where = "*" if command is root else command.name
        for flag in command.flags:
            offers.setdefault(flag.offer, []).extend(
                f"{where}:{spelling}" for spelling in flag.spellings
            )
    return [Row(tuple(patterns), offer) for offer, patterns in offers.items() if offer != ANYTHING]


def word_rows(root: CommandShape) -> list[Row]:
    """Return what each word of each command may be."""
    offers: dict[str, list[str]] = {}
    for command in root.walk():
        for pattern, offer in _places(command):
            if offer not in (ANYTHING, NOTHING):
                offers.setdefault(offer, []).append(f"{command.name}:{pattern}")
    return [Row(tuple(patterns), offer) for offer, patterns in offers.items()]


def described_commands(root: CommandShape) -> dict[str, list[Described]]:
    """Return the commands below each group; those that ``help`` takes are the root's and topics."""
    found = {}
    for command in root.walk():
        below = root.commands if command.takes_commands else command.commands
        rows = [_described(each.path[-1], each.summary) for each in below]
        rows += [_described(*topic) for topic in command.topics]
        if rows:
            found[command.name] = rows
    return found


def described_flags(root: CommandShape) -> dict[str, list[Described]]:
    """Return the flags of each command; those under the empty name are every command's."""
    return {
        command.name: [
            _described(spelling, flag.summary)
            for flag in command.flags
            for spelling in flag.spellings
        ]
        for command in root.walk()
        if command.flags
    }


def _described(name: str, summary: str) -> Described:
    return Described(name, summary if summary.endswith("...") else summary.removesuffix("."))


def _places(command: CommandShape) -> Iterator[tuple[str, str]]:
    if command.is_foreign_after_dashes:
        yield "--", FOREIGN
    offers = [] if command.takes_commands else command.word_offers()
    yield from ((str(place), offer) for place, offer in enumerate(offers))
    if command.repeats_last_word and offers:
        yield "*", offers[-1]
