"""``context add``."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import discovery_root, note_without_context
from pyetcdctl.cli.session.session import Session
from pyetcdctl.contexts.store import FIELDS, Context, Contexts
from pyetcdctl.errors import BadArguments, DiscoveryFailed, UsageError

_EXAMPLE = """\
  pyetcdctl context add prod --endpoints https://10.0.0.5:2379 --pki /etc/kubernetes/pki
  sudo pyetcdctl context add here --from-node --read-only
  pyetcdctl context add lab --from-env --user root --password-command 'pass show etcd'"""
_FILES = ("cacert", "cert", "key", "kubeconfig", "password-file")
_SECRETS = ("password", "auth-jwt-token")

app = new_app()


class ContextAddFlags(Flags):
    """The flags of ``context add``."""

    from_env: Annotated[
        bool, typer.Option("--from-env", help="Take the settings of ETCDCTL_ variables.")
    ] = False
    from_node: Annotated[
        bool, typer.Option("--from-node", help="Take what is found on this node (see discover).")
    ] = False
    password_command: Annotated[
        str,
        typer.Option(
            "--password-command",
            metavar="COMMAND",
            help="A command that prints the password of --user.",
        ),
    ] = ""
    password_file: Annotated[
        str,
        typer.Option("--password-file", metavar="FILE", help="A file with the password of --user."),
    ] = ""
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Refuse every command that changes something.")
    ] = False
    use: Annotated[bool, typer.Option("--use", help="Make it the current context.")] = False


@command(app, "add", _EXAMPLE, needs_server=False, file_flags=())
def add(
    session: Session, names: Annotated[list[str], words("NAME")], flags: ContextAddFlags
) -> None:
    """Add a context, or replace the one of its name.

    The settings to connect are taken from the line's own flags (--endpoints, --cacert, --cert,
    --key, --pki, --user, --via ...), from the environment or from this node. Paths are kept
    absolute. Passwords are not stored: they are typed, or come from a file or a command.
    """
    if len(names) != 1 or not names[0]:
        raise UsageError("context add takes one NAME")
    if flags.from_env and flags.from_node:
        raise BadArguments("`--from-env` and `--from-node` cannot be set at the same time")
    settings = _settings(session, flags)
    if not settings.get("endpoints") and not settings.get("via"):
        if flags.from_env:
            raise BadArguments("no ETCDCTL_ variable names a cluster", "Try:  --endpoints URL")
        raise BadArguments("no cluster is named", "Try:  --endpoints, --from-node or --from-env")
    contexts = Contexts(session.streams.environment)
    contexts.save(Context(names[0], settings))
    if flags.use:
        contexts.use(names[0])
    session.streams.err.line(f"Context {names[0]} is in {contexts.path}")
    if flags.use and (note := note_without_context(session.streams.environment)):
        session.streams.err.line(note)


def _settings(session: Session, flags: ContextAddFlags) -> dict[str, Any]:
    values = _of_this_node(session) if flags.from_node else {}
    given = dict(session.configuration.values) if flags.from_env else dict(session.flags)
    named = session.configuration.given if flags.from_env else set(session.flags)
    for name in _SECRETS:
        if name in named:
            raise BadArguments(
                f"--{name} is not stored", "Try:  --password-file or --password-command"
            )
    values |= {name: given[name] for name in FIELDS if name in named and given[name]}
    if given.get("pki") and "pki" in named:
        values |= _of_pki(given["pki"])
    values |= {
        name: value
        for name, value in (
            ("password-command", flags.password_command),
            ("password-file", flags.password_file),
            ("read-only", flags.read_only),
        )
        if value
    }
    if ":" in str(values.get("user", "")):
        raise BadArguments("--user with a password is not stored", "Try:  --password-file")
    return {
        name: os.path.abspath(value) if name in _FILES else value for name, value in values.items()
    }


def _of_this_node(session: Session) -> dict[str, Any]:
    from pyetcdctl.discovery import advice, discover

    root = discovery_root(session.streams.environment)
    found = None if root is None else discover(root)
    if not found:
        raise DiscoveryFailed("no etcd was found on this node", *(advice(found) if found else ()))
    return {"endpoints": tuple(each.url for each in found.endpoints), **_files(found.tls)}


def _of_pki(folder: str) -> dict[str, Any]:
    from pathlib import Path

    from pyetcdctl.discovery import pki

    return _files(pki(Path(folder)))


def _files(tls: Any) -> dict[str, Any]:
    named = {"cacert": tls.ca, "cert": tls.certificate, "key": tls.key}
    return {name: path for name, path in named.items() if path}
