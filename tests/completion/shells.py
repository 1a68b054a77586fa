"""Real shells on a terminal, with the completion loaded: types as a person does, and looks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect

from tests.runner import PROJECT, clean_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

TAB, ENTER, KILL_LINE, SHOW_LINE = "\t", "\r", "\x15", "\x18\x04"
SECONDS = 20
# On a busy machine the time that a look-up may take can pass in vain.
PATIENT = {"PYETCDCTL_COMPLETION_TIMEOUT": "15s"}
SHELLS = ("bash", "zsh", "fish")
# What the shell prints between two marks: the line being edited, or a command's words.
MARKED = "\x1e([^\x1e]*)\x1e"
FILES = {"bash": "pyetcdctl.bash", "zsh": "_pyetcdctl", "fish": "pyetcdctl.fish"}
COMMANDS = {
    "bash": ["bash", "--noprofile", "--norc"],
    "zsh": ["zsh", "-f"],
    "fish": ["fish", "--no-config", "--private"],
}
# The function stands in for the program when a line is run; completion goes past it.
SET_UP = {
    "bash": r"""
        set -u; PS1='ready>'; PS2=''
        bind 'set enable-bracketed-paste off'; bind 'set completion-query-items 0'
        bind 'set page-completions off'
        bind -x '"\C-x\C-d": printf "\036%s\036" "$READLINE_LINE"'
        pyetcdctl() { printf '\036'; printf '%s\n' "$@"; printf '\036'; }
        source completions/pyetcdctl.bash
    """,
    "zsh": r"""
        PS1='ready>'; PS2=''; unset zle_bracketed_paste; LISTMAX=10000
        autoload -Uz compinit; compinit -D -u
        show-line() { printf '\036%s\036' "$BUFFER"; }; zle -N show-line
        bindkey -e; bindkey '^X^D' show-line; bindkey '^U' kill-whole-line
        pyetcdctl() { printf '\036'; printf '%s\n' "$@"; printf '\036'; }
        source completions/_pyetcdctl
    """,
    "fish": r"""
        function fish_prompt; printf 'ready>'; end
        set -g fish_greeting; set -g fish_autosuggestion_enabled 0
        function show_line; printf '\036%s\036' (commandline | string collect); end
        bind \cx\cd show_line; bind \cu kill-whole-line
        function pyetcdctl; printf '\036'; printf '%s\n' $argv; printf '\036'; end
        source completions/pyetcdctl.fish
    """,
}


class Shell:
    """An interactive shell."""

    def __init__(self, name: str, folder: Path, variables: Mapping[str, str]) -> None:
        self.name = name
        program = Path(sys.executable).parent
        setup = folder / f"setup.{name}"
        setup.write_text(SET_UP[name])
        env = clean_environment(
            {"HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", **PATIENT, **variables}
        )
        env["PATH"] = f"{program}:{env['PATH']}"
        self._terminal = pexpect.spawn(
            COMMANDS[name][0],
            COMMANDS[name][1:],
            env=env,
            cwd=PROJECT,
            encoding="utf-8",
            timeout=SECONDS,
            dimensions=(100, 200),
        )
        self._terminal.sendline(f"source {setup}")
        self._terminal.expect("ready>")

    def after_tab(self, typed: str, tabs: int = 1) -> str:
        """Return the line after it was typed and TAB was pressed; it is gone then."""
        self._terminal.send(typed + tabs * TAB + SHOW_LINE)
        line = self._marked()
        self._terminal.send(KILL_LINE)
        return line

    def arguments_after_tab(self, typed: str, tabs: int = 1) -> list[str]:
        """Return the words that the program gets when the completed line is run."""
        self._terminal.send(typed + tabs * TAB + ENTER)
        return self._marked().splitlines()

    def shown_after_tab(self, typed: str) -> str:
        """Return all that the terminal got when TAB was pressed twice."""
        self._terminal.send(typed + 2 * TAB + SHOW_LINE)
        self._marked()
        shown = self._terminal.before
        self._terminal.send(KILL_LINE)
        return str(shown)

    def define(self, name: str, value: str) -> None:
        """Set a variable of the shell."""
        setting = f"set -g {name} {value}" if self.name == "fish" else f"{name}={value}"
        self._terminal.send(setting + ENTER)

    def close(self) -> None:
        """End the shell."""
        self._terminal.close(force=True)

    def _marked(self) -> str:
        self._terminal.expect(MARKED)
        return self._terminal.match[1].replace("\r\n", "\n")
