"""A stand-in for kubectl whose cluster is a real etcd, with the real etcdctl of each release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kubectl.standin_cluster import StandIn, pod
from tests.server import every_programs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.server import Etcd


@pytest.fixture
def standin(tmp_path: Path) -> StandIn:
    """A stand-in without pods."""
    return StandIn(tmp_path)


@pytest.fixture(params=every_programs(), ids=lambda programs: f"etcdctl-{programs.version}")
def sample_pod(request: pytest.FixtureRequest, standin: StandIn, sample_etcd: Etcd) -> StandIn:
    """The sample cluster behind one pod, whose image has the etcdctl of each release at hand."""
    standin.write([pod("etcd-m1", sample_etcd)], request.param.beside("etcdctl"))
    return standin


@pytest.fixture
def pod_of(standin: StandIn) -> Callable[[Etcd], StandIn]:
    """A function that puts a server behind one pod, with the etcdctl of its own release."""

    def put_behind(etcd: Etcd) -> StandIn:
        standin.write([pod("etcd-m1", etcd)], etcd.cluster.programs.beside("etcdctl"))
        return standin

    return put_behind
