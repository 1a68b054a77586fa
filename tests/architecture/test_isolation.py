"""The installed command and the caller's Python variables."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runner import PROJECT, clean_environment, run_here

FOREIGN = ("grpc", "google", "yaml", "typer", "rich", "etcd3", "cryptography")


@pytest.fixture
def installed(tmp_path):
    """The command as pip writes it, in an environment that has the program."""
    script = tmp_path / "bin" / "pyetcdctl"
    script.parent.mkdir()
    text = f"#!{sys.executable}\nimport sys\nfrom pyetcdctl.__main__ import run\nsys.exit(run())\n"
    script.write_text(text)
    script.chmod(0o755)
    return script


@pytest.fixture
def foreign(tmp_path):
    """A folder with modules of the names of the program's dependencies."""
    folder = tmp_path / "sources"
    for name in FOREIGN:
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise RuntimeError('a foreign module')\n")
    return folder


@pytest.mark.parametrize("line", ["put k v", "member list", "get k -w yaml"])
def test_foreign_modules_on_pythonpath_are_not_loaded(etcd, installed, foreign, line):
    env = clean_environment({**etcd.environment, "PYTHONPATH": f"{foreign}:"})
    done = subprocess.run(
        [installed, *line.split()], env=env, capture_output=True, timeout=60, cwd="/"
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_child_process_inherits_pythonpath(etcd, installed, foreign, prefix):
    etcd.etcdctl("put", f"{prefix}k", "v", check=True)
    env = clean_environment({**etcd.environment, "PYTHONPATH": str(foreign)})
    words = [installed, "lock", f"{prefix}l", "--", "printenv", "PYTHONPATH"]
    done = subprocess.run(words, env=env, capture_output=True, timeout=60, cwd="/")
    assert done.stdout.splitlines()[-1:] == [str(foreign).encode()]


def test_a_program_that_comes_from_pythonpath_keeps_all_of_it(etcd):
    packages = next(path for path in sys.path if Path(path, "grpc").is_dir())
    env = clean_environment({**etcd.environment, "PYTHONPATH": f"{PROJECT}{os.pathsep}{packages}"})
    words = [sys.executable, "-S", "-m", "pyetcdctl", "put", "k", "v"]
    done = subprocess.run(words, env=env, capture_output=True, timeout=60, cwd="/")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"OK\n", b"")


def test_a_variable_in_the_way_is_named_where_a_module_cannot_be_loaded(installed, tmp_path):
    (tmp_path / "grpc").mkdir()
    program = "import sys\nsys.modules['grpc'] = None\nfrom pyetcdctl.__main__ import run\nrun()\n"
    env = clean_environment({"PYTHONPATH": str(tmp_path)})
    words = [sys.executable, "-c", program, "get", "k"]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, cwd=PROJECT)
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith("Error: a module of the program cannot be loaded: ")
    assert second == "  PYTHONPATH may lead to other modules. Try:  env -u PYTHONPATH pyetcdctl ..."


def test_the_help_names_pythonhome_and_the_way_around_it(installed):
    env = clean_environment({"PYTHONHOME": "/nonexistent"})
    broken = subprocess.run([installed, "version"], env=env, capture_output=True, timeout=60)
    assert b"pyetcdctl" not in broken.stdout  # Python ends before the program's first line
    text = " ".join(run_here("help", "environment").stdout.decode().split())
    (words,) = re.findall(r"`(env -u PYTHONHOME) pyetcdctl ...`", text)
    line = [*words.split(), installed, "version"]
    done = subprocess.run(line, env=env, capture_output=True, timeout=60, cwd="/")
    assert done.returncode == 0, done.stderr
