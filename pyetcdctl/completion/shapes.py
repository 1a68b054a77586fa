"""The shapes of commands for completion: plain values, read from the real command tree.

An offer is what completion shows at a place: a kind, and choices after it, separated by spaces. A
choice that ends in ``=`` is continued without a space.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = "nothing"
"""A boolean flag, or a place where no word belongs."""
ANYTHING = "anything"
"""A value without candidates."""
FILE, FOLDER = "file", "folder"
CHOICES = "choices"
KEYS, OBJECTS, RESOURCES, NAMESPACES = "keys", "objects", "resources", "namespaces"
MEMBERS, USERS, ROLES, LEASES, CONTEXTS = "members", "users", "roles", "leases", "contexts"
LIVE = (KEYS, OBJECTS, RESOURCES, NAMESPACES, MEMBERS, USERS, ROLES, LEASES, CONTEXTS)
"""The kinds that the program is started for, to look them up."""

_KINDS = {
    "FILE": FILE,
    "PATH": FILE,
    "DIR": FOLDER,
    "FOLDER": FOLDER,
    "KEY": KEYS,
    "RANGE_END": KEYS,
    "PREFIX": KEYS,
    "RESOURCE": RESOURCES,
    "NAMESPACE": NAMESPACES,
    "MEMBER_ID": MEMBERS,
    "USER": USERS,
    "ROLE": ROLES,
    "LEASE": LEASES,
    "CONTEXT": CONTEXTS,
    "A": FILE,
    "B": FILE,
}
_ETCDS_VALUES = frozenset(
    (
        "ASCEND",
        "DESCEND",
        "CREATE",
        "KEY",
        "MODIFY",
        "VALUE",
        "VERSION",
        "READ",
        "WRITE",
        "READWRITE",
    )
)
_UNNAMED = re.compile(r"[\[\]]|\.\.\.")
_REST_OF_A_WORD = re.compile(r"\[[^\w\s][^\]]*\]")
_OBJECT = re.compile(r"RESOURCE\b.*\bNAME\b")


class FlagShape(NamedTuple):
    """A flag; ``offer`` is the offer for its value."""

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
    topics: tuple[tuple[str, str], ...] = ()
    """The command's words besides the names of commands, with a summary for each."""

    @property
    def name(self) -> str:
        """The command's path below the program, as one string."""
        return " ".join(self.path)

    @property
    def takes_commands(self) -> bool:
        """Whether its words are those of another command, as those of ``help`` are."""
        return self.words.startswith("[COMMAND")

    def walk(self) -> Iterator[CommandShape]:
        """Yield this command and all below it."""
        yield self
        for command in self.commands:
            yield from command.walk()

    def word_offers(self) -> list[str]:
        """Return what each word may be, in order."""
        forms = _before_dashes(self.words).split(" | ")
        if any(map(_OBJECT.search, forms)):
            return [OBJECTS] * max(len(form.split()) for form in forms)
        first, *others = [[_word_offer(word) for word in form.split()] for form in forms]
        # Of the other forms, such as a key instead of a name, only the first word is distinguished.
        known = [form[0] for form in (first, *others) if form and form[0] != ANYTHING]
        return [*known[:1], *first[1:]] if known else first

    @property
    def repeats_last_word(self) -> bool:
        """Whether the last word may be repeated."""
        return "..." in _REST_OF_A_WORD.sub("", _before_dashes(self.words))

    @property
    def is_foreign_after_dashes(self) -> bool:
        """Whether the words after ``--`` are another program's."""
        return "--" in self.words


def offer_of(metavar: str) -> str:
    """Return what completion offers where help shows this metavar."""
    # A dash among the choices is standard input, and is not offered.
    names = [name for name in _UNNAMED.sub("", metavar).split("|") if name != "-"] or [""]
    if len(names) == 1:
        return _KINDS.get(names[0].partition(".")[0], ANYTHING)
    if _ETCDS_VALUES.issuperset(names):
        return " ".join([CHOICES, *names])
    # Another name in capitals is a placeholder of many values.
    choices = [_choice(name) for name in names if not name.isupper()]
    kinds = [_KINDS[name] for name in names if name in _KINDS] or ([CHOICES] if choices else [])
    return " ".join([*kinds[:1], *choices]) or ANYTHING


def _choice(name: str) -> str:
    """Return a choice as it is typed: of ``jsonpath=TEMPLATE`` the part before the template."""
    return "".join(name.partition("=")[:2])


def _word_offer(metavar: str) -> str:
    word = _UNNAMED.sub("", metavar)
    return f"{CHOICES} {word}" if word.isalpha() and word.islower() else offer_of(word)


def _before_dashes(words: str) -> str:
    return words.partition("--")[0].rstrip("[ ")
