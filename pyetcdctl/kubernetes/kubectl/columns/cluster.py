"""Cluster resources: nodes, namespaces, configuration, quotas, and the API server's own objects.

The columns of CustomResourceDefinitions are those that they have since Kubernetes 1.37.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes import definitions
from pyetcdctl.kubernetes.kubectl.columns.column import (
    AGE,
    CREATED_AT,
    NAME,
    NONE,
    UNSET,
    Column,
    count,
    field,
    joined,
    optional,
    switch,
    wide,
)
from pyetcdctl.kubernetes.kubectl.columns.reach import (
    at,
    condition,
    flag,
    items,
    mapping,
    number,
    objects,
    quantity,
    shortened,
    text,
)

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.kubectl.columns.column import Cell
    from pyetcdctl.kubernetes.objects import Object


_ROLE = "node-role.kubernetes.io/"
_OTHER_ROLE = "kubernetes.io/role"
_UNKNOWN = "<unknown>"
_MOST = 3
_FLOW = "flowcontrol.apiserver.k8s.io/v1"
_KEEPS_ZERO = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares"
_MIGRATION_STATES = ("Running", "Failed", "Succeeded")


def _node_status(node: Object, _: datetime) -> str:
    found = [
        each.get("status")
        for each in objects(at(node, "status.conditions"))
        if each.get("type") == "Ready"
    ]
    ready = "Ready" if found[-1:] == ["True"] else "NotReady"
    cordoned = ["SchedulingDisabled"] if flag(at(node, "spec.unschedulable")) else []
    return ",".join([ready if found else "Unknown", *cordoned])


def _roles(node: Object, _: datetime) -> str:
    labels = mapping(at(node, "metadata.labels"))
    roles = {name.removeprefix(_ROLE) for name in labels if name.startswith(_ROLE)}
    roles.add(text(labels.get(_OTHER_ROLE)))
    return ",".join(sorted(filter(None, roles))) or NONE


def _address(kind: str) -> Cell:
    def cell(node: Object, _: datetime) -> str:
        addresses = objects(at(node, "status.addresses"))
        found = (text(each.get("address")) for each in addresses if each.get("type") == kind)
        return next(found, NONE)

    return cell


def _kernel(node: Object, _: datetime) -> str:
    version = text(at(node, "status.nodeInfo.kernelVersion")) or _UNKNOWN
    architecture = text(at(node, "status.nodeInfo.architecture"))
    return f"{version} ({architecture})" if architecture else version


def _data(obj: Object, _: datetime) -> str:
    return str(items(obj.get("data")) + items(obj.get("binaryData")))


def _secret_data(obj: Object, _: datetime) -> str:
    names = {*mapping(obj.get("data")), *mapping(obj.get("stringData"))}
    return str(len(names))


def _quota(*, limits: bool) -> Cell:
    def cell(quota: Object, _: datetime) -> str:
        hard, used = (mapping(at(quota, f"status.{name}")) for name in ("hard", "used"))
        names = [name for name in sorted(hard) if name.startswith("limits.") == limits]
        amounts = ((name, quantity(used.get(name)), quantity(hard[name])) for name in names)
        return ", ".join(f"{name}: {some}/{most}" for name, some, most in amounts)

    return cell


def _handler(runtime: Object, _: datetime) -> str:
    return text(runtime.get("handler")) or text(at(runtime, "spec.runtimeHandler"))


def _service(service: Object, _: datetime) -> str:
    named = at(service, "spec.service")
    if not isinstance(named, dict):
        return "Local"
    return f"{text(named.get('namespace'))}/{text(named.get('name'))}"


def _is_available(service: Object, _: datetime) -> str:
    found = condition(service, "Available")
    status, reason = (text((found or {}).get(name)) for name in ("status", "reason"))
    if found is None:
        return "Unknown"
    return f"{status} ({reason})" if reason and status != "True" else status


def _distinguisher(schema: Object, _: datetime) -> str:
    method = at(schema, "spec.distinguisherMethod")
    return text(method.get("type")) if isinstance(method, dict) else NONE


def _is_dangling(schema: Object, _: datetime) -> str:
    found = condition(schema, "Dangling")
    return "?" if found is None else text(found.get("status"))


def _shares(level: Object, _: datetime) -> str:
    limited = at(level, "spec.limited")
    if not isinstance(limited, dict):
        return NONE
    shares = limited.get("nominalConcurrencyShares", limited.get("assuredConcurrencyShares"))
    keeps = level.get("apiVersion") == _FLOW or _KEEPS_ZERO in _annotations(level)
    return text(shares) if number(shares) or (shares == 0 and keeps) else "30"


def _annotations(obj: Object) -> Object:
    return mapping(at(obj, "metadata.annotations"))


def _queuing(name: str, default: int) -> Cell:
    def cell(level: Object, _: datetime) -> str:
        queuing = at(level, "spec.limited.limitResponse.queuing")
        return str(number(queuing.get(name)) or default) if isinstance(queuing, dict) else NONE

    return cell


def _stored_versions(obj: Object, _: datetime) -> str:
    versions = objects(at(obj, "status.storageVersions"))
    pairs = ((text(v.get("apiServerID")), text(v.get("encodingVersion"))) for v in versions)
    return shortened([f"{server}={version}" for server, version in pairs], _MOST) or UNSET


def _migrated(migration: Object, _: datetime) -> str:
    resource = mapping(at(migration, "spec.resource"))
    group, name = text(resource.get("group")), text(resource.get("resource"))
    return f"{name}.{group}" if group else name


def _migration_state(migration: Object, _: datetime) -> str:
    conditions = objects(at(migration, "status.conditions"))
    true = [text(each.get("type")) for each in conditions if each.get("status") == "True"]
    return next((name for name in reversed(true) if name in _MIGRATION_STATES), "Unknown")


def _served_versions(definition: Object, _: datetime) -> str:
    served = definitions.to_v1(definition) if definitions.is_old(definition) else definition
    versions = [each for each in objects(at(served, "spec.versions")) if flag(each.get("served"))]
    return ",".join(sorted(map(_version, versions)))


def _version(version: Object) -> str:
    return f"{text(version.get('name'))}{'(storage)' if flag(version.get('storage')) else ''}"


def _is_established(definition: Object, _: datetime) -> str:
    return str((condition(definition, "Established") or {}).get("status") == "True").lower()


COLUMNS = {
    "Node": (
        NAME,
        Column("STATUS", _node_status),
        Column("ROLES", _roles),
        AGE,
        Column("VERSION", field("status.nodeInfo.kubeletVersion")),
        wide("INTERNAL-IP", _address("InternalIP")),
        wide("EXTERNAL-IP", _address("ExternalIP")),
        wide("OS-IMAGE", field("status.nodeInfo.osImage", _UNKNOWN)),
        wide("KERNEL-VERSION", _kernel),
        wide("CONTAINER-RUNTIME", field("status.nodeInfo.containerRuntimeVersion", _UNKNOWN)),
    ),
    "Namespace": (NAME, Column("STATUS", field("status.phase", "Active")), AGE),
    "Secret": (
        NAME,
        Column("TYPE", field("type", "Opaque")),
        Column("DATA", _secret_data),
        AGE,
    ),
    "ConfigMap": (NAME, Column("DATA", _data), AGE),
    "LimitRange": (NAME, CREATED_AT),
    "ResourceQuota": (
        NAME,
        Column("REQUEST", _quota(limits=False)),
        Column("LIMIT", _quota(limits=True)),
        AGE,
    ),
    "RuntimeClass": (NAME, Column("HANDLER", _handler), AGE),
    "PriorityClass": (
        NAME,
        Column("VALUE", count("value")),
        Column("GLOBAL-DEFAULT", switch("globalDefault")),
        AGE,
        Column("PREEMPTIONPOLICY", optional("preemptionPolicy", "PreemptLowerPriority")),
    ),
    "Lease": (NAME, Column("HOLDER", field("spec.holderIdentity")), AGE),
    "LeaseCandidate": (
        NAME,
        Column("LEASENAME", field("spec.leaseName")),
        Column("BINARYVERSION", field("spec.binaryVersion")),
        Column("EMULATIONVERSION", field("spec.emulationVersion")),
        AGE,
    ),
    "APIService": (
        NAME,
        Column("SERVICE", _service),
        Column("AVAILABLE", _is_available),
        AGE,
    ),
    "FlowSchema": (
        NAME,
        Column("PRIORITYLEVEL", field("spec.priorityLevelConfiguration.name")),
        Column("MATCHINGPRECEDENCE", count("spec.matchingPrecedence", 1000)),
        Column("DISTINGUISHERMETHOD", _distinguisher),
        AGE,
        Column("MISSINGPL", _is_dangling),
    ),
    "PriorityLevelConfiguration": (
        NAME,
        Column("TYPE", field("spec.type")),
        Column("NOMINALCONCURRENCYSHARES", _shares),
        Column("QUEUES", _queuing("queues", 64)),
        Column("HANDSIZE", _queuing("handSize", 8)),
        Column("QUEUELENGTHLIMIT", _queuing("queueLengthLimit", 50)),
        AGE,
    ),
    "StorageVersion": (
        NAME,
        Column("COMMONENCODINGVERSION", optional("status.commonEncodingVersion", UNSET)),
        Column("STORAGEVERSIONS", _stored_versions),
        AGE,
    ),
    "StorageVersionMigration": (
        NAME,
        Column("RESOURCE", _migrated),
        Column("STATUS", _migration_state),
    ),
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
