"""Kinds that only older releases stored, with the columns of those releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.columns.column import (
    AGE,
    NAME,
    NONE,
    Column,
    count,
    field,
    joined,
    switch,
    wide,
)
from pyetcdctl.kubernetes.kubectl.columns.reach import at, mapping, objects, text, texts

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object

_TERMS = {"matchExpressions": "MatchExpressions", "matchFields": "MatchFields"}


def _nodes(cidr: Object, _: datetime) -> str:
    chosen = at(cidr, "spec.nodeSelector")
    if not isinstance(chosen, dict):
        return NONE
    terms = objects(chosen.get("nodeSelectorTerms"))
    parts = ((title, objects(term.get(name))) for term in terms for name, title in _TERMS.items())
    return ",".join(
        f"{title}: [{' '.join(map(_requirement, required))}]"
        for title, required in parts
        if required
    )


def _requirement(expression: Object) -> str:
    values = " ".join(texts(expression.get("values")))
    return f"{{{text(expression.get('key'))} {text(expression.get('operator'))} [{values}]}}"


def _origin(parameters: Object, _: datetime) -> str:
    named = parameters.get("generatedFrom")
    kind, group, name = (text(mapping(named).get(key)) for key in ("kind", "apiGroup", "name"))
    return f"{kind}.{group} {name}" if isinstance(named, dict) else ""


_SCHEDULING = (NAME, Column("SELECTEDNODE", field("spec.selectedNode")), AGE)
_PARAMETERS = (NAME, Column("GENERATEDFROM", _origin), AGE)

COLUMNS = {
    "PodSecurityPolicy": (
        NAME,
        Column("PRIV", switch("spec.privileged")),
        Column("CAPS", joined("spec.allowedCapabilities")),
        Column("SELINUX", field("spec.seLinux.rule")),
        Column("RUNASUSER", field("spec.runAsUser.rule")),
        Column("FSGROUP", field("spec.fsGroup.rule")),
        Column("SUPGROUP", field("spec.supplementalGroups.rule")),
        Column("READONLYROOTFS", switch("spec.readOnlyRootFilesystem")),
        Column("VOLUMES", joined("spec.volumes")),
    ),
    "ClusterCIDR": (
        NAME,
        Column("PERNODEHOSTBITS", count("spec.perNodeHostBits")),
        Column("IPV4", field("spec.ipv4", NONE)),
        Column("IPV6", field("spec.ipv6", NONE)),
        AGE,
        wide("NODESELECTOR", _nodes),
    ),
    "ResourceClass": (NAME, Column("DRIVERNAME", field("driverName")), AGE),
    "PodScheduling": _SCHEDULING,
    "PodSchedulingContext": _SCHEDULING,
    "ResourceClaimParameters": _PARAMETERS,
    "ResourceClassParameters": _PARAMETERS,
}
