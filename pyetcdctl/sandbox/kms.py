"""Start the KMS plugins of the sample's API server, and wait until they listen."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyetcdctl.sandbox.lifetime import Lifetime
    from pyetcdctl.sandbox.server import Cluster

_SCRIPT = Path(__file__).with_name("kms_plugin.py")
_SOCKETS = ("run/kms/legacy.sock", "run/kms/local.sock")
_SECONDS = 20.0


def start_kms_plugin(lifetime: Lifetime, cluster: Cluster) -> int:
    """Start the plugins for all members' nodes; return the process id."""
    roots = [str(site.folder) for site in cluster.sites]
    log = lifetime.folder / "kms-plugin.log"
    environment = {"PATH": os.defpath}
    return lifetime.start([sys.executable, "-I", str(_SCRIPT), *roots], environment, log)


def wait_for_kms_plugin(lifetime: Lifetime, cluster: Cluster, process: int) -> None:
    """Wait until the sockets are there.

    Where a plugin exits because the path of its socket is too long, its values cannot be decrypted.
    """
    paths = [site.folder / socket for site in cluster.sites for socket in _SOCKETS]
    end = time.monotonic() + _SECONDS
    while not all(path.exists() for path in paths):
        if lifetime.exit_code(process) is not None or time.monotonic() > end:
            return
        time.sleep(0.005)
