"""The health of a member: whether it serves a linearizable read and has no active alarm."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic_ns
from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed, ConnectionFailed, DeadlineExceeded, PyetcdctlError
from pyetcdctl.rpc.kv import RANGE, RangeRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline

KEY = b"health"
ALARMS = {1: "NOSPACE", 2: "CORRUPT"}


@dataclass(frozen=True, slots=True)
class Health:
    """The health of one member; ``nanoseconds`` is None where the login already failed."""

    nanoseconds: int | None = None
    error: str = ""
    advice: tuple[str, ...] = ()
    is_silent: bool = False
    """Whether the member sent no response in time, not even an error."""


def health_of(connection: Connection, deadline: Deadline) -> Health:
    """Check the member that the connection leads to."""
    began = monotonic_ns()
    try:
        read_consistently(connection, deadline)
    except ConnectionFailed as error:
        return Health(error=error.message, advice=error.advice)
    except CallFailed as error:
        silent = isinstance(error, DeadlineExceeded)
        return Health(monotonic_ns() - began, error.message, error.advice, is_silent=silent)
    return Health(monotonic_ns() - began, *_alarm_state(connection, deadline))


def read_consistently(connection: Connection, deadline: Deadline) -> None:
    """Read a key that need not exist. A refusal for lack of permission needs a quorum, too."""
    try:
        request = RangeRequest(key=KEY).encode()
        connection.unary(RANGE, request, deadline=deadline, repeatable=True)
    except CallFailed as error:
        if error.details != "etcdserver: permission denied":
            raise


def _alarm_state(connection: Connection, deadline: Deadline) -> tuple[str, tuple[str, ...]]:
    from pyetcdctl.client.maintenance import MaintenanceService

    try:
        alarms = MaintenanceService(connection).alarms(deadline).alarms
    except PyetcdctlError as error:
        return "Unable to fetch the alarm list", (error.message, *error.advice)
    return _alarm_text([alarm.alarm for alarm in alarms]), ()


def _alarm_text(kinds: Sequence[int]) -> str:
    words = "".join(f"{ALARMS.get(kind, 'UNKNOWN')} " for kind in kinds)
    return f"Active Alarm(s): {words}" if words else ""
