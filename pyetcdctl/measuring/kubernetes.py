"""Read an API server's objects once: sizes, encryption, stored versions; and its compaction."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.facts import KubernetesFacts, LargeValue, ResourceFacts
from pyetcdctl.errors import CallFailed
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.encryption.configuration import resource_of
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider
from pyetcdctl.kubernetes.versions.stored_types import is_unreadable, removal, stored_type
from pyetcdctl.measuring.dating import newest_renewal
from pyetcdctl.rpc.key_values import number_of
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.kubernetes.encryption.configuration import EncryptionConfig, GroupResource
    from pyetcdctl.kubernetes.versions.stored_types import StoredType

COMPACTION_KEY = b"compact_rev_key"
_RELEASE = re.compile(r"v1\.(\d+)\.", re.ASCII)


@dataclass
class _Counts:
    """What was counted of one resource so far."""

    plain: int = 0
    encrypted: int = 0
    stale: int = 0


def measure_objects(
    source: Source, prefix: str, config: EncryptionConfig | None
) -> KubernetesFacts | None:
    """Return the facts of the objects below a prefix; None where there are none."""
    survey = _Survey(f"{prefix}/".encode("utf-8", "surrogateescape"), config)
    for key, value in _values(source, survey.prefix):
        survey.take(key, value)
    if not survey.objects:
        return None
    age, unknown = _compaction_age(source, survey.prefix)
    return survey.facts(prefix, age, unknown)


class _Survey:
    """Counts of all objects, taken one by one."""

    def __init__(self, prefix: bytes, config: EncryptionConfig | None) -> None:
        self.prefix = prefix
        self.objects = 0
        self._config = config
        self._largest = LargeValue(b"", 0)
        self._folders: dict[bytes, GroupResource | None] = {}
        self._resources: dict[str, _Counts] = {}
        self._types: Counter[StoredType] = Counter()
        self._newest_kubelet = 0

    def take(self, key: bytes, value: bytes) -> None:
        """Count a value."""
        self.objects += 1
        if len(value) > self._largest.size:
            self._largest = LargeValue(key, len(value))
        resource = self._resource(key)
        if resource is None:
            return
        counts = self._resources.setdefault(str(resource), _Counts())
        if value.startswith(ENCRYPTED):
            counts.encrypted += 1
            counts.stale += self._is_stale(resource, value)
            return
        counts.plain += 1
        if stored := stored_type(value):
            self._types[stored] += 1
            if stored.kind == "Node" and stored.api_version == "v1":
                self._newest_kubelet = max(self._newest_kubelet, _kubelet_minor(value))

    def facts(self, prefix: str, age: float | None, unknown: str) -> KubernetesFacts:
        """Return what was counted."""
        target = f"1.{self._newest_kubelet + 1}" if self._newest_kubelet else ""
        return KubernetesFacts(
            prefix,
            self.objects,
            {
                name: ResourceFacts(
                    each.plain + each.encrypted, each.plain, each.encrypted, each.stale
                )
                for name, each in self._resources.items()
            },
            self._configured(),
            self._largest,
            age,
            unknown,
            target,
            {
                f"{stored.api_version} {stored.kind}{_instead(stored)}": count
                for stored, count in self._types.items()
                if target and is_unreadable(stored, target)
            },
        )

    def _resource(self, key: bytes) -> GroupResource | None:
        """Return the resource of a key; all keys of one folder have the same."""
        folder = key.rpartition(b"/")[0]
        if folder not in self._folders:
            self._folders[folder] = resource_of(key, self.prefix)
        return self._folders[folder]

    def _is_stale(self, resource: GroupResource, value: bytes) -> bool:
        """Whether another provider or key than the first of the configuration encrypted it."""
        if self._config is None:
            return False
        first = next(iter(self._config.sources_of(resource)), None)
        return first is not None and not value.startswith(first.header)

    def _configured(self) -> frozenset[str] | None:
        if self._config is None:
            return None
        return frozenset(
            str(resource)
            for resource in self._folders.values()
            if resource and self._encrypts(self._config, resource)
        )

    def _encrypts(self, config: EncryptionConfig, resource: GroupResource) -> bool:
        first = next(iter(config.sources_of(resource)), None)
        return first is not None and first.provider is not Provider.IDENTITY


def _values(source: Source, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
    key, end = prefix_range(prefix)
    request = RangeRequest(key=key, range_end=end)
    for page in source.range(request).pages():
        for found, _, _, _, value, _ in page.records():
            yield found, value


def _kubelet_minor(value: bytes) -> int:
    node = decode(value).object or {}
    status = node.get("status")
    info = status.get("nodeInfo") if isinstance(status, dict) else None
    version = info.get("kubeletVersion") if isinstance(info, dict) else None
    found = _RELEASE.match(version) if isinstance(version, str) else None
    return int(found[1]) if found else 0


def _instead(stored: StoredType) -> str:
    known = removal(stored)
    if known is None:
        return ""
    use = f", use {known.replacement}" if known.replacement else ""
    return f" (removed in {known.release}{use})"


def _compaction_age(source: Source, prefix: bytes) -> tuple[float | None, str]:
    """Return the time between the last compaction and now, both dated by renewals of Leases.

    The API server writes a key whenever it compacts. The newest renewal at that revision dates it,
    the newest of all dates the present, so that no clock of this machine matters.
    """
    (page,) = source.ranges([RangeRequest(key=COMPACTION_KEY)])
    record = next(page.records(), None)
    if record is None:
        return None, f"there is no {COMPACTION_KEY.decode()}: no API server compacts here"
    try:
        then = newest_renewal(source, prefix, number_of(record[2]))
        now = newest_renewal(source, prefix, 0)
    except CallFailed as error:
        return None, error.message
    if then is None or now is None:
        return None, "there is no Lease that dates the last compaction"
    return max(0.0, (now - then).total_seconds()), ""
