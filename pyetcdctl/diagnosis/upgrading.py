"""Whether a cluster is ready for the next release of etcd."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.readings import CLUSTER, exact, fault, missing, sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyetcdctl.diagnosis.facts import ClusterFacts, UpgradeFacts
    from pyetcdctl.diagnosis.readings import Reading

_FILE = Path(__file__).parent / "rules" / "upgrades.toml"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The requirements of a release: the release before it and its lowest patch."""

    target: str
    before: str
    least: str
    source: str
    flags: Mapping[str, str]
    """The flags that it refuses, and what replaces each."""


@cache
def upgrades() -> Mapping[str, Upgrade]:
    """Return the known upgrades by their target release."""
    table = tomllib.loads(_FILE.read_text())
    return {
        target: Upgrade(target, row["from"], row["least"], row["source"], row["flags"])
        for target, row in table.items()
    }


def upgrade_readings(cluster: ClusterFacts) -> Iterator[Reading]:
    """Yield the readings before an upgrade; nothing where none is requested."""
    if cluster.upgrade is None:
        return
    upgrade = upgrades()[cluster.upgrade.target]
    yield from _versions(cluster, upgrade)
    yield from _learners(cluster, upgrade)
    yield from _flags(cluster.upgrade, upgrade)
    if cluster.records is None:
        reason = "this node's database was not read: --data-dir names its folder"
        yield missing("zombie-record", CLUSTER, reason)


def _versions(cluster: ClusterFacts, upgrade: Upgrade) -> Iterator[Reading]:
    for member in cluster.members:
        if member.last is None:
            yield missing("upgrade-version", member.label, "the member does not respond")
            continue
        version = member.last.version
        found = _numbers(version)
        if found[:2] > _numbers(upgrade.target):
            reason = f"it runs {version}: {upgrade.target} is older, and downgrades are not checked"
            yield missing("upgrade-version", member.label, reason)
            continue
        if found[:2] == _numbers(upgrade.target):
            yield sound("upgrade-version", member.label, f"runs {version} already")
            continue
        is_next = found[:2] == _numbers(upgrade.before)
        is_ready = is_next and found >= _numbers(upgrade.least)
        step = f", which is to be {upgrade.before} first" if not is_next else ""
        text = f"{member.label} runs {version}{step}; {upgrade.least} or later is needed"
        yield exact("upgrade-version", member.label, float(not is_ready), text=text)


def _learners(cluster: ClusterFacts, upgrade: Upgrade) -> Iterator[Reading]:
    learners = [each for each in cluster.listed if each.is_learner]
    for each in learners:
        text = f"{each.label} is a learner: promote or remove it before {upgrade.target}"
        command = f"pyetcdctl member promote {each.id:x}"
        yield fault("upgrade-learner", each.label, text, next=command)
    if not learners:
        yield sound("upgrade-learner", CLUSTER, "no learners")


def _flags(facts: UpgradeFacts, upgrade: Upgrade) -> Iterator[Reading]:
    if facts.options is None:
        reason = "no unit or manifest of etcd was found on this machine: run it on each node"
        yield missing("upgrade-flag", CLUSTER, reason)
        return
    refused = [each for each in facts.options if each.name in upgrade.flags]
    for each in refused:
        instead = upgrade.flags[each.name]
        use = f", use {instead}" if instead else ""
        text = f"{each.origin} in {each.file} is refused by {upgrade.target}{use}"
        yield fault(
            "upgrade-flag", f"{CLUSTER}/{each.name}", text, next=f"grep -n {each.name} {each.file}"
        )
    if not refused:
        yield sound("upgrade-flag", CLUSTER, f"{upgrade.target} takes all flags of this node")


def _numbers(version: str) -> tuple[int, ...]:
    plain = version.partition("-")[0].split(".")
    return tuple(int(part) for part in plain if part.isdigit())
