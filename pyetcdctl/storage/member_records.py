"""The records of the bucket of members: an id, and the member's attributes as JSON."""

from __future__ import annotations

import json
from typing import NamedTuple

from pyetcdctl.errors import DamagedSnapshot

MEMBERS = b"members"


class MemberRecord(NamedTuple):
    """A member as a database has it."""

    id: int
    name: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    is_learner: bool


def parse_member(key: bytes, value: bytes) -> MemberRecord:
    """Return the member of a record. Raises DamagedSnapshot."""
    try:
        fields = json.loads(value)
        return MemberRecord(
            int(key, 16),
            str(fields.get("name", "")),
            tuple(map(str, fields.get("peerURLs") or ())),
            tuple(map(str, fields.get("clientURLs") or ())),
            bool(fields.get("isLearner")),
        )
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedSnapshot(f"the database is damaged: member {key!r}: {error}") from error
