"""Points in time."""

from pyetcdctl.client.deadline import Deadline


def test_a_deadline_comes():
    assert 4 < Deadline.after(5).remaining() <= 5
    assert not Deadline.after(5).expired


def test_time_that_is_over_is_never_negative():
    assert Deadline.after(-3).remaining() == 0
    assert Deadline.after(-3).expired
    assert Deadline.after(0).expired


def test_never_does_not_come():
    assert Deadline.never().remaining() is None
    assert not Deadline.never().expired


def test_the_earlier_of_two_holds():
    assert Deadline.after(5).within(60).remaining() <= 5
    assert Deadline.after(60).within(5).remaining() <= 5
    assert Deadline.never().within(5).remaining() <= 5
