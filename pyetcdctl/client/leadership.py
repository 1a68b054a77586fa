"""Transfer leadership, which only the leader itself can do."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pyetcdctl.client.each import EndpointOutcome, call_as_completed
from pyetcdctl.client.endpoints import NO_ENDPOINTS
from pyetcdctl.client.maintenance import MaintenanceService
from pyetcdctl.cluster_results import LeaderMoved
from pyetcdctl.errors import BadArguments, ConnectionFailed, PyetcdctlError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.rpc.etcdserverpb_pb2 import StatusResponse


def move_leader(connection: Connection, target: int, deadline: Deadline) -> LeaderMoved:
    """Find the leader among the endpoints and transfer its leadership to ``target``."""
    endpoints = connection.endpoints
    if not endpoints:
        raise ConnectionFailed(NO_ENDPOINTS)
    outcomes = call_as_completed(
        connection, endpoints, lambda own: MaintenanceService(own).status(deadline)
    )
    with closing(outcomes):
        endpoint, before = _leader(outcomes, endpoints)
    with closing(connection.for_endpoint(endpoint)) as own:
        response = MaintenanceService(own).move_leader(target, deadline)
    return LeaderMoved(response, before, target)


def _leader(
    outcomes: Iterable[EndpointOutcome[StatusResponse]], endpoints: Sequence[str]
) -> tuple[str, int]:
    others = []
    for outcome in outcomes:
        status = outcome.response
        if status is not None and status.leader == status.header.member_id:
            return outcome.endpoint, status.leader
        others.append(outcome)
    raise _no_leader(sorted(others, key=lambda outcome: endpoints.index(outcome.endpoint)))


def _no_leader(outcomes: Sequence[EndpointOutcome[StatusResponse]]) -> PyetcdctlError:
    """Return why no leader was found: an endpoint did not respond, or all are followers."""
    for outcome in outcomes:
        if outcome.failure is not None:
            return outcome.failure
    endpoints = " ".join(outcome.endpoint for outcome in outcomes)
    known = {outcome.response.leader for outcome in outcomes if outcome.response} - {0}
    advice = [f"The leader is member {leader:x}." for leader in sorted(known)]
    return BadArguments(
        f"no leader endpoint given at [{endpoints}]",
        *advice,
        "Try:  --endpoints with the leader's URL, which `endpoint status --cluster` shows",
    )
