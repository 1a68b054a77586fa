"""Commands and groups that are imported when they run. Only here Typer makes commands of functions.

A command is a module that declares ``app`` with ``new_app`` and one function with ``command``. A
group is a package: its docstring is the help, ``EXAMPLE`` ends it, and each verb is a command in a
module of its own, listed with its summary in the registry.
"""

from __future__ import annotations

from importlib import import_module
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from pyetcdctl.cli.flags.global_flags import FILE_FLAGS
from pyetcdctl.cli.flags.struct import unfolded
from pyetcdctl.cli.word_commands import ReadingCommand, WordCommand, WordGroup, show_help

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class CommandEntry(NamedTuple):
    """What ``--help`` needs to know about a command before importing it.

    A command without a panel is hidden: only programs call it.
    """

    module: str
    summary: str
    panel: str
    verbs: Mapping[str, str] = {}
    """The summaries of a group's commands."""

    @property
    def is_hidden(self) -> bool:
        """Whether help and completion leave the command out."""
        return not self.panel

    def load(self, name: str) -> Any:
        """Import the command and return it, or the group, as Click knows it."""
        module = import_module(self.module)
        return _verb_group(name, self, module) if self.verbs else click_command(module.app)

    def entries(self) -> dict[str, CommandEntry]:
        """Return a group's commands; the verb ``del`` is in ``del_.py``, ``x-y`` in ``x_y.py``."""
        return {
            verb: CommandEntry(f"{self.module}.{_file_of(verb)}", summary, "Commands")
            for verb, summary in self.verbs.items()
        }


class LazyGroup(WordGroup):
    """List commands from a table; import one only when it is resolved."""

    table: ClassVar[Mapping[str, CommandEntry]] = {}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, entry in self.table.items():
            self.add_command(TyperCommand(name, help=entry.summary, rich_help_panel=entry.panel))

    def load(self, name: str) -> Any:
        """Import the command in place of its placeholder."""
        return self.table[name].load(name)

    def panels(self) -> dict[str, list[tuple[str, str]]]:
        """Return the table's panels in its order, without hidden commands."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for name, entry in self.table.items():
            if not entry.is_hidden:
                panels.setdefault(entry.panel, []).append((name, entry.summary))
        return panels


class VerbGroup(LazyGroup):
    """The commands of a package."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show help without an import where only help is requested."""
        if {"-h", "--help"}.issuperset(args):
            show_help(ctx)
        return super().parse_args(ctx, args)

    def _leaves(self) -> list[WordCommand]:
        return [self.load(name) for name in self.table]


def _verb_group(name: str, entry: CommandEntry, package: Any) -> VerbGroup:
    group = type("VerbGroup", (VerbGroup,), {"table": entry.entries()})
    made: VerbGroup = group(
        name=name,
        help=cleandoc(package.__doc__),
        epilog=_example(package.EXAMPLE),
        subcommand_metavar="COMMAND [ARGUMENTS] [FLAGS]",
        options_metavar="",
        rich_markup_mode=None,
    )
    return made


def _file_of(verb: str) -> str:
    return {"del": "del_"}.get(verb, verb.replace("-", "_"))


def new_app(group: type[WordGroup] | None = None, **settings: Any) -> typer.Typer:
    """Make a Typer app with the settings that all of ours share."""
    return typer.Typer(
        cls=group or TyperGroup,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        **settings,
    )


def command(
    app: typer.Typer,
    name: str,
    example: str,
    *,
    needs_server: bool = True,
    file_flags: Sequence[str] = FILE_FLAGS,
    prints: Sequence[type] = (),
) -> Callable[[Any], Any]:
    """Register a function as the command ``name``; ``example`` ends its help.

    The function takes the context, or the session and what flags/struct.py says. ``prints`` are the
    types that its result may have: a format that shows none of them is refused before the command
    does anything. ``file_flags`` are the flags about the file of --from that have an effect on it.
    """
    cls = WordCommand if needs_server else ReadingCommand
    register = app.command(name, cls=cls, epilog=_example(example), options_metavar="[FLAGS]")

    def declare(function: Any) -> Any:
        run: Any = unfolded(function)
        run.prints = prints
        run.file_flags = () if needs_server else file_flags
        return register(run)

    return declare


def click_command(app: typer.Typer) -> Any:
    """Return the command or the group that an app stands for."""
    return get_command(app)


def _example(text: str) -> str:
    return f"\b\nExample:\n{text}"
