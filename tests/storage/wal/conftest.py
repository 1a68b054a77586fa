from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server import every_programs
from tests.storage.wal.logs import LogWriter

if TYPE_CHECKING:
    from pathlib import Path

    from pyetcdctl.sandbox.programs import Programs


@pytest.fixture(params=every_programs(), ids=lambda programs: programs.version)
def programs(request: pytest.FixtureRequest) -> Programs:
    """Each etcd at hand."""
    found: Programs = request.param
    return found


@pytest.fixture
def writer(tmp_path: Path) -> LogWriter:
    """A log that is written into ``tmp_path``."""
    return LogWriter(tmp_path)
