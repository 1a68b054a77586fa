"""Run invocations as lines of one batch."""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64decode, b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.parity.side_by_side import Outcome, in_this_process
from tests.runner import PROJECT, command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


def word(text: str | bytes) -> object:
    data = os.fsencode(text)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


def decoded(shown: dict[str, str], name: str) -> bytes:
    encoded = shown.get(f"{name}_base64")
    return shown.get(name, "").encode() if encoded is None else b64decode(encoded)


class BatchRun:
    """One batch that is fed a line for each invocation; it begins with the first."""

    def __init__(self) -> None:
        self._env: Mapping[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(
        self, args: Sequence[str | bytes], env: Mapping[str, str], given: bytes, folder: Path
    ) -> Outcome:
        process = self._process or self._begin(env, folder)
        if env != self._env:
            return in_this_process(args, env, given, folder)
        line = {"args": [word(arg) for arg in args], "input": word(given)}
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(line).encode() + b"\n")
        process.stdin.flush()
        shown = json.loads(process.stdout.readline())
        stderr = decoded(shown, "error").decode("utf-8", "backslashreplace")
        return Outcome(decoded(shown, "output"), stderr, shown["exit_code"])

    def close(self) -> None:
        """End the batch."""
        if self._process:
            self._process.communicate()

    def _begin(self, env: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
        self._env = env
        self._process = subprocess.Popen(
            command("batch", "-w", "jsonl"),
            env={**env, "PYTHONPATH": str(PROJECT)},
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._process


@contextmanager
def batch_run() -> Iterator[BatchRun]:
    run = BatchRun()
    try:
        yield run
    finally:
        run.close()
