"""One invocation of a command: its flags and words, and how its results are written."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyetcdctl.cli.session.configuration import (
    Configuration,
    configuration,
    file_path,
)
from pyetcdctl.errors import BadArguments, ReadOnlyContext
from pyetcdctl.output import fit_formats, printer_for, unsupported
from pyetcdctl.settings import OutputSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyetcdctl.cli.session.process import Process
    from pyetcdctl.cli.session.streams import Streams
    from pyetcdctl.output import Printer

DECODING_FORMATS = ("jsonl", "yaml")
_BESIDE_FILES = ("history", "undelete", "kubernetes restore")
"""Commands that use a server beside the file of --from."""


class Invocation:
    """The values of the command line and the environment, and the output."""

    def __init__(self, process: Process, flags: Mapping[str, Any] | None = None) -> None:
        """``flags`` are global flags that hold unless the command line has them."""
        self.process = process
        self.flags: Mapping[str, Any] = flags or {}
        self.words_before_dashes: int | None = None
        self.command = ""
        """The command of this invocation, with its group."""
        self.can_call_one_member = False
        """Whether the command has the flag --consistency."""
        self.prints: Sequence[type] = ()
        """The types that the command's result may have."""
        self.may_write = False
        """Whether the user has confirmed a write already."""

    @property
    def streams(self) -> Streams:
        """The streams of the process."""
        return self.process.streams

    def take_line(
        self,
        flags: Mapping[str, Any],
        words_before_dashes: int | None,
        prints: Sequence[type] = (),
    ) -> None:
        """Take the values of the command line besides the command's own parameters."""
        self.flags = {**self.flags, **flags}
        self.prints = prints
        self.words_before_dashes = words_before_dashes

    @cached_property
    def configuration(self) -> Configuration:
        """The global flags merged with the environment; prints its warnings."""
        found = configuration(self.flags, self.streams.environment)
        for warning in found.warnings:
            self.streams.err.line(f"Warning: {warning}")
        return found

    @cached_property
    def output(self) -> OutputSettings:
        """The settings for writing results."""
        values = self.configuration.values
        terminal = self.streams.out.is_terminal
        return OutputSettings(
            values["write-out"],
            values["hex"],
            terminal,
            self.streams.out.width,
            terminal and self.streams.wants_colour,
        )

    @cached_property
    def printer(self) -> Printer:
        """The output format. Raises UnsupportedFormat for an unknown one."""
        return printer_for(self.output.format)

    def check_format(self) -> None:
        """Raise UnsupportedFormat for an unknown or unfit format before anything is done."""
        printer = self.printer
        if self.prints:
            is_fit = any(map(printer.can_show, self.prints))
        else:
            # etcdctl's commands without a result ignore its formats; ours are refused where the
            # command line names them, and ignored where the environment does so for all commands.
            is_fit = self.flags.get("write-out") not in DECODING_FORMATS
        if not is_fit:
            raise unsupported(self.output.format, fit_formats(self.prints))

    @property
    def is_read_only(self) -> bool:
        """Whether the context refuses every change."""
        return bool(self.configuration.read_only_context)

    def check_may_run(self, command: str) -> None:
        """Raise ReadOnlyContext for a command that may change the cluster of a read-only
        context.
        """
        from pyetcdctl.cli.registry import READING

        if command not in READING and self.is_read_only:
            context = self.configuration.context
            raise ReadOnlyContext(
                f"context {context.name if context else ''} is read-only: {command} is refused",
                "Try:  --context with another one, or `pyetcdctl context add` without --read-only",
            )

    def check_may_go_on(self, command: str, instead: str = "") -> None:
        """Raise BadArguments in a batch: a command that runs until interrupted would never end.

        Not for etcdctl's own commands, which a batch runs as they are. ``instead`` is a command
        that ends by itself.
        """
        if self.process.is_line_of_batch:
            raise BadArguments(
                f"{command} runs until it is interrupted: it cannot be a line of a batch",
                *([f"Try:  {instead}"] if instead else []),
            )

    @cached_property
    def file_path(self) -> str:
        """The file that is read instead of a server; empty for a server."""
        beside_server = self.command in _BESIDE_FILES
        return file_path(self.flags, self.streams.environment, beside_server=beside_server)

    def check_endpoints_beside_file(self, flag: str) -> None:
        """Raise BadArguments for endpoints that a command without the flag does not use."""
        if "endpoints" in self.flags and self.file_path:
            raise BadArguments(
                f"`--endpoints` has no effect on {self.command} of a file without {flag}"
            )

    @property
    def file_paths(self) -> tuple[str, ...]:
        """All files of --from: commands that support several read all, others the last."""
        given = tuple(self.flags.get("from", ()))
        return given or ((self.file_path,) if self.file_path else ())

    @cached_property
    def via(self) -> str:
        """The value of --via; empty for a direct connection or a file.

        The environment's value is for commands that name neither endpoints nor a file.
        """
        given = [name for name in ("from", "endpoints") if name in self.flags]
        if "via" in self.flags:
            if given and self.flags["via"]:
                raise BadArguments(
                    f"`--via` and `--{given[0]}` cannot be set at the same time, choose one"
                )
        elif given or self.file_path:
            return ""
        via: str = self.configuration.values["via"]
        return via

    def ask_password(self, prompt: str = "Password: ") -> str:
        """Return a password: typed without echo, or a line of an input that is not a terminal."""
        from pyetcdctl.cli.session.terminal import ask

        return ask(self.streams, prompt)

    def print(self, result: Any) -> None:
        """Write a result in the chosen format."""
        self.printer.render(result, self.streams.out, self.output)

    def note(self, line: str) -> None:
        """Write a note to standard error, beside the result.

        A terminal without TERM is simulated by a program such as expect, which reads standard error
        as a part of the result: it gets no notes.
        """
        err = self.streams.err
        if not err.is_terminal or "TERM" in self.streams.environment:
            err.line(line)
