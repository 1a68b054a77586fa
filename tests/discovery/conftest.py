from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.sandbox.certificates import Authority
from tests.discovery.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def disk(tmp_path: Path, authority: Authority) -> Disk:
    """An empty node."""
    return Disk(tmp_path, authority)
