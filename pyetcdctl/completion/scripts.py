"""The completion scripts of bash, zsh and fish, written from the command tree.

Commands, flags and choices are in the script itself; for keys it calls the program.
The scripts themselves are the files in ``templates``; here their look-up functions are written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pyetcdctl.completion import fish_tables, posix_tables

if TYPE_CHECKING:
    from pyetcdctl.completion.shapes import CommandShape

_TEMPLATES = Path(__file__).parent / "templates"
_MARK = "@TABLES@"
_TABLES = {
    "bash": posix_tables.for_bash,
    "zsh": posix_tables.for_zsh,
    "fish": fish_tables.for_fish,
}
SHELLS = tuple(_TABLES)


def script(shell: str, root: CommandShape) -> str:
    """Return the script for one of SHELLS."""
    template = (_TEMPLATES / shell).read_text(encoding="utf-8")
    return template.replace(_MARK, _TABLES[shell](root))
