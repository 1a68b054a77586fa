"""The deployments that a sandbox can look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.sandbox.kubeadm import KubeadmLayout
from pyetcdctl.sandbox.scratch import ScratchLayout
from pyetcdctl.sandbox.sites import PlainLayout

if TYPE_CHECKING:
    from pyetcdctl.sandbox.programs import Programs
    from pyetcdctl.sandbox.sites import Layout


def layout_named(name: str, programs: Programs) -> Layout:
    """Return the layout ``kubeadm`` or ``scratch``; without a name a server started by hand."""
    if name == "kubeadm":
        return KubeadmLayout(programs.version, programs.release)
    if name == "scratch":
        return ScratchLayout()
    return PlainLayout()
