"""A short, seeded run of every command against a server that sends damaged responses."""

import pytest

from tests.hostile import COMMANDS, attempt


@pytest.mark.parametrize("command", COMMANDS)
def test_a_damaged_response_is_never_a_fault_of_the_program(command, tmp_path):
    for seed in range(3):
        attempt(command, seed, tmp_path)
