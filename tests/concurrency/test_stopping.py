"""Waiting that a signal ends."""

from __future__ import annotations

import signal
from threading import Timer, get_ident

import pytest

from pyetcdctl.concurrency.stopping import Stop


@pytest.fixture
def stop():
    """A stop that SIGUSR1 rings."""
    stop = Stop()
    before = signal.signal(signal.SIGUSR1, lambda *_: stop.ring())
    yield stop
    signal.signal(signal.SIGUSR1, before)


def test_a_signal_that_does_not_interrupt_the_wait_still_ends_it(stop):
    # As one that comes just before the wait, or that the system gives to another thread.
    # A signal that comes too early ends the wait, too: this cannot fail by chance.
    Timer(0.3, lambda: signal.pthread_kill(get_ident(), signal.SIGUSR1)).start()
    assert stop.wait(20)


def test_a_wait_without_a_ring_ends_in_time(stop):
    assert not stop.wait(0.01)
    assert not stop.wait(0.3)


def test_a_ring_ends_all_later_waits_too(stop):
    stop.ring()
    assert stop.wait()
    assert stop.wait(0.01)
