"""CustomResourceDefinitions, with the columns that they have since Kubernetes 1.37."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes import definitions
from pyetcdctl.kubernetes.kubectl.columns.column import (
    CREATED_AT,
    NAME,
    Column,
    field,
    joined,
    wide,
)
from pyetcdctl.kubernetes.kubectl.columns.reach import at, condition, flag, objects, text

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object


def _served_versions(definition: Object, _: datetime) -> str:
    served = definitions.to_v1(definition) if definitions.is_old(definition) else definition
    versions = [each for each in objects(at(served, "spec.versions")) if flag(each.get("served"))]
    return ",".join(sorted(map(_version, versions)))


def _version(version: Object) -> str:
    return f"{text(version.get('name'))}{'(storage)' if flag(version.get('storage')) else ''}"


def _is_established(definition: Object, _: datetime) -> str:
    return str((condition(definition, "Established") or {}).get("status") == "True").lower()


COLUMNS = {
    "CustomResourceDefinition": (
        NAME,
        Column("SCOPE", field("spec.scope")),
        Column("VERSIONS", _served_versions),
        CREATED_AT,
        wide("GROUP", field("spec.group")),
        wide("KIND", field("spec.names.kind")),
        wide("SHORTNAMES", joined("spec.names.shortNames")),
        wide("ESTABLISHED", _is_established),
    ),
}
