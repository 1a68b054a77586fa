"""``version``, and the flags that stand for it."""

import pytest

import pyetcdctl
from tests.runner import run_here


@pytest.mark.parametrize(
    "words", [["version"], ["--version"], ["-V"], ["--endpoints", "a:1", "-V"], ["-V", "--hex"]]
)
def test_scripts_find_etcdctls_version_and_no_other(words):
    lines = run_here(*words).stdout.decode().splitlines()
    assert [line.split()[2] for line in lines if "etcdctl version" in line] == ["3.7.3"]
    assert lines[1:] == ["API version: 3.7", f"program: pyetcdctl {pyetcdctl.__version__}"]


def test_the_letter_for_the_version_is_no_flag_of_a_command():
    refused = run_here("get", "-V")
    assert (refused.exit_code, refused.stdout) == (1, b"")
    assert "unknown shorthand flag: 'V' in -V" in refused.stderr
