from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.sandbox.certificates import Authority
from tests.discovery.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def disk(tmp_path: Path, authority: Authority) -> Disk:
    """An empty node."""
    return Disk(tmp_path, authority)


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port without a server."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield int(reserved.getsockname()[1])
