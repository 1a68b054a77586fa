"""``endpoint status``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.endpoints import ClusterFlag, endpoints_to_call, refuse_cluster, report_failures
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.each import call_each
from pyetcdctl.cluster_results import EndpointStatus, StatusReport
from pyetcdctl.errors import PyetcdctlError, Reported

app = new_app()


@command(
    app,
    "status",
    "  pyetcdctl endpoint status -w table",
    prints=(StatusReport,),
    needs_server=False,
)
def status(session: Session, surplus: Annotated[list[str], words("")], flags: ClusterFlag) -> None:
    """Show version, size, leader and raft state of each endpoint.

    Columns: endpoint, member ID, version, storage version, size of the file, in use, not in use,
    quota, is leader, is learner, raft term, index and applied index, errors, downgrade target,
    downgrade enabled. Servers before 3.6 leave some empty. A table on a terminal has the members'
    names, and those columns that fit.
    """
    if session.file_path:
        session.print(_status_of_file(session, flags))
        return
    from pyetcdctl.client.maintenance import MaintenanceService

    endpoints = endpoints_to_call(session, flags.cluster)
    outcomes = call_each(
        session.connection,
        endpoints,
        lambda own: MaintenanceService(own).status(session.deadline()),
    )
    report_failures(session, "get the status of endpoint", outcomes)
    rows = [EndpointStatus(each.endpoint, each.response) for each in outcomes if each.response]
    names = _member_names(session) if rows else {}
    session.print(StatusReport(tuple(rows), names))
    if len(rows) < len(outcomes):
        raise Reported


def _member_names(session: Session) -> dict[int, str]:
    """Return the members' names for a table on a terminal; none if they cannot be listed."""
    if session.output.format != "table" or not session.output.terminal:
        return {}
    try:
        listed = session.client.cluster.list(session.deadline(), linearizable=False)
    except PyetcdctlError:
        return {}
    return {member.ID: member.name for member in listed.members}


def _status_of_file(session: Session, flags: ClusterFlag) -> StatusReport:
    from pyetcdctl.storage.members import stored_figures

    refuse_cluster(flags)
    figures = stored_figures(session.stored)
    return StatusReport((EndpointStatus(session.file_path, figures),))
