"""A test that hangs fails, also where it waits once more on its way out."""

from threading import Event

import pytest

from tests.overdue import ended_when_overdue


def wait_twice(begun):
    try:
        begun.append("the test")
        Event().wait()
    finally:
        begun.append("its end")
        Event().wait()


def test_a_test_that_waits_for_ever_is_ended_and_so_is_its_end(capfd):
    begun = []
    with (
        pytest.raises(pytest.fail.Exception, match="it did not end within"),
        ended_when_overdue("it", seconds=0.05, again=0.05),
    ):
        wait_twice(begun)
    assert begun == ["the test", "its end"]
    assert "in wait_twice" in capfd.readouterr().err


def test_what_ends_in_time_is_left_alone():
    with ended_when_overdue("it", seconds=60):
        assert not Event().wait(0.01)
