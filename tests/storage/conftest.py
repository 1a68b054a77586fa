from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.sandbox.sample import unpack_sample

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample cluster's snapshot, as etcd 3.7 sent it."""
    return unpack_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def sample_database(sample_file: Path) -> bytes:
    """The same without the digest at its end."""
    return sample_file.read_bytes()[:-32]
