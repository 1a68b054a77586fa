"""Make the same call on every endpoint at the same time, each over a channel of its own."""

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


def call_each(
    connection: Connection, endpoints: Sequence[str], make_call: Callable[[Connection], Response]
) -> list[EndpointOutcome[Response]]:
    """Call all endpoints at the same time; the outcomes are in their order."""
    if not endpoints:
        return []
    log_in_for_all(connection)
    with ThreadPoolExecutor(min(len(endpoints), MOST_AT_ONCE)) as pool:
        return list(pool.map(lambda one: call_one(connection, one, make_call), endpoints))


def call_as_completed(
    connection: Connection, endpoints: Sequence[str], make_call: Callable[[Connection], Response]
) -> Generator[EndpointOutcome[Response], None, None]:
    """Call all endpoints at the same time and yield the fastest first.

    The caller may stop early: the remaining calls end by themselves.
    """
    log_in_for_all(connection)
    pool = ThreadPoolExecutor(min(len(endpoints), MOST_AT_ONCE))
    try:
        pending = [pool.submit(call_one, connection, one, make_call) for one in endpoints]
        for done in as_completed(pending):
            yield done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def call_one(
    connection: Connection, endpoint: str, make_call: Callable[[Connection], Response]
) -> EndpointOutcome[Response]:
    """Call one endpoint. Errors in the settings are raised, since they concern every endpoint."""
    log_in_for_all(connection)
    with closing(connection.for_endpoint(endpoint)) as own:
        try:
            return EndpointOutcome(endpoint, response=make_call(own))
        except (CallFailed, ConnectionFailed) as error:
            return EndpointOutcome(endpoint, failure=error)
