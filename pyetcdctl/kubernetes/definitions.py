"""CustomResourceDefinitions: stored in v1beta1 to this day, served in v1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object

GROUP = "apiextensions.k8s.io"
OLD = f"{GROUP}/v1beta1"
PER_VERSION = ("schema", "subresources", "additionalPrinterColumns", "selectableFields")
VERSION_ORDER = ("name", "served", "storage", "deprecated", "deprecationWarning", *PER_VERSION)


def is_old(obj: Object) -> bool:
    """Return whether an object is a definition in the stored form."""
    return obj.get("kind") == "CustomResourceDefinition" and obj.get("apiVersion") == OLD


def to_v1(definition: Object) -> Object:
    """Return a v1beta1 definition as v1; other objects are returned unchanged."""
    converted = {**definition, "apiVersion": f"{GROUP}/v1"}
    spec = definition.get("spec")
    if isinstance(spec, dict):
        converted["spec"] = _spec(spec)
    return converted


def categories_of(definition: Object) -> list[str]:
    """Return the categories that a definition of either form names."""
    spec = definition.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    found = names.get("categories") if isinstance(names, dict) else None
    return list(map(str, found)) if isinstance(found, list) else []


def _spec(old: Object) -> Object:
    new: Object = {"group": old.get("group", ""), "names": _names(old.get("names"))}
    new["scope"] = old.get("scope", "Namespaced")
    new["versions"] = _versions(old)
    new["conversion"] = _conversion(old.get("conversion"))
    # Where the field is absent, v1beta1 preserves them and v1 does not.
    if old.get("preserveUnknownFields", True):
        new["preserveUnknownFields"] = True
    return new


def _names(old: object) -> Object:
    names = dict(old) if isinstance(old, dict) else {}
    kind = names.get("kind", "")
    if isinstance(kind, str):
        names = {"plural": names.get("plural", ""), "singular": kind.lower()} | names
        names.setdefault("listKind", f"{kind}List")
    order = ("plural", "singular", "shortNames", "kind", "listKind", "categories")
    return {name: names[name] for name in order if name in names}


def _versions(spec: Object) -> list[Object]:
    only = {"name": spec.get("version", ""), "served": True, "storage": True}
    versions = spec.get("versions") or [only]
    shared = {name: spec[name] for name in PER_VERSION if name in spec}
    if "validation" in spec:
        shared["schema"] = spec["validation"]
    listed = versions if isinstance(versions, list) else []
    return [_version(shared | version) for version in listed if isinstance(version, dict)]


def _version(old: Object) -> Object:
    new = {name: old[name] for name in VERSION_ORDER if name in old}
    columns = new.get("additionalPrinterColumns")
    if isinstance(columns, list):
        new["additionalPrinterColumns"] = [_column(column) for column in columns]
    return new


def _column(old: object) -> object:
    if not isinstance(old, dict):
        return old
    return {("jsonPath" if name == "JSONPath" else name): value for name, value in old.items()}


def _conversion(old: object) -> Object:
    if not isinstance(old, dict) or old.get("strategy", "None") != "Webhook":
        return {"strategy": "None"}
    webhook: Object = {}
    if "webhookClientConfig" in old:
        webhook["clientConfig"] = old["webhookClientConfig"]
    webhook["conversionReviewVersions"] = old.get("conversionReviewVersions") or ["v1beta1"]
    return {"strategy": "Webhook", "webhook": webhook}
