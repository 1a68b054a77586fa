"""The whole sandbox: a cluster with data, and the environment variables for programs to find it."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self

from pyetcdctl.errors import SandboxFailed
from pyetcdctl.sandbox.kms import start_kms_plugin, wait_for_kms_plugin
from pyetcdctl.sandbox.kubeadm import KubeadmLayout
from pyetcdctl.sandbox.lifetime import Lifetime
from pyetcdctl.sandbox.programs import find_programs, path_with_program
from pyetcdctl.sandbox.sample import unpack_sample
from pyetcdctl.sandbox.scratch import ScratchLayout
from pyetcdctl.sandbox.server import Cluster
from pyetcdctl.sandbox.sites import PlainLayout
from pyetcdctl.sandbox.toolbox import fill_toolbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from pyetcdctl.sandbox.programs import Programs
    from pyetcdctl.sandbox.sites import Layout

_LEADING_ELSEWHERE = (
    "ETCDCTL_ENDPOINTS",
    "ETCDCTL_CACERT",
    "ETCDCTL_CERT",
    "ETCDCTL_KEY",
    "ETCDCTL_PKI",
    "ETCDCTL_USER",
    "ETCDCTL_PASSWORD",
    "ETCDCTL_AUTH_JWT_TOKEN",
    "ETCDCTL_INSECURE_SKIP_TLS_VERIFY",
    "ETCDCTL_INSECURE_TRANSPORT",
    "ETCDCTL_DISCOVERY_SRV",
    "ETCDCTL_DISCOVERY_SRV_NAME",
    "ETCDCTL_ENCRYPTION_CONFIG",
    "ETCDCTL_RELEASE",
    "PYETCDCTL_DISCOVERY",
    "PYETCDCTL_FROM",
    "PYETCDCTL_KUBECONFIG",
    "PYETCDCTL_KUBE_CONTEXT",
    "PYETCDCTL_ROOT",
    "PYETCDCTL_VIA",
    "PYETCDCTL_YES",
)


class Sandbox:
    """A private cluster for as long as the ``with`` block lasts."""

    def __init__(
        self,
        outer: Mapping[str, str],
        *,
        etcd: str = "",
        layout: str = "",
        members: int = 1,
        empty: bool = False,
    ) -> None:
        """``outer`` is the environment around it; ``layout`` is kubeadm, scratch or none.

        Raises SandboxFailed when there is no etcd to run.
        """
        self.search_path = path_with_program(outer.get("PATH", os.defpath))
        self.programs = find_programs(etcd, self.search_path)
        self._outer = outer
        self.layout = layout
        self._shape = layout_named(layout, self.programs)
        self._members = members
        self.is_empty = empty
        self._stack = ExitStack()
        self.cluster: Cluster
        self.lifetime: Lifetime
        self._tools: Path

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.lifetime = lifetime = stack.enter_context(Lifetime())
            try:
                self.cluster = stack.enter_context(self._filled_cluster())
            except OSError as error:
                where, reason = lifetime.folder, (error.strerror or str(error)).lower()
                raise SandboxFailed(
                    f"the sandbox cannot be written to {where}: {reason}"
                ) from error
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    @contextmanager
    def _filled_cluster(self) -> Iterator[Cluster]:
        lifetime = self.lifetime
        snapshot = None if self.is_empty else unpack_sample(lifetime.folder)
        size = self._members
        cluster = Cluster(lifetime, self.programs, self._shape, size=size, snapshot=snapshot)
        plugin = start_kms_plugin(lifetime, cluster) if self.layout == "kubeadm" else None
        with cluster:
            if snapshot:
                snapshot.unlink()
            self._tools = fill_toolbox(
                lifetime.folder, cluster, has_pods=self.layout != "scratch" and not self.is_empty
            )
            if plugin is not None:
                wait_for_kms_plugin(lifetime, cluster, plugin)
            yield cluster

    @property
    def version(self) -> str:
        """The version of etcd."""
        return self.programs.version

    @property
    def endpoints(self) -> tuple[str, ...]:
        """One URL per member."""
        return self.cluster.client_urls

    @property
    def tool_path(self) -> str:
        """PATH in the sandbox: etcdctl and etcdutl are those of its etcd, kubectl is a stand-in."""
        return os.pathsep.join((str(self._tools), self.search_path))

    @property
    def root(self) -> Path:
        """The folder that stands for the root of the first member's machine."""
        return self.cluster.sites[0].folder

    @property
    def environment(self) -> dict[str, str]:
        """The environment for programs in the sandbox, without variables that name another cluster.

        With a layout it has no endpoint: discovery under the root finds it.
        """
        kept = {name: self._outer[name] for name in self._outer if name not in _LEADING_ELSEWHERE}
        kept["PATH"] = self.tool_path
        kept["PYETCDCTL_CONTEXT"] = ""
        if self.layout:
            return {**kept, "PYETCDCTL_ROOT": str(self.root)}
        return {**kept, "ETCDCTL_ENDPOINTS": ",".join(self.endpoints)}


def layout_named(name: str, programs: Programs) -> Layout:
    """Return the layout ``kubeadm`` or ``scratch``; without a name a server started by hand."""
    if name == "kubeadm":
        return KubeadmLayout(programs.version, programs.release)
    if name == "scratch":
        return ScratchLayout()
    return PlainLayout()
