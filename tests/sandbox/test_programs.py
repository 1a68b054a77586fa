"""The etcd to run is the one named, else the package's, else the one on PATH."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.errors import SandboxFailed
from pyetcdctl.sandbox.programs import Programs, find_programs, path_with_program
from tests.runner import PROJECT
from tests.server import distributed, every_programs, running

if TYPE_CHECKING:
    from pathlib import Path

SEARCH = """\
import sys
sys.path.insert(0, sys.argv[1])
from pyetcdctl.errors import SandboxFailed
from pyetcdctl.sandbox.programs import find_programs
try:
    print(find_programs(search_path=sys.argv[2]).etcd)
except SandboxFailed as error:
    print(error.message, *error.advice, sep="|")
"""


def found_without_packages(search_path: object) -> str:
    """Search in an interpreter that has nothing but the standard library."""
    searched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", SEARCH, str(PROJECT), str(search_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return searched.stdout.strip()


@pytest.fixture(params=every_programs(), ids=lambda programs: programs.version)
def programs(request: pytest.FixtureRequest) -> Programs:
    """The programs of each release at hand."""
    found: Programs = request.param
    return found


def program(path: Path, script: str) -> Path:
    """Write a shell script that can be run."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_packages_etcd_wins_over_the_one_on_path(tmp_path: Path) -> None:
    program(tmp_path / "etcd", "echo etcd Version: 9.9.9")
    assert find_programs(search_path=str(tmp_path)).etcd == distributed().etcd
    assert distributed().version.startswith("3.5.")


def test_a_named_etcd_wins_over_all_others(programs: Programs) -> None:
    assert find_programs(str(programs.etcd)) == programs


def test_without_the_package_path_is_searched(tmp_path: Path) -> None:
    etcd = program(tmp_path / "etcd", "echo etcd Version: 9.9.9")
    assert found_without_packages(tmp_path) == str(etcd)


def test_without_any_etcd_the_extra_is_named(tmp_path: Path) -> None:
    message = found_without_packages(tmp_path)
    assert message.startswith("no etcd was found")
    assert "pip install 'pyetcdctl[sandbox]'" in message


@pytest.mark.parametrize("script", ["exit 1", "echo something else", "printf '\\377'"])
def test_a_program_that_is_not_etcd_is_refused(tmp_path: Path, script: str) -> None:
    other = program(tmp_path / "other", script)
    with pytest.raises(SandboxFailed, match="other"):
        find_programs(str(other))


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxFailed, match="is not a program"):
        find_programs(str(tmp_path / "etcd"))


def test_an_etcd_alone_borrows_the_packages_etcdutl(tmp_path: Path) -> None:
    (tmp_path / "etcd").symlink_to(distributed().etcd)
    borrowed = find_programs(str(tmp_path / "etcd"))
    assert borrowed.restore == distributed().restore


def test_a_damaged_snapshot_is_refused_naming_program_and_version(
    tmp_path: Path, programs: Programs
) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(bytes(100_000))
    with pytest.raises(SandboxFailed) as failure, running(programs, snapshot=damaged):
        raise AssertionError
    assert programs.restore[0] in failure.value.message
    assert programs.version in failure.value.message
    assert failure.value.advice


def test_path_is_extended_where_the_program_is_not_on_it(tmp_path: Path) -> None:
    extended = path_with_program(str(tmp_path)).split(":")
    assert extended[0] == str(tmp_path)
    assert path_with_program(extended[-1]) == extended[-1]
