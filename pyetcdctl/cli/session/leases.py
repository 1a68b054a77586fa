"""The leases of keys that go from one store to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.client import lease as leases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyetcdctl.cli.session.session import Session


def granted_seconds(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """Return the seconds that leases of the command's source were granted for, if they live."""
    if session.file_path:
        from pyetcdctl.storage.leases import stored_time_to_live

        opened = session.file.opened
        found = {each: stored_time_to_live(opened, each, with_keys=False) for each in ids}
    else:
        connection = session.connection
        found = {each: leases.time_to_live(connection, each, session.deadline()) for each in ids}
    return {each: state.grantedTTL for each, state in found.items() if state.grantedTTL > 0}
