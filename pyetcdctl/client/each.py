"""The same question to every endpoint, each over a connection of its own, all at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pyetcdctl.errors import CallFailed, ConnectionFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.errors import PyetcdctlError

Answer = TypeVar("Answer")
MOST_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Answer]):
    """What came of one endpoint: an answer, or the reason why there is none."""

    endpoint: str
    answer: Answer | None = None
    failure: PyetcdctlError | None = None


def ask_each(
    connection: Connection, endpoints: Sequence[str], question: Callable[[Connection], Answer]
) -> list[Outcome[Answer]]:
    """Ask all endpoints at the same time; the outcomes are in their order."""
    if not endpoints:
        return []
    with ThreadPoolExecutor(min(len(endpoints), MOST_AT_ONCE)) as pool:
        return list(pool.map(lambda one: ask_one(connection, one, question), endpoints))


def ask_one(
    connection: Connection, endpoint: str, question: Callable[[Connection], Answer]
) -> Outcome[Answer]:
    """Ask one endpoint. Misused settings, which no endpoint can help, are raised."""
    with closing(connection.for_endpoint(endpoint)) as own:
        try:
            return Outcome(endpoint, answer=question(own))
        except (CallFailed, ConnectionFailed) as error:
            return Outcome(endpoint, failure=error)
