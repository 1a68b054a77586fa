"""The sample cluster: the snapshot of a small kubeadm cluster, and how a member is restored from
it.
"""

from __future__ import annotations

import lzma
import shutil
import subprocess
from importlib.resources import files
from typing import TYPE_CHECKING

from pyetcdctl.errors import SandboxFailed

if TYPE_CHECKING:
    from pathlib import Path

    from pyetcdctl.sandbox.programs import Programs
    from pyetcdctl.sandbox.sites import Site

KEYS = 1175
"""How many keys the sample has."""


def unpack_sample(folder: Path) -> Path:
    """Write the sample's snapshot into a folder; return its path."""
    snapshot = folder / "kubeadm.db"
    packed = files("pyetcdctl.sandbox").joinpath("kubeadm.db.xz")
    with (
        packed.open("rb") as compressed,
        lzma.open(compressed) as data,
        snapshot.open("wb") as copy,
    ):
        shutil.copyfileobj(data, copy)
    return snapshot


def encryption_config() -> str:
    """Return the EncryptionConfiguration of the sample cluster's API server."""
    path = files("pyetcdctl.sandbox").joinpath("encryption-config.yaml")
    return path.read_text(encoding="utf-8")


def restore(
    programs: Programs, snapshot: Path, site: Site, initial_cluster: str, peer_url: str
) -> None:
    """Make the data folder of a member from a snapshot."""
    if not programs.restore:
        raise SandboxFailed(
            f"no etcdutl was found beside {programs.etcd} to load the sample with",
            "Try:  pip install 'pyetcdctl[sandbox]'      (or start without data: --empty)",
        )
    command = [
        *programs.restore,
        str(snapshot),
        f"--data-dir={site.data_folder}",
        f"--name={site.name}",
        f"--initial-cluster={initial_cluster}",
        f"--initial-advertise-peer-urls={peer_url}",
    ]
    restored = subprocess.run(
        command, env={}, capture_output=True, text=True, errors="replace", check=False
    )
    if restored.returncode:
        last = (restored.stderr or restored.stdout).strip().splitlines()[-1:] or ["(no words)"]
        raise SandboxFailed(
            f"{programs.restore[0]} could not restore the snapshot for etcd {programs.version}",
            last[0][:400],
        )
