"""How the values of each resource are stored: plain or encrypted, by which key, stale or not.

Memory is bounded for all keys: beyond a maximum of resources, or of key names of one resource, the
rest is counted together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import NotDecrypted
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyetcdctl.kubernetes.encryption.configuration import EncryptionConfig, GroupResource
    from pyetcdctl.kubernetes.encryption.keyring import Keyring

MOST_RESOURCES, MOST_KEYS = 2000, 50
REST = "(others)"


class EncryptedBy(NamedTuple):
    """A provider and its key's or plugin's name."""

    provider: str
    key_name: str


@dataclass
class ResourceStatus:
    """The counts of one resource; ``resource`` is None for keys of no API object."""

    resource: GroupResource | None
    name: str
    total: int = 0
    plain: int = 0
    encrypted: Counter[EncryptedBy] = field(default_factory=Counter)
    stale: int = 0
    """Values, plain ones too, that the API server would encrypt differently today."""
    not_decrypted: int = 0
    """Encrypted values that could not be decrypted here."""
    unreadable_to_server: int = 0
    """Values for which the resource's block has no key, or another one: the API server cannot read
    them.
    """
    problem: str = ""
    """Why the first of these could not be decrypted."""


class Violation(NamedTuple):
    """A resource of the file that has plain values."""

    name: str
    plain: int
    by_configuration: bool
    """Whether identity is its only provider in the file."""


def survey(
    values: Iterable[tuple[bytes, bytes]],
    keyring: Keyring,
) -> list[ResourceStatus]:
    """Count (key, value) pairs by resource, in the order of the resources' names."""
    rows: dict[GroupResource | str | None, ResourceStatus] = {}
    for key, value in values:
        resource = keyring.resource_of(key)
        if resource not in rows and len(rows) >= MOST_RESOURCES:
            row = rows.setdefault(REST, ResourceStatus(None, REST))
        else:
            name = str(resource) if resource else ""
            row = rows.setdefault(resource, ResourceStatus(resource, name))
        _count(row, key, value, keyring)
    return sorted(rows.values(), key=lambda row: row.name)


def violations(status: Iterable[ResourceStatus], config: EncryptionConfig) -> list[Violation]:
    """Return the resources with plain values that a block of the file covers."""
    found = []
    for row in status:
        if row.plain and config.names(row.resource):
            sources = config.sources_of(row.resource)
            opted_out = all(source.provider is Provider.IDENTITY for source in sources)
            found.append(Violation(row.name, row.plain, opted_out))
    return found


def unmet(status: Iterable[ResourceStatus], config: EncryptionConfig) -> list[str]:
    """Return the entries of the file that cover nothing in the store, and likely corrections."""
    met = [row.resource for row in status if row.resource]
    entries = dict.fromkeys(entry for block in config.blocks for entry in block.resources)
    return [
        f"{entry}{_meant(entry, met)}"
        for entry in entries
        if not any(entry.covers(resource) for resource in met)
    ]


def mistaken(status: Iterable[ResourceStatus], config: EncryptionConfig) -> list[str]:
    """Return the entries that cover nothing where a resource of that name is in another group."""
    met = [row.resource for row in status if row.resource]
    return [
        f"{entry}{_meant(entry, met)}"
        for entry in dict.fromkeys(entry for block in config.blocks for entry in block.resources)
        if not any(entry.covers(resource) for resource in met) and _meant(entry, met)
    ]


def undecided(status: Iterable[ResourceStatus], config: EncryptionConfig) -> list[str]:
    """Return the resources with plain values and an unknown group, where an entry names groups.

    Their keys do not show whether such an entry covers them.
    """
    by_group = [
        entry
        for block in config.blocks
        for entry in block.resources
        if entry.resource == "*" and entry.group != "*"
    ]
    return [
        row.name
        for row in status
        if by_group and row.plain and row.resource and row.resource.group is None
    ]


def _meant(entry: GroupResource, met: list[GroupResource]) -> str:
    same = sorted(str(resource) for resource in met if resource.resource == entry.resource)
    return f" (is {same[0]} meant?)" if same else ""


def _count(row: ResourceStatus, key: bytes, value: bytes, keyring: Keyring) -> None:
    row.total += 1
    if value.startswith(ENCRYPTED):
        report = keyring.report(value)
        owner = EncryptedBy(report.provider, report.key_name)
        full = owner not in row.encrypted and len(row.encrypted) >= MOST_KEYS
        row.encrypted[EncryptedBy(REST, "") if full else owner] += 1
    else:
        row.plain += 1
    try:
        found = keyring.decrypt(key, value)
    except NotDecrypted as refused:
        row.not_decrypted += 1
        row.problem = row.problem or refused.message
        row.unreadable_to_server += keyring.lacks_key(key, value)
        return
    row.stale += found.stale
    row.unreadable_to_server += not found.server_reads
