"""A value as YAML from which the same bytes can be encoded again, or else unchanged.

Invariant: a value is written as YAML only after that YAML was encoded to the same bytes.
"""

from __future__ import annotations

from typing import NamedTuple

from pyetcdctl.errors import InvalidInput
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import FORMS, encode
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.kubernetes.codec.yaml_reading import parse
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.strict_yaml import NotYaml

YAML, RAW = "yaml", "raw"
NEWEST = ""
# Releases differ in the empty structs that they store.
_RELEASES = (NEWEST, "1.36", "1.33", "1.30", "1.27", "1.24", "1.20", "1.16")


class Content(NamedTuple):
    """The content of a value's file, and what is needed to encode the value again."""

    kind: str
    data: bytes
    form: str = ""
    """How the object is stored: protobuf, JSON or CBOR."""
    release: str = NEWEST
    """The release of Kubernetes that stores the object in these bytes."""


class ValueWriter:
    """Writes values as YAML; tries the release first that fitted the previous value."""

    def __init__(self) -> None:
        self._release = NEWEST

    def content(self, value: bytes) -> Content:
        """Return the content of the file for a value."""
        decoded = decode(value)
        form = decoded.format.value
        if decoded.object is None or form not in FORMS or decoded.problem or decoded.unknown:
            return Content(RAW, value)
        text = yaml_text(decoded.object).encode("utf-8", "surrogateescape")
        for release in dict.fromkeys((self._release, *_RELEASES)):
            content = Content(YAML, text, form, release)
            if _is_value_of(content, value):
                self._release = release
                return content
        return Content(RAW, value)


def value_of(content: Content) -> bytes:
    """Encode the value of a file's content. Raises InvalidInput for content that is not such an
    object.
    """
    if content.kind == RAW:
        return content.data
    try:
        return encode(parse(content.data.decode()), content.form, content.release or None)
    except (NotYaml, Unfit, UnicodeDecodeError) as error:
        raise InvalidInput(f"not the YAML of an object: {error}") from None


def _is_value_of(content: Content, value: bytes) -> bool:
    try:
        return value_of(content) == value
    except InvalidInput:
        return False
