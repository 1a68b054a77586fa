"""Typer's commands and groups of commands, their lines parsed by etcdctl's grammar."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from pyetcdctl.cli.flags.global_flags import GLOBAL_FLAGS
from pyetcdctl.cli.flags.grammar import Flag, FlagSet, find_command_word, parse_line
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.errors import FlagError, UsageError
from pyetcdctl.output.quoting import go_quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

_HELP = Flag("help", "h", str, is_boolean=True)
SHARED_FLAGS = (*(flag.as_flag() for flag in GLOBAL_FLAGS), _HELP)
_FOOTER = 'Use "pyetcdctl options" for the flags that every command takes.'


class WordCommand(TyperCommand):
    """A command whose arguments are parsed by etcdctl's grammar instead of Click's.

    Its one positional parameter, if any, is a list that takes all words; global flags go to the
    session. Unless it says otherwise it needs a running server, and refuses a file.
    """

    needs_server: ClassVar[bool] = True

    @property
    def own_flags(self) -> list[TyperOption]:
        """The flags that this command declares."""
        return [param for param in self.params if isinstance(param, TyperOption)]

    @property
    def words_metavar(self) -> str:
        """How help writes the command's words; empty where it takes none."""
        others = [param for param in self.params if not isinstance(param, TyperOption)]
        return str(others[0].metavar) if others else ""

    def flag_set(self, ctx: Any = None) -> FlagSet:
        """Return all flags that may stand on the command's line."""
        return FlagSet([*(_flag(option, ctx) for option in self.own_flags), *SHARED_FLAGS])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Fill ``ctx.params`` from the command line."""
        options = {option.name: option for option in self.own_flags}
        try:
            values, words, words_before_dashes = parse_line(args, self.flag_set(ctx))
        except FlagError as error:
            if error.advice:
                raise
            raise FlagError(error.message, *self._usage_advice(ctx, args)) from error
        if values.pop("help", False):
            show_help(ctx)
        prints: Sequence[type] = getattr(self.callback, "prints", ())
        ctx.obj.take_line(values, words_before_dashes, prints)
        ctx.obj.command = ctx.command_path.partition(" ")[2]
        ctx.obj.can_call_one_member = "consistency" in options
        if not values.get("dry-run"):
            ctx.obj.check_may_run(ctx.obj.command)
        if self.needs_server:
            ctx.obj.check_server()
        ctx.obj.check_file_flags(getattr(self.callback, "file_flags", ()))
        for param in self.params:
            if param.name in options:
                default = param.get_default(ctx)
                ctx.params[param.name] = values.get(flag_name(options[param.name]), default)
            else:
                ctx.params[param.name] = words
        return []

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error of its arguments names its help."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise UsageError(error.message, *(error.advice or [_help_of(ctx)])) from error

    def _usage_advice(self, ctx: Any, args: Sequence[str]) -> Sequence[str]:
        if "-- COMMAND" in self.words_metavar and "--" not in args:
            return ("Try:  -- before the command, if this flag is one of its own",)
        return (_help_of(ctx),)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words as the command declares them: it checks their number itself."""
        return [piece for piece in (self.options_metavar, self.words_metavar) if piece]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the command's own flags."""
        options = [param for param in self.get_params(ctx) if isinstance(param, TyperOption)]
        records = [_help_record(option, ctx) for option in options]
        with formatter.section("Flags"):
            formatter.write_dl([record for record in records if record])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the example, and the command that lists the other flags."""
        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write(_FOOTER + "\n")


class ReadingCommand(WordCommand):
    """A command that can do its work, or a part of it, without a running server."""

    needs_server: ClassVar[bool] = False


class WordGroup(TyperGroup):
    """Several commands behind one word, found by etcdctl's rules.

    A unique prefix of a name is enough. A missing name shows the group's help, an unknown one is an
    error.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Move the command's name to the front; show help where there is none."""
        name_first = self.with_name_first(args)
        if name_first is None:
            parse_line(args, self._own_flags())
            show_help(ctx)
        return super().parse_args(ctx, name_first or args)

    def with_name_first(self, args: Sequence[str]) -> list[str] | None:
        """Return the arguments with the command's name at their front; None if it is missing."""
        if args and args[0] and not args[0].startswith("-"):
            return list(args)
        index = find_command_word(args, self._known_flags())
        return None if index is None else [args[index], *args[:index], *args[index + 1 :]]

    def find(self, word: str) -> str | None:
        """Return the name of the command that a word means: its name or a unique beginning."""
        if word in self.commands:
            return word
        longer = [name for name in self.commands if name.startswith(word)] if word else []
        return longer[0] if len(longer) == 1 else None

    def load(self, name: str) -> Any:
        """Return the command of that name."""
        return self.commands[name]

    def panels(self) -> dict[str, list[tuple[str, str]]]:
        """Return what help lists: names and summaries under their titles."""
        rows = [(name, first_line(each.help)) for name, each in self.commands.items()]
        return {"Commands": rows}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that the first argument means, for running or completing."""
        name = self.find(args[0])
        if name is None:
            self._end_at_unknown(ctx, *args)
        return name, self.load(name), args[1:]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, panel by panel."""
        for panel, rows in self.panels().items():
            with formatter.section(panel):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the example, and the command that shows more help."""
        super().format_epilog(ctx, formatter)
        formatter.write_paragraph()
        formatter.write(f'Use "{ctx.command_path} COMMAND --help" to read about a command.\n')
        formatter.write(_FOOTER + "\n")

    def _known_flags(self) -> FlagSet:
        """Return the flags that may stand before the command's name."""
        own = [_flag(option, None) for each in self._leaves() for option in each.own_flags]
        return FlagSet([*own, *SHARED_FLAGS])

    def _own_flags(self) -> FlagSet:
        """Return the flags of the group itself, which all its commands take."""
        leaves = self._leaves()
        options = leaves[0].own_flags if leaves else []
        for leaf in leaves[1:]:
            names = {option.name for option in leaf.own_flags}
            options = [option for option in options if option.name in names]
        return FlagSet([*(_flag(option, None) for option in options), *SHARED_FLAGS])

    def _leaves(self) -> list[WordCommand]:
        return [each for each in self.commands.values() if isinstance(each, WordCommand)]

    def _end_at_unknown(self, ctx: Any, word: str, *others: str) -> NoReturn:
        if word == "help":
            parse_line(others, self._own_flags())
            show_help(ctx)
        close = self._close_names(word) or _elsewhere(ctx, word)
        advice = f"Did you mean this?  {'  '.join(close)}" if close else _help_of(ctx)
        raise FlagError(f'unknown command {go_quoted(raw(word))} for "{ctx.command_path}"', advice)

    def _close_names(self, word: str) -> list[str]:
        from difflib import get_close_matches

        names = [name for rows in self.panels().values() for name, _ in rows]
        longer = [name for name in names if word and name.startswith(word)]
        return longer or get_close_matches(word, names, n=3, cutoff=0.6)


