"""The sample cluster's values, read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kubernetes.sample import stored_values

if TYPE_CHECKING:
    from tests.kubernetes.sample import Stored
    from tests.server import Etcd


@pytest.fixture(scope="session")
def stored(sample_etcd: Etcd) -> dict[str, Stored]:
    """Every key of the sample, as a running etcd holds it."""
    return {value.key: value for value in stored_values(sample_etcd)}
