"""The text that a user edits: a private file that outlives every failure.

Only the user can read the folder (0700), and so an editor's files beside the draft. A file in it is
locked while the command runs: after a command was killed the lock is free, and the next run reports
its text.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pyetcdctl.cli.children import end_in_go
from pyetcdctl.errors import NotWritten, PyetcdctlError
from pyetcdctl.signals import cleaned_up_when_ended, handled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyetcdctl.cli.session.streams import Messages

_PREFIX = "pyetcdctl-edit-"
_STATE = ".pyetcdctl"
"""The file with the lock and the hash of the unedited text; empty once the draft was reported."""
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
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        name = _NO_FILE_NAME.sub("-", title)[-100:].strip("-.")
        self.path = str(self._folder / f"{name or 'object'}.yaml")
        self._state = os.open(self._folder / _STATE, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._state, fcntl.LOCK_EX)
        os.write(self._state, _hash(text.encode("utf-8", "surrogateescape")).encode())
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
        """Whether its text differs from the stored one."""
        return _is_touched(self._folder)

    def keep(self) -> str:
        """Keep the file, and return the line that reports its path."""
        os.truncate(self._folder / _STATE, 0)
        return f"Your text is kept in {self.path}"

    def discard(self) -> None:
        """Remove the file, and all that an editor left beside it."""
        with suppress(OSError):
            os.close(self._state)
        shutil.rmtree(self._folder, ignore_errors=True)


def report_left_drafts(messages: Messages) -> None:
    """Report the drafts of commands that were killed, once; remove unchanged ones."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            _report_left(folder, messages)


def _report_left(folder: Path, messages: Messages) -> None:
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        return
    with open(folder / _STATE, "r+", encoding="ascii") as state:
        try:
            fcntl.flock(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # its command still runs
        if not state.read(1):
            return
        if not _is_touched(folder):
            shutil.rmtree(folder, ignore_errors=True)
            return
        [path] = _texts(folder)
        messages.line(f"Note: the text of an earlier edit that was killed is kept in {path}")
        state.truncate(0)


def _is_touched(folder: Path) -> bool:
    texts = _texts(folder)
    if not texts:
        return False
    if len(list(folder.iterdir())) > 2:
        # An editor that was killed leaves its unsaved text there.
        return True
    text = texts[0].read_bytes()
    return bool(text.strip()) and _hash(text) != (folder / _STATE).read_text(encoding="ascii")


def _texts(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.yaml") if not path.name.startswith(".")][:1]


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


@contextmanager
def kept_on_failure(draft: Draft, messages: Messages) -> Iterator[None]:
    """Remove the draft at the end; where something fails, keep it and report its path."""
    is_reported = False
    with cleaned_up_when_ended():
        try:
            yield
            draft.discard()
        except PyetcdctlError as error:
            is_reported = draft.is_touched
            if not is_reported:
                raise
            raise error.with_advice(*error.advice, draft.keep()) from error.__cause__
        finally:
            if not (is_reported or draft.is_touched):
                draft.discard()
            elif not is_reported:
                messages.line(draft.keep())


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
            # SIGTERM lets the editor restore the terminal and save its text.
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_SECONDS_TO_END)


@contextmanager
def _left_to_the_editor() -> Iterator[None]:
    """Ignore SIGINT and SIGQUIT: the terminal sends them to the editor, which handles them."""
    with handled(dict.fromkeys((signal.SIGINT, signal.SIGQUIT), lambda number, frame: None)):
        yield


@contextmanager
def _held_back(*numbers: signal.Signals) -> Iterator[None]:
    """Delay signals until the block has ended."""
    came: list[int] = []
    with handled(dict.fromkeys(numbers, lambda number, frame: came.append(number))):
        yield
    for number in came:
        signal.raise_signal(number)
