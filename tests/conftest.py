"""Shared servers. ``prefix`` gives each test a place of its own on those that last the session."""

from __future__ import annotations

import os

# On a fork, gRPC starts its threads again in the child, which then log on the child's terminal, and
# waits for them in the parent while it holds Python's lock. It reads this when it is imported.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

import signal
from contextlib import ExitStack
from importlib.metadata import version
from itertools import count
from typing import TYPE_CHECKING, Any

import grpc
import pytest

from tests.overdue import ended_when_overdue
from tests.server import (
    Etcd,
    distributed,
    enable_authentication,
    every_programs,
    running,
    running_with_tls,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from pyetcdctl.sandbox.programs import Programs

NUMBERS = count(1)
KEPT = pytest.StashKey[grpc.Channel]()


def pytest_configure(config: pytest.Config) -> None:
    """Reset the signals that a background job's shell ignores, for the programs under test."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    # gRPC begins with the first channel of a process and ends with the last one, which may wait for
    # its threads. With one more that is never used it does so once, not with every command.
    config.stash[KEPT] = grpc.insecure_channel("127.0.0.1:1")


def pytest_report_header() -> str:
    """Name the versions that a result depends on."""
    packages = ("grpcio", "protobuf", "etcd3", "typer")
    servers = ", ".join(programs.version for programs in every_programs())
    return f"etcd: {servers}; " + ", ".join(f"{name} {version(name)}" for name in packages)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let no test, and none of its fixtures, wait for ever."""
    with ended_when_overdue(item.nodeid):
        return (yield)


@pytest.fixture(scope="session")
def etcd() -> Iterator[Etcd]:
    """One plain member."""
    with running() as server:
        yield server


@pytest.fixture(scope="session", params=every_programs(), ids=lambda programs: programs.version)
def every_etcd(request: pytest.FixtureRequest) -> Iterator[Etcd]:
    """One plain member of each release at hand."""
    programs: Programs = request.param
    with running(programs) as server:
        yield server


@pytest.fixture(scope="session")
def secure_etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    """One member that wants a client certificate."""
    with running_with_tls(tmp_path_factory.mktemp("pki")) as server:
        yield server


@pytest.fixture(scope="session")
def auth_etcd() -> Iterator[Etcd]:
    """One member that wants a password: root's is rootpw."""
    with running() as server:
        yield enable_authentication(server)


@pytest.fixture(scope="session")
def sample_etcd() -> Iterator[Etcd]:
    """The sample cluster: to read, not to write."""
    with running(sample=True) as server:
        yield server


@pytest.fixture(scope="module")
def three_members() -> Iterator[Etcd]:
    """Three members, for the tests of one module, which leave all of them running."""
    with running(size=3) as server:
        yield server


@pytest.fixture
def own_etcd() -> Iterator[Callable[..., Etcd]]:
    """A function that starts a server for this test alone, by the arguments of ``running``."""
    with ExitStack() as stack:

        def start(programs: Programs | None = None, **settings: Any) -> Etcd:
            return stack.enter_context(running(programs or distributed(), **settings))

        yield start


@pytest.fixture
def prefix() -> str:
    """A prefix that no other test uses."""
    return f"/test-{next(NUMBERS)}/"
