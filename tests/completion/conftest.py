"""The three shells, each with a server at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.completion.shells import SHELLS, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server import Etcd


@pytest.fixture(scope="module", params=SHELLS)
def shell(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, etcd: Etcd
) -> Iterator[Shell]:
    """An interactive shell whose environment names the server."""
    shell = Shell(request.param, tmp_path_factory.mktemp("home"), etcd.environment)
    yield shell
    shell.close()
