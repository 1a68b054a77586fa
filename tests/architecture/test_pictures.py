"""README's pictures show what the program prints."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.sandbox.session import Sandbox
from tests.pictures import COMMANDS, FOLDER, picture, shown, text_in
from tests.runner import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The sandbox that the pictures are of."""
    with Sandbox(os.environ, layout="kubeadm") as sandbox:
        yield sandbox


def without_ages(text: str) -> str:
    return re.sub(r"\b\d+[ydhms]\w*", "AGE", text)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_picture_shows_what_is_printed(sandbox: Sandbox, name: str) -> None:
    drawn = text_in((FOLDER / f"{name}.svg").read_text(encoding="utf-8"))
    now = f"$ {COMMANDS[name]}\n{shown(sandbox, COMMANDS[name])}"
    plain = re.sub(r"\x1b\[[0-9;]*m", "", now)
    lines = [line.rstrip() for line in without_ages(plain).splitlines()]
    assert [line.rstrip() for line in without_ages(drawn).splitlines()] == lines, (
        "python -m tests.pictures"
    )


def test_readme_shows_every_picture() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert {path.stem for path in FOLDER.iterdir()} == set(COMMANDS)
    for name, command in COMMANDS.items():
        assert f"![{command}](.pictures/{name}.svg)" in readme


def test_a_picture_keeps_colours_and_escapes_text() -> None:
    svg = picture("echo", "\x1b[1;31m<a&b>\x1b[0m plain")
    assert 'font-weight="bold">&lt;a&amp;b&gt;</tspan>' in svg
    assert text_in(svg) == "$ echo\n<a&b> plain"
