"""``undelete``: write deleted or earlier values again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import EtcdPrefix, Namespace, number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import ValueRefused, duration
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.terminal import choose
from pyetcdctl.cli.transfers import Consent, written
from pyetcdctl.cli.undeleting import Request, Undeleting
from pyetcdctl.errors import (
    BadArguments,
    NotChecked,
    NotWritten,
    OutputClosed,
    PyetcdctlError,
    Reported,
    UsageError,
)
from pyetcdctl.output.units import counted
from pyetcdctl.results import TransferRows

_EXAMPLE = """\
  pyetcdctl undelete /registry/configmaps/shop/ --dry-run
  pyetcdctl undelete deployments checkout -n shop --before 10m
  pyetcdctl undelete configmaps -n shop --from backup.db --yes"""

app = new_app()


class UndeleteFlags(Flags):
    """The flags of ``undelete``."""

    all_namespaces: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="In every namespace.")
    ] = False
    any_cluster: Annotated[
        bool, typer.Option("--any-cluster", help="Also from a file of another Kubernetes cluster.")
    ] = False
    at: Annotated[int, number("--at", "Write the values of this revision.")] = 0
    before: Annotated[
        str,
        typer.Option(
            "--before",
            metavar="DURATION|TIME",
            help="Write the values of that time (10m ago, 2026-11-30T14:00:00Z); by Leases.",
        ),
    ] = ""
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written.")] = False
    etcd_prefix: EtcdPrefix = ""
    namespace: Namespace = "default"
    replace: Annotated[
        bool, typer.Option("--replace", help="Also overwrite keys that have another value.")
    ] = False


@command(app, "undelete", _EXAMPLE, needs_server=False, prints=(TransferRows,))
def undelete(
    session: Session,
    what: Annotated[list[str], words("PREFIX | RESOURCE [NAME...]")],
    flags: UndeleteFlags,
) -> None:
    """Bring back what was deleted, or what was there before.

    \b
    + absent   ~ has another value (--replace)   ! has another value, and stays

    Without a time these are the keys of the range that were deleted and are not there, as far as
    the server's history goes, each as it was last. --at and --before take what was there then, of a
    server or a file, and --from alone what a file holds; of several files the newest. Nothing is
    ever deleted, and a key that another client writes meanwhile stays as it is.

    The exit code is 0 if all of it is there again, 1 if something is not, and 2 if that could not
    be found out.
    """
    request = _request(what, flags)
    consent = Consent(flags.dry_run, session.configuration.values["yes"])
    if not (consent.dry_run or consent.yes or session.streams.input_is_terminal):
        raise BadArguments(
            "standard input is not a terminal to confirm on", "Try:  --dry-run, or --yes"
        )
    session.check_format()
    run = Undeleting(session, request)
    try:
        _plan(session, run)
        if _confirmed(run, consent):
            written(run.server, run.server.connection, run.writes, run.passes())
    finally:
        run.close()
    if run.is_incomplete:
        raise Reported


def _plan(session: Session, run: Undeleting) -> None:
    """Print the plan; an error here leaves everything unchanged."""
    try:
        session.print(TransferRows(run.rows()))
        session.streams.out.flush()
        for line in run.remarks():
            session.streams.err.line(line)
    except OutputClosed:
        raise
    except PyetcdctlError as error:
        raise NotChecked(error.message, *error.advice) from error


def _confirmed(run: Undeleting, consent: Consent) -> bool:
    if consent.dry_run or not run.writes:
        return False
    server = run.server
    question = f"Bring back {counted(run.writes, 'key')} in {server.target}? [y/N]"
    if not consent.yes and choose(server.streams, question) != "y":
        raise NotWritten("nothing was written")
    server.may_write = True
    return True


def _request(what: list[str], flags: UndeleteFlags) -> Request:
    if not what:
        raise UsageError("undelete takes a PREFIX, or a RESOURCE and names")
    if flags.at and flags.before:
        raise BadArguments("--at and --before cannot be set at the same time, choose one")
    if flags.at < 0:
        raise BadArguments("--at is a revision, from 1 on")
    return Request(
        words=tuple(what),
        namespace="" if flags.all_namespaces else flags.namespace,
        etcd_prefix=flags.etcd_prefix,
        revision=flags.at,
        moment=_moment(flags.before) if flags.before else None,
        replaces=flags.replace,
        any_cluster=flags.any_cluster,
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.astimezone()
    except ValueError:
        pass
    try:
        ago = duration(text)
    except ValueRefused as error:
        raise BadArguments(
            f"--before {text}: {error}", "Try:  10m, or a time in ISO 8601"
        ) from None
    return datetime.now(UTC) - timedelta(seconds=ago)
