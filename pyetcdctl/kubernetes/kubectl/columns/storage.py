"""Storage: volumes, claims, classes and CSI drivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.columns.column import (
    AGE,
    CREATED_AT,
    NAME,
    UNSET,
    Column,
    field,
    joined,
    optional,
    size,
    switch,
    wide,
)
from pyetcdctl.kubernetes.kubectl.columns.reach import at, mapping, objects, quantity, text, texts

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.kubectl.columns.column import Cell
    from pyetcdctl.kubernetes.objects import Object

_ACCESS = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
_OLD_CLASS = "volume.beta.kubernetes.io/storage-class"
_DEFAULT_CLASSES = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)


def _phase(obj: Object, _: datetime) -> str:
    deleted = at(obj, "metadata.deletionTimestamp") is not None
    return "Terminating" if deleted else text(at(obj, "status.phase")) or "Pending"


def _modes(path: str) -> Cell:
    def cell(obj: Object, _: datetime) -> str:
        modes = texts(at(obj, path))
        return ",".join(short for mode, short in _ACCESS.items() if mode in modes)

    return cell


def _capacity(volume: Object, _: datetime) -> str:
    return quantity(at(volume, "spec.capacity.storage"))


def _claim(volume: Object, _: datetime) -> str:
    claim = at(volume, "spec.claimRef")
    if not isinstance(claim, dict):
        return ""
    return f"{text(claim.get('namespace'))}/{text(claim.get('name'))}"


def _class(obj: Object, _: datetime) -> str:
    older = mapping(at(obj, "metadata.annotations")).get(_OLD_CLASS)
    return text(at(obj, "spec.storageClassName") if older is None else older)


def _if_bound(cell: Cell) -> Cell:
    """Show a cell of a claim only if the claim has a volume."""
    return lambda claim, now: cell(claim, now) if text(at(claim, "spec.volumeName")) else ""


def _default_class(obj: Object, _: datetime) -> str:
    annotations = mapping(at(obj, "metadata.annotations"))
    is_default = any(annotations.get(name) == "true" for name in _DEFAULT_CLASSES)
    return " (default)" if is_default else ""


def _audiences(driver: Object, _: datetime) -> str:
    requests = at(driver, "spec.tokenRequests")
    audiences = (text(each.get("audience")) for each in objects(requests))
    return UNSET if requests is None else ",".join(audiences)


_ATTRIBUTES_CLASS = optional("spec.volumeAttributesClassName", UNSET)
_VOLUME_MODE = wide("VOLUMEMODE", optional("spec.volumeMode", "Filesystem"))

COLUMNS = {
    "PersistentVolume": (
        NAME,
        Column("CAPACITY", _capacity),
        Column("ACCESS MODES", _modes("spec.accessModes")),
        Column("RECLAIM POLICY", field("spec.persistentVolumeReclaimPolicy", "Retain")),
        Column("STATUS", _phase),
        Column("CLAIM", _claim),
        Column("STORAGECLASS", _class),
        Column("VOLUMEATTRIBUTESCLASS", _ATTRIBUTES_CLASS),
        Column("REASON", field("status.reason")),
        AGE,
        _VOLUME_MODE,
    ),
    "PersistentVolumeClaim": (
        NAME,
        Column("STATUS", _phase),
        Column("VOLUME", field("spec.volumeName")),
        Column("CAPACITY", _if_bound(lambda c, _: quantity(at(c, "status.capacity.storage")))),
        Column("ACCESS MODES", _if_bound(_modes("status.accessModes"))),
        Column("STORAGECLASS", _class),
        Column("VOLUMEATTRIBUTESCLASS", _ATTRIBUTES_CLASS),
        AGE,
        _VOLUME_MODE,
    ),
    "StorageClass": (
        NAME._replace(cell=_default_class),
        Column("PROVISIONER", field("provisioner")),
        Column("RECLAIMPOLICY", optional("reclaimPolicy", "Delete")),
        Column("VOLUMEBINDINGMODE", optional("volumeBindingMode", "Immediate")),
        Column("ALLOWVOLUMEEXPANSION", switch("allowVolumeExpansion")),
        AGE,
    ),
    "VolumeAttributesClass": (NAME, Column("DRIVERNAME", field("driverName")), AGE),
    "VolumeAttachment": (
        NAME,
        Column("ATTACHER", field("spec.attacher")),
        Column("PV", field("spec.source.persistentVolumeName")),
        Column("NODE", field("spec.nodeName")),
        Column("ATTACHED", switch("status.attached")),
        AGE,
    ),
    "CSINode": (NAME, Column("DRIVERS", size("spec.drivers")), AGE),
    "CSIDriver": (
        NAME,
        Column("ATTACHREQUIRED", switch("spec.attachRequired", default=True)),
        Column("PODINFOONMOUNT", switch("spec.podInfoOnMount")),
        Column("STORAGECAPACITY", switch("spec.storageCapacity")),
        Column("TOKENREQUESTS", _audiences),
        Column("REQUIRESREPUBLISH", switch("spec.requiresRepublish")),
        Column("MODES", joined("spec.volumeLifecycleModes", "Persistent")),
        AGE,
    ),
    "CSIStorageCapacity": (NAME, CREATED_AT),
}
