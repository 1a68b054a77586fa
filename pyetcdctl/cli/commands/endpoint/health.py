"""``endpoint health``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pyetcdctl.cli.endpoints import ClusterFlag, endpoints_to_call
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.each import call_each
from pyetcdctl.client.health import Health, health_of
from pyetcdctl.cluster_results import EndpointHealth, HealthReport
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.go_durations import write_duration

if TYPE_CHECKING:
    from pyetcdctl.client.each import EndpointOutcome

_SLOW_NANOSECONDS = 500_000_000

app = new_app()


@command(app, "health", "  pyetcdctl endpoint health --cluster", prints=(HealthReport,))
def health(session: Session, surplus: Annotated[list[str], words("")], flags: ClusterFlag) -> None:
    """Check that each endpoint serves a consistent read and that no alarm is active.

    An alarm belongs to the cluster: it makes every endpoint unhealthy. The exit code is 1 if an
    endpoint is unhealthy.
    """
    endpoints = endpoints_to_call(session, flags.cluster)
    outcomes = call_each(
        session.connection, endpoints, lambda own: health_of(own, session.deadline())
    )
    session.print(HealthReport(tuple(map(_row, outcomes))))
    session.streams.out.flush()
    _report_slow(session, outcomes)
    _report_unhealthy(session, outcomes)


def _row(outcome: EndpointOutcome[Health]) -> EndpointHealth:
    found = _health(outcome)
    return EndpointHealth(outcome.endpoint, found.nanoseconds, found.error)


def _health(outcome: EndpointOutcome[Health]) -> Health:
    if outcome.response is not None:
        return outcome.response
    failure = outcome.failure
    return Health(0, failure.message, failure.advice) if failure else Health()


def _report_slow(session: Session, outcomes: list[EndpointOutcome[Health]]) -> None:
    """Report the endpoints that responded slowly."""
    if not session.streams.err.is_terminal:
        return
    for each in outcomes:
        took = _health(each).nanoseconds or 0
        if took > _SLOW_NANOSECONDS and not _health(each).error:
            session.note(
                f"# {each.endpoint} is slow: a consistent read took {write_duration(took)}, and"
                " takes milliseconds on a healthy disk and network (see `doctor`)"
            )


def _report_unhealthy(session: Session, outcomes: list[EndpointOutcome[Health]]) -> None:
    unhealthy = [each for each in outcomes if _health(each).error]
    if not unhealthy:
        return
    if session.output.format == "simple":
        for each in unhealthy:
            text = f"is unhealthy: failed to commit proposal: {_health(each).error}"
            session.streams.err.line(f"{each.endpoint} {text}")
    advice = dict.fromkeys(line for each in unhealthy for line in _health(each).advice)
    if all(_health(each).is_silent for each in outcomes):
        advice |= dict.fromkeys(session.local_advice())
    raise PyetcdctlError("unhealthy cluster", *advice)
