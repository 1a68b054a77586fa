"""``member list``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import Consistency, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cluster_results import MemberList
from pyetcdctl.errors import BadFeature

app = new_app()


class ListFlags(Flags):
    """The flags of ``member list``."""

    consistency: Consistency = "l"


@command(app, "list", "  pyetcdctl member list -w table", prints=(MemberList,), needs_server=False)
def list_members(
    session: Session, surplus: Annotated[list[str], words("")], flags: ListFlags
) -> None:
    """List the members of the cluster.

    Columns: ID, status, name, peer URLs, client URLs, is learner. A member that was added and
    never ran is unstarted; one that ran and is down now is still reported as started.
    """
    if flags.consistency not in ("l", "s"):
        # etcdctl shows the value of another command's flag here.
        given = f"It was {flags.consistency!r}; use l or s."
        raise BadFeature('unknown consistency flag "l"', given)
    if session.file_path:
        from pyetcdctl.storage.members import stored_members

        session.print(MemberList(stored_members(session.stored)))
        return
    deadline = session.deadline()
    response = session.client.cluster.list(deadline, linearizable=flags.consistency == "l")
    session.print(MemberList(response))
