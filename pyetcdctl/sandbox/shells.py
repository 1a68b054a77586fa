"""How the user's shell is started so that its prompt says where it is."""

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
"""
_ZSH_ENVIRONMENT = """\
if [[ -r {home}/.zshenv ]]; then source {home}/.zshenv; fi
"""
_ZSH = f"""\
ZDOTDIR={{home}}
if [[ -r {{home}}/.zshrc ]]; then source {{home}}/.zshrc; fi
PROMPT="{MARK}$PROMPT"
"""
_FISH = f"""\
functions --copy fish_prompt prompt_outside_the_sandbox
function fish_prompt; echo -n '{MARK}'; prompt_outside_the_sandbox; end
"""


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
        return [shell, "--init-command", _FISH]
    else:
        environment["PS1"] = f"{MARK}$ "
    return [shell]


def _zsh_home(environment: Mapping[str, str]) -> str:
    return environment.get("ZDOTDIR") or environment.get("HOME") or "/"


def _written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return str(path)
