"""YAML files of a node: manifests and configuration files."""

from __future__ import annotations

from typing import Any

from pyetcdctl.discovery.findings import Reason
from pyetcdctl.discovery.node import Unusable


def parse_mapping(text: str) -> dict[str, Any]:
    """Return the first document of a YAML file, which must be a mapping, or raise `Unusable`."""
    from pyetcdctl.strict_yaml import BeyondLimits, NotYaml, first_document

    try:
        document = first_document(text)
    except BeyondLimits as error:
        raise Unusable(Reason.MALFORMED, str(error)) from None
    except NotYaml as error:
        raise Unusable(Reason.MALFORMED, f"not YAML: {error}") from None
    if not isinstance(document, dict):
        raise Unusable(Reason.MALFORMED, "not a mapping of names to values")
    return document
