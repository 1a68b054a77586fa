"""An object after a user edited its YAML: unchanged parts stay as they were stored.

YAML does not keep everything: the order of names, ``1.50``, blanks in raw extensions. So each part
whose YAML is the same is taken from the object that was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import CBOR, JSON, PROTOBUF, encode
from pyetcdctl.kubernetes.codec.envelope import Format
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.editing.documents import documents
from pyetcdctl.kubernetes.objects import Literal
from pyetcdctl.kubernetes.stored_value import REPLACED
from pyetcdctl.strict_yaml import NotYaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.stored_value import StoredValue

MANAGED = "managedFields"
FIXED = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))
FORM = {Format.PROTOBUF: PROTOBUF, Format.BASE64: PROTOBUF, Format.CBOR: CBOR}


def form_of(stored: StoredValue) -> str:
    """Return the form of a value that replaces this one: the same, but JSON for YAML."""
    return FORM.get(stored.decoded.format, JSON)


def obstacle(stored: StoredValue) -> str:
    """Return why a value cannot be edited without loss; empty if it can be."""
    decoded = stored.decoded
    if stored.decryption_error:
        return stored.decryption_error
    if decoded.object is None:
        return "it holds no object of Kubernetes"
    if decoded.problem:
        return f"it is damaged ({decoded.problem}), and what could not be read would be lost"
    if not decoded.schema_known:
        return f"the kind {stored.type} is not known here"
    if decoded.unknown:
        path, number, *_ = decoded.unknown[0]
        where = f"{path}: " if path else ""
        return (
            f"it holds {len(decoded.unknown)} fields that are not known here "
            f"({where}field {number}), and they would be lost"
        )
    if REPLACED in json_text(decoded.object) and REPLACED.encode() not in stored.plain:
        return "it holds text that is not UTF-8, which YAML cannot carry"
    return _unfaithful(stored)


def _unfaithful(stored: StoredValue) -> str:
    """Encode what was decoded and decode it again, to verify that nothing is lost."""
    obj = stored.decoded.object
    try:
        again = decode(encode(obj, form_of(stored))).object
    except Unfit as unfit:
        return f"it does not fit its kind: {unfit}"
    if json_text(_bare(again)) != json_text(_bare(obj)) and form_of(stored) == PROTOBUF:
        return "it changes when it is written again"
    return ""


def _bare(obj: Object | None) -> Plain:
    metadata = (obj or {}).get("metadata")
    if not isinstance(metadata, dict):
        return obj
    kept = {n: v for n, v in metadata.items() if n not in ("resourceVersion", "selfLink")}
    return {**(obj or {}), "metadata": kept}


def without_managed_fields(obj: Object) -> Object:
    """Return the object without managedFields."""
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict) or MANAGED not in metadata:
        return obj
    return {**obj, "metadata": {n: v for n, v in metadata.items() if n != MANAGED}}


class EditedObject:
    """An object that is edited as YAML, ``text``."""

    def __init__(self, original: Object, *, managed_fields: bool) -> None:
        self._original = original
        self._offered = original if managed_fields else without_managed_fields(original)
        self.text = yaml_text(self._offered)
        self._shown = documents(self.text)[0].object

    def of(self, edited: Plain) -> Object:
        """Return the object of an edited text; raises Unfit where its identity has changed."""
        if not isinstance(edited, dict):
            raise Unfit("an object is needed here")
        for path in FIXED:
            if _at(edited, path) != _at(self._shown, path):
                raise Unfit(f"this has to stay {_at(self._shown, path)}", *path)
        merged: Object = _merged(edited, self._shown, self._offered)
        metadata, before = merged.get("metadata"), self._original.get("metadata")
        if self._offered is not self._original and isinstance(metadata, dict) and before:
            # At its own position among the others, because JSON has an order.
            hidden = {MANAGED: before[MANAGED]} if MANAGED not in metadata else {}
            merged = {**merged, "metadata": {**metadata, **hidden}}
        return merged


def with_unchanged_parts(obj: Object, before: Object) -> Object:
    """Return an object in which the parts with the same YAML are taken from the one that it
    replaces.
    """
    if not _has_texts(without_managed_fields(before)):
        return obj
    try:
        [shown] = documents(yaml_text(before))
    except NotYaml:
        return obj
    merged: Object = _merged(obj, shown.object, before)
    return merged


def _has_texts(plain: Plain) -> bool:
    """Return whether a value has a part whose YAML differs from its stored form."""
    if isinstance(plain, (dict, list)):
        return any(map(_has_texts, plain.values() if isinstance(plain, dict) else plain))
    return isinstance(plain, Literal)


def _at(obj: Plain, path: tuple[str, ...]) -> Plain:
    for step in path:
        obj = obj.get(step) if isinstance(obj, dict) else None
    return obj


def _merged(new: Plain, shown: Plain, old: Plain) -> Plain:
    """Return the new value, in which the parts that equal the shown ones are taken from the old
    value.
    """
    if _same(new, shown):
        return old
    if isinstance(new, dict) and isinstance(shown, dict) and isinstance(old, dict):
        return {
            name: _merged(new[name], shown[name], old[name]) if name in shown else new[name]
            for name in new
        }
    if isinstance(new, list) and isinstance(shown, list) and isinstance(old, list):
        return list(_merged_items(new, shown, old))
    return new


def _merged_items(new: list[Plain], shown: list[Plain], old: list[Plain]) -> Iterator[Plain]:
    """Yield the items of a list, some of which may have been added, removed or moved."""
    places = {json_text(shown[at]): at for at in reversed(range(len(shown)))}
    for at, item in enumerate(new):
        place = at if at < len(shown) and _same(item, shown[at]) else places.get(json_text(item))
        if place is not None and _same(item, shown[place]):
            yield old[place]
        else:
            yield _merged(item, shown[at], old[at]) if at < len(shown) else item


def _same(left: Plain, right: Plain) -> bool:
    # In Python True equals 1.
    return left == right and json_text(left) == json_text(right)
