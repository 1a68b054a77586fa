"""``sandbox --tour``: shows each step, runs its command, and waits for Enter on a terminal."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from pyetcdctl.sandbox.command import find_command, run_command
from pyetcdctl.sandbox.tour import STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyetcdctl.cli.session.streams import Streams
    from pyetcdctl.sandbox.session import Sandbox
    from pyetcdctl.sandbox.tour import Step

_PROMPT = b"[Enter runs it, q ends the tour] "


class Tour:
    """One walk through the steps; without a terminal it does not wait between them."""

    def __init__(self, streams: Streams, box: Sandbox, environment: Mapping[str, str]) -> None:
        self._streams = streams
        self._box = box
        self._environment = environment
        self._waits = streams.input_is_terminal and streams.out.is_terminal
        self._folder = box.lifetime.folder / "tour"
        self._folder.mkdir()

    def walk(self) -> int:
        """Take all steps; return the exit code of the first command that failed, if any."""
        failed = 0
        for number, step in enumerate(STEPS, 1):
            self._show(number, step)
            if self._waits and not self._goes_on():
                break
            failed = failed or self._run(step)
        return failed

    def _show(self, number: int, step: Step) -> None:
        title = f"{number} of {len(STEPS)}  {step.title}"
        if self._streams.out.is_terminal and self._streams.wants_colour:
            title = f"\x1b[1m{title}\x1b[0m"
        command = step.command.replace("\n", "\n  ")
        text = f"{'' if number == 1 else chr(10)}{title}\n{step.text}\n\n$ {command}\n"
        self._streams.out.safe(text.encode())
        self._streams.out.flush()

    def _goes_on(self) -> bool:
        self._streams.out.safe(_PROMPT)
        self._streams.out.flush()
        typed = self._streams.input.readline()
        return typed.endswith(b"\n") and not typed.strip().lower().startswith(b"q")

    def _run(self, step: Step) -> int:
        line = f"cd {quote(str(self._folder))} || exit\n{step.command}"
        shell = find_command(["sh", "-c", line], self._box.tool_path)
        return run_command(self._box.lifetime, shell, self._environment)
