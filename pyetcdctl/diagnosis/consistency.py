"""Consistency: whether all members hold the same keys, and whether authentication protects them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.readings import CLUSTER, exact, fault, missing, sound
from pyetcdctl.diagnosis.wording import key_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.diagnosis.facts import AuthFacts, ClusterFacts
    from pyetcdctl.diagnosis.readings import Reading

_MOST_KEYS = 5


def consistency_readings(cluster: ClusterFacts) -> Iterator[Reading]:
    """Yield the readings of the members' keys and of authentication."""
    yield from _hashes(cluster)
    yield from _authentication(cluster)


def _hashes(cluster: ClusterFacts) -> Iterator[Reading]:
    known = {}
    for member in cluster.members:
        if member.hash is None:
            continue
        if member.hash.hash is None:
            yield missing("hash", member.label, member.hash.failure)
        else:
            known[member.label] = member.hash
    if not known:
        return
    revision = next(iter(known.values())).revision
    counts = Counter(each.hash for each in known.values())
    if len(counts) == 1:
        yield sound("hash", CLUSTER, f"one hash of all keys at revision {revision:,}")
        return
    usual, votes = counts.most_common(1)[0]
    odd = [label for label, each in known.items() if each.hash != usual]
    who = f"{', '.join(odd)} differ" if votes > 1 else "all members differ"
    text = f"{who} at revision {revision:,}{_keys(cluster)}"
    yield fault("hash", odd[0] if votes > 1 and len(odd) == 1 else CLUSTER, text)


def _keys(cluster: ClusterFacts) -> str:
    if not cluster.differences:
        return ""
    shown = [f"{key_words(each.key)} ({each.what})" for each in cluster.differences[:_MOST_KEYS]]
    rest = len(cluster.differences) - len(shown)
    return f": {', '.join(shown)}{f' and {rest:,} more keys' if rest else ''}"


def _rights(auth: AuthFacts) -> Reading:
    if not auth.refused:
        return sound("auth-rights", CLUSTER, "authentication is on, and root looked")
    text = f"authentication is on, and what takes root was refused: {auth.refused}"
    return fault("auth-rights", CLUSTER, text)


def _authentication(cluster: ClusterFacts) -> Iterator[Reading]:
    auth = cluster.auth
    if auth is None:
        return
    if auth.unknown:
        yield missing("auth-off", CLUSTER, auth.unknown)
        return
    if auth.enabled:
        yield _rights(auth)
        return
    if auth.users is None:
        return
    if auth.users:
        text = f"{auth.users} users exist, and authentication is off: every client may write"
        yield fault("auth-off", CLUSTER, text)
        if not auth.has_root:
            yield fault("auth-root", CLUSTER, "the user root is missing or lacks the role root")
        return
    yield exact("auth-off", CLUSTER, 0.0, text="no users, no authentication")
