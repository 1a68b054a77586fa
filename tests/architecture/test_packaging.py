"""The distributions hold what they should: the wheel the package, the sdist all that tests need."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from tests.runner import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_LABEL = 32
OF_THE_PROJECT = {"homepage", "source", "documentation", "docs", "issues", "changelog", "download"}


def files_below(name: str) -> set[str]:
    """Return the files of a folder of the project, as the repository has them."""
    found = (path for path in (PROJECT / name).rglob("*") if path.is_file())
    return {str(path.relative_to(PROJECT)) for path in found if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both distributions."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=PROJECT, capture_output=True, timeout=60, check=True)
    return folder


def test_the_wheel_has_every_file_of_the_package_and_no_other(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == files_below("pyetcdctl")


def test_the_sdist_has_tests_completions_and_pictures(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for folder in ("pyetcdctl", "tests", "completions", ".pictures"):
        assert files_below(folder)
        assert not files_below(folder) - names
    assert names >= {"pyproject.toml", "README.md", "LICENSE"}


def test_package_indexes_accept_the_addresses_and_take_none_for_that_of_the_project(built: Path):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(name))
    urls = dict(line.split(", ", 1) for line in metadata.get_all("Project-URL", []))
    assert urls
    assert all(len(label) <= LONGEST_LABEL for label in urls)
    assert all(url.startswith("https://") for url in urls.values())
    # An index would give these labels the meaning of the project's own pages.
    assert not {label.lower() for label in urls} & OF_THE_PROJECT
