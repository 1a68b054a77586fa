"""README's pictures, made from what the program prints on a terminal: ``python -m tests.pictures``.

Each is a command in the sandbox of kubeadm's layout, and its output with the colours that it has.
"""

from __future__ import annotations

import io
import os
import re
import sys
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from pyetcdctl.sandbox.session import Sandbox
from tests.runner import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.segment import Segment

FOLDER = PROJECT / ".pictures"
COMMANDS = {
    "tree": "pyetcdctl tree /registry --depth 1 --sizes",
    "get": "pyetcdctl kubernetes get pods -n kube-system",
}
_COLUMNS = 80
_WIDTH, _HEIGHT, _MARGIN = 8.4, 18, 14  # of a character in pixels, and around the text
_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>{title}</title>
<rect width="{width}" height="{height}" rx="8" fill="#1e2127"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14"
   fill="#d0d4dc" xml:space="preserve">
{lines}
</g>
</svg>
"""


def shown(sandbox: Sandbox, command: str) -> str:
    """Return what a terminal of 80 columns gets from a command."""
    environment = {**sandbox.environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    printed = pexpect.run(command, env=environment, encoding="utf-8", dimensions=(40, _COLUMNS))
    return str(printed).replace("\r\n", "\n").rstrip("\n")


def picture(command: str, printed: str) -> str:
    """Return a command and its output as an SVG that loads nothing from elsewhere."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor")
    lines = Text.from_ansi(f"$ {command}\n{printed}").split("\n")
    return _SVG.format(
        title=escape(command),
        width=round(_COLUMNS * _WIDTH + 2 * _MARGIN),
        height=len(lines) * _HEIGHT + 2 * _MARGIN,
        lines="\n".join(_row(at, line.render(console)) for at, line in enumerate(lines)),
    )


def _row(at: int, segments: Iterable[Segment]) -> str:
    return f'<text y="{_MARGIN + at * _HEIGHT + 13}">{"".join(_spans(segments))}</text>'


def _spans(segments: Iterable[Segment]) -> Iterator[str]:
    """Yield the parts of a line; each is held in its columns, whatever font the reader has."""
    column = 0
    for text, style, _ in segments:
        if text.strip():
            x, length = _MARGIN + column * _WIDTH, len(text) * _WIDTH
            attributes = f'x="{x:.1f}" textLength="{length:.1f}"'
            if style and style.color:
                red, green, blue = style.color.get_truecolor(MONOKAI)
                attributes += f' fill="#{red:02x}{green:02x}{blue:02x}"'
            if style and style.bold:
                attributes += ' font-weight="bold"'
            if style and style.dim:
                attributes += ' opacity="0.6"'
            yield f"<tspan {attributes}>{escape(text)}</tspan>"
        elif text:
            yield f"<tspan>{text}</tspan>"
        column += len(text)


def text_in(svg: str) -> str:
    """Return the text of a picture: the command behind its prompt, and the output."""
    lines = re.findall(r"<text [^>]*>(.*)</text>", svg)
    return "\n".join(unescape(re.sub("<[^>]*>", "", line)).rstrip() for line in lines)


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    with Sandbox(os.environ, layout="kubeadm") as sandbox:
        for name, command in COMMANDS.items():
            svg = picture(command, shown(sandbox, command))
            (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
