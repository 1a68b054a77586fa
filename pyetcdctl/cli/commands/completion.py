"""``completion``: print the completion script of a shell."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.command_tree import command_tree
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.completion.scripts import SHELLS, script
from pyetcdctl.errors import FlagError
from pyetcdctl.output.quoting import go_quoted

_EXAMPLE = """\
  source <(pyetcdctl completion bash)
  pyetcdctl completion zsh > "${fpath[1]}/_pyetcdctl"
  pyetcdctl completion fish > ~/.config/fish/completions/pyetcdctl.fish"""

app = new_app()


@command(app, "completion", _EXAMPLE, needs_server=False, file_flags=())
def completion(session: Session, shell: Annotated[list[str], words("bash|zsh|fish")]) -> None:
    """Print the completion script of a shell.

    It completes commands, flags, their values and, from the live server, keys. For an alias in
    bash: complete -F _pyetcdctl etcdctl
    """
    if len(shell) != 1:
        raise FlagError(
            f"accepts 1 arg(s), received {len(shell)}", f"Try:  one of {', '.join(SHELLS)}"
        )
    if shell[0] not in SHELLS:
        quoted = go_quoted(shell[0].encode("utf-8", "surrogateescape"))
        raise FlagError(
            f'invalid argument {quoted} for "pyetcdctl completion"',
            f"There are scripts for {', '.join(SHELLS)}; none for PowerShell.",
        )
    session.streams.out.text(script(shell[0], command_tree()))
