"""The text that somebody edits: a private file that outlives every failure.

The folder is the user's alone (0700), so that what an editor puts beside the file is, too.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pyetcdctl.cli.children import end_in_go
from pyetcdctl.cli.session.signals import cleaned_up_when_ended
from pyetcdctl.errors import NotWritten, PyetcdctlError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from pyetcdctl.cli.session.streams import Messages

_EDITORS = ("KUBE_EDITOR", "VISUAL", "EDITOR")
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
_NOT_FOUND = (126, 127)
_FOR_A_SHELL = re.compile(r"[|&;<>()$`*?\[#~=%\n]")
_SECONDS_TO_END = 5


def editor_of(environment: Mapping[str, str]) -> str:
    """Return the editor that the user chose; empty where none is named."""
    return next((environment[name] for name in _EDITORS if environment.get(name)), "")


class Draft:
    """A file to edit."""

    def __init__(self, title: str, text: str) -> None:
        self._folder = tempfile.mkdtemp(prefix="pyetcdctl-edit-")
        name = _NO_FILE_NAME.sub("-", title)[-100:].strip("-.")
        self.path = os.path.join(self._folder, f"{name or 'object'}.yaml")
        self._untouched = text
        self.write(text)

    def write(self, text: str) -> None:
        """Replace the text."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)

    def read(self) -> str:
        """Return the text as it is now."""
        with open(self.path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()

    def edit(self, environment: Mapping[str, str]) -> None:
        """Let the user's editor run until it ends; raises NotWritten when it fails."""
        editor = editor_of(environment) or "vi"
        with _left_to_the_editor():
            status = _run(editor, self.path)
        if status in _NOT_FOUND:
            raise NotWritten(f'the editor "{editor}" cannot be run', "Try:  EDITOR=nano")
        if status:
            raise NotWritten(f'the editor "{editor}" failed: {end_in_go(status)}')

    @property
    def is_touched(self) -> bool:
        """Whether there is anything in it that was not in the store."""
        if not os.path.exists(self.path):
            return False
        if os.listdir(self._folder) != [os.path.basename(self.path)]:
            # An editor that was ended has left there what it had not saved.
            return True
        text = self.read()
        return bool(text.strip()) and text != self._untouched

    def discard(self) -> None:
        """Remove the file, and all that an editor left beside it."""
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def kept_on_failure(draft: Draft, messages: Messages) -> Iterator[None]:
    """Remove the draft at the end; where something fails, keep it and tell where it is."""
    is_told = False
    with cleaned_up_when_ended():
        try:
            yield
            draft.discard()
        except PyetcdctlError as error:
            if is_told := draft.is_touched:
                error.advice += (_where(draft),)
            raise
        finally:
            if not draft.is_touched:
                draft.discard()
            elif not is_told:
                messages.line(_where(draft))


def _run(editor: str, path: str) -> int:
    """Run an editor to its end and return its exit status, or minus the signal's number."""
    words = ["/bin/sh", "-c", f'{editor} "$@"', editor, path]
    if not _FOR_A_SHELL.search(editor):
        with suppress(ValueError):
            words = [*shlex.split(editor), path]
    process = None
    try:
        with _held_back(signal.SIGTERM, signal.SIGHUP):
            process = subprocess.Popen(words)
        return process.wait()
    except OSError:
        return _NOT_FOUND[-1]
    finally:
        if process is not None and process.poll() is None:
            # Asked in this way, it can leave the terminal, and what it holds, in order.
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_SECONDS_TO_END)


def _where(draft: Draft) -> str:
    return f"Your text is kept in {draft.path}"


@contextmanager
def _left_to_the_editor() -> Iterator[None]:
    """Pass over what is typed to interrupt the editor: it knows better what is meant."""
    with _handled(lambda number, frame: None, signal.SIGINT, signal.SIGQUIT):
        yield


@contextmanager
def _held_back(*numbers: signal.Signals) -> Iterator[None]:
    """Let signals come when what is begun has been done."""
    came: list[int] = []
    with _handled(lambda number, frame: came.append(number), *numbers):
        yield
    for number in came:
        signal.raise_signal(number)


@contextmanager
def _handled(
    handler: Callable[[int, FrameType | None], None], *numbers: signal.Signals
) -> Iterator[None]:
    """Handle signals otherwise; those that are ignored stay so.

    Unlike SIG_IGN, a function is not inherited by the programs that are started meanwhile.
    """
    before = {each: signal.getsignal(each) for each in numbers}
    heard = [each for each in numbers if before[each] != signal.SIG_IGN]
    for each in heard:
        signal.signal(each, handler)
    try:
        yield
    finally:
        for each in heard:
            signal.signal(each, before[each])
