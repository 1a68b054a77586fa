"""How the user's shell is started: its prompt is marked, and TAB completes pyetcdctl.

The completion is read at the first TAB, so that the shell starts at once.
"""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "(sandbox) "

_BASH = f"""\
if [ -r ~/.bashrc ]; then . ~/.bashrc; fi
PS1="{MARK}$PS1"
_pyetcdctl_at_first_tab() {{ eval "$(pyetcdctl completion bash)" && return 124; }}
complete -F _pyetcdctl_at_first_tab pyetcdctl
"""
_ZSH_ENVIRONMENT = """\
if [[ -r {home}/.zshenv ]]; then source {home}/.zshenv; fi
"""
_ZSH = f"""\
ZDOTDIR={{home}}
if [[ -r {{home}}/.zshrc ]]; then source {{home}}/.zshrc; fi
PROMPT="{MARK}$PROMPT"
if ! (( $+functions[compdef] )); then autoload -Uz compinit; compinit -D -u; fi
_pyetcdctl_at_first_tab() {{{{ eval "$(pyetcdctl completion zsh)"; _pyetcdctl "$@" }}}}
compdef _pyetcdctl_at_first_tab pyetcdctl
"""
_FISH = f"""\
functions --copy fish_prompt prompt_outside_the_sandbox
function fish_prompt; echo -n '{MARK}'; prompt_outside_the_sandbox; end
set --prepend fish_complete_path {{folder}}
"""
_FISH_COMPLETION = "pyetcdctl completion fish | source\n"


def marked_shell(shell: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Return the command that starts a shell whose prompt is marked.

    Start files that the shell needs for that go into ``folder``, variables into ``environment``.
    """
    name = Path(shell).name
    if name == "bash":
        return [shell, "--rcfile", _written(folder / "bashrc", _BASH), "-i"]
    if name == "zsh":
        home = quote(_zsh_home(environment))
        _written(folder / ".zshenv", _ZSH_ENVIRONMENT.format(home=home))
        _written(folder / ".zshrc", _ZSH.format(home=home))
        environment["ZDOTDIR"] = str(folder)
    elif name == "fish":
        folder = folder / "fish"
        folder.mkdir()
        _written(folder / "pyetcdctl.fish", _FISH_COMPLETION)
        return [shell, "--init-command", _FISH.format(folder=quote(str(folder)))]
    else:
        environment["PS1"] = f"{MARK}$ "
    return [shell]


def _zsh_home(environment: Mapping[str, str]) -> str:
    return environment.get("ZDOTDIR") or environment.get("HOME") or "/"


def _written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return str(path)