def _elsewhere(ctx: Any, word: str) -> list[str]:
    """Return the line of the command of this name outside of the group; empty without one."""
    root = ctx.find_root()
    inside = ctx.parent is not None and isinstance(root.command, WordGroup)
    name = root.command.find(word) if inside else None
    return [f"{root.command_path} {name}"] if name == word else []


def _help_record(option: TyperOption, ctx: Any) -> tuple[str, str] | None:
    """Return a flag and its text, with its default as `options` prints it."""
    plain = copy(option)
    plain.show_default = False
    record = plain.get_help_record(ctx)
    # A flag that is not given is off, or 0: only other defaults are printed.
    default = option.default
    if not (record and option.show_default and default) or default is True or default == "0":
        return record
    shown = f"{default:g}s" if isinstance(default, float) else default
    return record[0], f"{record[1].removesuffix('.')} (default {shown})."


def _help_of(ctx: Any) -> str:
    return f"Help:  {ctx.command_path} --help"


def flag_name(option: TyperOption) -> str:
    """Return an option's long name without its dashes."""
    return max(option.opts, key=len).lstrip("-")


def flag_letter(option: TyperOption) -> str:
    """Return an option's short name without its dash; empty where it has none."""
    return next((name[1:] for name in option.opts if not name.startswith("--")), "")


def first_line(text: str | None) -> str:
    """Return the summary in a command's help."""
    return (text or "").partition("\n")[0]


def _flag(option: TyperOption, ctx: Any) -> Flag:
    def parse(text: str) -> Any:
        value = option.type(text, param=option, ctx=ctx)
        return [value] if option.multiple else value

    name, letter = flag_name(option), flag_letter(option)
    return Flag(name, letter, parse, bool(option.is_flag), appends=option.multiple)


def show_help(ctx: Any) -> NoReturn:
    """Print the help of a context's command, and end."""
    ctx.obj.streams.out.text(ctx.get_help() + "\n")
    raise typer.Exit
