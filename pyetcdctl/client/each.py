"""The same question to every endpoint, each over a channel of its own, all at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pyetcdctl.client.shared_login import log_in_for_all
from pyetcdctl.errors import CallFailed, ConnectionFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.errors import PyetcdctlError

Response = TypeVar("Response")
MOST_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class EndpointOutcome(Generic[Response]):
    """The outcome of one endpoint: a response, or the error."""

    endpoint: str
    response: Response | None = None
    failure: PyetcdctlError | None = None


def ask_each(
    connection: Connection, endpoints: Sequence[str], question: Callable[[Connection], Response]
) -> list[EndpointOutcome[Response]]:
    """Call all endpoints at the same time; the outcomes are in their order."""
    if not endpoints:
        return []
    log_in_for_all(connection)
    with ThreadPoolExecutor(min(len(endpoints), MOST_AT_ONCE)) as pool:
        return list(pool.map(lambda one: ask_one(connection, one, question), endpoints))


def ask_as_they_come(
    connection: Connection, endpoints: Sequence[str], question: Callable[[Connection], Response]
) -> Generator[EndpointOutcome[Response], None, None]:
    """Call all endpoints at the same time and yield the fastest first.

    The caller may stop early: the remaining calls end by themselves.
    """
    log_in_for_all(connection)
    pool = ThreadPoolExecutor(min(len(endpoints), MOST_AT_ONCE))
    try:
        asked = [pool.submit(ask_one, connection, one, question) for one in endpoints]
        for done in as_completed(asked):
            yield done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def ask_one(
    connection: Connection, endpoint: str, question: Callable[[Connection], Response]
) -> EndpointOutcome[Response]:
    """Call one endpoint. Errors in the settings are raised, since they concern every endpoint."""
    log_in_for_all(connection)
    with closing(connection.for_endpoint(endpoint)) as own:
        try:
            return EndpointOutcome(endpoint, response=question(own))
        except (CallFailed, ConnectionFailed) as error:
            return EndpointOutcome(endpoint, failure=error)
