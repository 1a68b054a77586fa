"""Kubernetes' objects: compaction, encryption at rest, sizes, stored versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.readings import CLUSTER, exact, fault, missing, sound
from pyetcdctl.diagnosis.wording import count_words, key_words, seconds_words, size_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.diagnosis.facts import ClusterFacts, KubernetesFacts
    from pyetcdctl.diagnosis.readings import Reading

REQUEST_LIMIT = 1.5 * 1024 * 1024
_SECRETS = "secrets"


def kubernetes_readings(cluster: ClusterFacts) -> Iterator[Reading]:
    """Yield the readings of an API server's objects; nothing where there are none."""
    facts = cluster.kubernetes
    if facts is None:
        return
    yield _compaction(facts)
    yield from _largest(facts)
    yield from _encryption(facts)
    yield from _removed(facts)


def _compaction(facts: KubernetesFacts) -> Reading:
    age = facts.compaction_age_seconds
    if age is None:
        return missing("compaction-age", CLUSTER, facts.compaction_unknown)
    text = f"the API server compacted {seconds_words(age)} before the newest renewal of a Lease"
    return exact("compaction-age", CLUSTER, age, text=text)


def _largest(facts: KubernetesFacts) -> Iterator[Reading]:
    if facts.largest is None:
        return
    share = facts.largest.size / REQUEST_LIMIT
    key = key_words(facts.largest.key)
    text = f"{key} has {size_words(facts.largest.size)}, {share:.0%} of the request limit"
    yield exact("largest-value", CLUSTER, share, text=text)


def _encryption(facts: KubernetesFacts) -> Iterator[Reading]:
    wanted = facts.configured or frozenset()
    for resource, found in sorted(facts.resources.items()):
        is_encrypted = resource in wanted or found.encrypted
        if is_encrypted:
            text = (
                f"{found.plain:,} of {found.plain + found.encrypted:,} {resource} are not encrypted"
            )
            yield exact("plain-values", f"{CLUSTER}/{resource}", float(found.plain > 0), text=text)
        elif resource == _SECRETS and found.plain:
            yield fault(
                "unencrypted", CLUSTER, f"{found.plain:,} secrets are not encrypted at rest"
            )
        if found.stale:
            text = f"{found.stale:,} {resource} are encrypted by an older provider or key"
            yield fault("stale-encryption", f"{CLUSTER}/{resource}", text)


def _removed(facts: KubernetesFacts) -> Iterator[Reading]:
    if not facts.target:
        reason = "no node names the release of its kubelet"
        yield missing("removed-versions", CLUSTER, reason)
        return
    for version, count in sorted(facts.removed.items()):
        text = f"{count_words(count, 'object')} stored as {version}"
        command = f"pyetcdctl kubernetes versions --target {facts.target}"
        yield fault("removed-versions", f"{CLUSTER}/{version.split()[1]}", text, next=command)
    if not facts.removed:
        text = f"Kubernetes {facts.target} reads all stored versions"
        if encrypted := sum(each.encrypted for each in facts.resources.values()):
            text += f", but for {count_words(encrypted, 'encrypted value')} not looked into"
        yield sound("removed-versions", CLUSTER, text)
