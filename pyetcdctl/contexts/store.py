"""The file of contexts, and the file that names the current one.

The contexts are configuration, which may be read-only or come from elsewhere; which of them is in
use is state, and has a file of its own (XDG Base Directory Specification). No password is ever
stored: an entry names a file or a command that has it.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.errors import BadArguments
from pyetcdctl.strict_yaml import NotYaml, first_document

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS = ("cacert", "cert", "key", "user", "password-file", "password-command", "via", "kubeconfig")
_SWITCHES = ("insecure-skip-tls-verify", "read-only")
FIELDS = ("endpoints", *_TEXTS, *_SWITCHES)
_SECRETS = ("password", "auth-jwt-token")
_OTHERS_MAY_READ = stat.S_IRGRP | stat.S_IROTH
_FOLDER = "pyetcdctl"


class Context(NamedTuple):
    """A cluster's name and the settings to connect to it, by the names of their flags."""

    name: str
    settings: Mapping[str, Any]

    @property
    def is_read_only(self) -> bool:
        """Whether commands that change something are refused."""
        return bool(self.settings.get("read-only"))

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints, in order."""
        return tuple(self.settings.get("endpoints", ()))


class Contexts:
    """The contexts of a user."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        home = environment.get("HOME") or "/nonexistent"
        config = environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
        state = environment.get("XDG_STATE_HOME") or os.path.join(home, ".local", "state")
        self.path = Path(config, _FOLDER, "contexts.yaml")
        self.state_path = Path(state, _FOLDER, "current-context")

    def all(self) -> dict[str, Context]:
        """Return every context by its name. Raises BadArguments for an invalid file."""
        try:
            text = self.path.read_text()
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise BadArguments(f"{self.path} cannot be read: {error}") from error
        try:
            document = first_document(text) or {}
        except NotYaml as error:
            raise BadArguments(f"{self.path} is not YAML: {error}") from error
        entries = document.get("contexts") if isinstance(document, dict) else None
        if not isinstance(entries, dict):
            raise BadArguments(f"{self.path} has no mapping of contexts")
        return {str(name): self._checked(str(name), entry) for name, entry in entries.items()}

    def get(self, name: str) -> Context:
        """Return a context; raises BadArguments for a name that is not known."""
        known = self.all()
        if name not in known:
            listed = ", ".join(sorted(known)) or "there is none yet"
            raise BadArguments(
                f'no context is called "{name}"',
                f"Known: {listed}",
                "Try:  pyetcdctl context add NAME --endpoints URL",
            )
        return known[name]

    def current(self) -> str:
        """Return the name of the current context; empty for none."""
        try:
            return self.state_path.read_text().strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def use(self, name: str) -> None:
        """Make a context the current one; an empty name means none."""
        if name:
            self.get(name)
        _write(self.state_path, f"{name}\n")

    def save(self, context: Context) -> None:
        """Add a context, or replace the one of its name."""
        self._write({**self.all(), context.name: context})

    def delete(self, name: str) -> None:
        """Delete a context; it is not the current one any more."""
        self.get(name)
        self._write({each: known for each, known in self.all().items() if each != name})
        if self.current() == name:
            self.use("")

    def _write(self, contexts: Mapping[str, Context]) -> None:
        import json

        # Every JSON text is YAML; one line a setting keeps it easy to edit.
        lines = ["contexts:" if contexts else "contexts: {}"]
        for context in contexts.values():
            lines.append(f"  {json.dumps(context.name)}:")
            lines += [
                f"    {name}: {json.dumps(_plain(context.settings[name]))}"
                for name in FIELDS
                if name in context.settings
            ]
        _write(self.path, "\n".join(lines) + "\n")

    def _checked(self, name: str, entry: Any) -> Context:
        where = f"{self.path}: context {name}"
        if not isinstance(entry, dict):
            raise BadArguments(f"{where} is not a mapping")
        for field, value in entry.items():
            if field in _SECRETS:
                raise BadArguments(
                    f"{where} holds a {field}",
                    "Try:  password-file or password-command in its place",
                )
            if field not in FIELDS or not _fits(str(field), value):
                raise BadArguments(f"{where}: {field} is not a setting, or has a wrong value")
        return Context(name, entry)


def password_of(context: Context) -> str:
    """Return the password that a context's file or command has; empty without either.

    Raises BadArguments for a file that others may read, and for a command that fails.
    """
    path, command = context.settings.get("password-file"), context.settings.get("password-command")
    if path:
        return _password_in(str(path))
    return _password_from(str(command)) if command else ""


def _password_in(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & _OTHERS_MAY_READ:
                raise BadArguments(
                    f"the password file {path} may be read by others", f"Try:  chmod 600 {path}"
                )
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadArguments(f"the password file {path} cannot be read: {error}") from error


def _password_from(command: str) -> str:
    import subprocess

    done = subprocess.run(
        ["/bin/sh", "-c", command], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise BadArguments(f"the password command failed with exit code {done.returncode}")
    return done.stdout.decode("utf-8", "surrogateescape").split("\n", 1)[0].rstrip("\r")


def _fits(field: str, value: Any) -> bool:
    if field == "endpoints":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, bool if field in _SWITCHES else str)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _write(path: Path, text: str) -> None:
    """Replace a file atomically; only its owner may read it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(draft, path)
    except OSError as error:
        raise BadArguments(f"{path} cannot be written: {error.strerror or error}") from error
