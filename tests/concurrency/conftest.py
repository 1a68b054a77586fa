"""Running commands, read line by line."""

from __future__ import annotations

import json
import os
import select
import subprocess
from base64 import b64decode
from contextlib import ExitStack
from time import monotonic

import pytest

from tests.runner import clean_environment, command

SECONDS = 30.0


class Running:
    """The process and what it has said so far."""

    def __init__(self, words, env, **options):
        self.process = subprocess.Popen(
            words,
            env=clean_environment(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )
        self._pending = b""

    def line(self, seconds=SECONDS):
        """Return the next line of standard output; it must come in time."""
        ends = monotonic() + seconds
        stdout = self.process.stdout.fileno()
        while b"\n" not in self._pending:
            ready, _, _ = select.select([stdout], [], [], max(0.0, ends - monotonic()))
            assert ready, f"no line within {seconds} s, only {self._pending!r}"
            data = os.read(stdout, 1 << 16)
            assert data, self.process.communicate()[1].decode()
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        return line.decode()

    def response(self):
        """Return the next line as JSON."""
        return json.loads(self.line())

    def events_until(self, last_value):
        """Return (mod_revision, value) of all events up to the one with this value."""
        events = []
        while not events or events[-1][1] != last_value:
            kvs = [event["kv"] for event in self.response()["Events"]]
            events += [(kv["mod_revision"], b64decode(kv.get("value", ""))) for kv in kvs]
        return events

    def type(self, line):
        """Write a line to standard input."""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ended(self, seconds=SECONDS):
        """Wait for the end; return the exit code and standard error."""
        _, stderr = self.process.communicate(timeout=seconds)
        return self.process.returncode, stderr.decode()


@pytest.fixture
def start():
    """A function that starts a program, which ends with the test."""
    with ExitStack() as ends:

        def start_program(words, env, **options):
            running = Running(words, env, **options)
            ends.enter_context(running.process)
            ends.callback(running.process.kill)
            return running

        yield start_program


@pytest.fixture
def watch(start):
    """A function that starts a watch."""

    def start_watch(*args, env, **options):
        return start(command("watch", *args), env, **options)

    return start_watch
