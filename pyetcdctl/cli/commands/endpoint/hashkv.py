"""``endpoint hashkv``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.endpoints import ClusterFlag, endpoints_to_call, refuse_cluster, report_failures
from pyetcdctl.cli.flags.parameters import number, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.each import call_each
from pyetcdctl.cluster_results import EndpointHash, HashReport
from pyetcdctl.errors import PyetcdctlError

app = new_app()


class HashFlags(ClusterFlag):
    """The flags of ``endpoint hashkv``."""

    rev: Annotated[int, number("--rev", "Hash up to this revision; 0 for the newest.")] = 0


@command(
    app,
    "hashkv",
    "  pyetcdctl endpoint hashkv --cluster --rev 2000",
    prints=(HashReport,),
    needs_server=False,
)
def hashkv(session: Session, surplus: Annotated[list[str], words("")], flags: HashFlags) -> None:
    """Show the hash over each endpoint's keys and their history.

    Compare members at one --rev: while keys are written, the newest revision differs between them.
    """
    if session.file_path:
        session.print(_hash_of_file(session, flags))
        return
    from pyetcdctl.client.maintenance import MaintenanceService

    endpoints = endpoints_to_call(session, flags.cluster)
    outcomes = call_each(
        session.connection,
        endpoints,
        lambda own: MaintenanceService(own).hash_kv(flags.rev, session.deadline()),
    )
    report_failures(session, "get the hash of endpoint", outcomes)
    rows = [EndpointHash(each.endpoint, each.response) for each in outcomes if each.response]
    session.print(HashReport(tuple(rows)))
    failures = [each.failure for each in outcomes if each.failure]
    if failures:
        raise PyetcdctlError(failures[-1].message)


def _hash_of_file(session: Session, flags: HashFlags) -> HashReport:
    from pyetcdctl.storage.members import stored_hash

    refuse_cluster(flags)
    found = stored_hash(session.stored, flags.rev)
    return HashReport((EndpointHash(session.file_path, found),))
