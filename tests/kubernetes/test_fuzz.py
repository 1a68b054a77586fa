"""A small, seeded run of the fuzzer."""

import pytest

from tests.kubernetes.fuzz import damaged_values, read


@pytest.mark.parametrize("seed", range(4))
def test_no_damage_raises(stored, seed):
    values = [value.value for value in stored.values()]
    for value in damaged_values(values, 500, seed):
        read(value)
