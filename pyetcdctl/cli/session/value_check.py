"""Check that the values of Kubernetes' keys can be decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.stored_value import Reader
from pyetcdctl.storage.redaction import is_filler

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session


class ValueCheck:
    """Reads values, and counts those that could not be decrypted."""

    def __init__(self, session: Session) -> None:
        self._read = Reader(session.decrypter)

    @property
    def not_decrypted(self) -> int:
        """How many values could not be decrypted."""
        return self._read.not_decrypted

    @property
    def first_not_decrypted(self) -> str:
        """The key of the first of these, and why."""
        return self._read.first_not_decrypted

    def problem(self, key: bytes, value: bytes) -> str:
        """Return the fault of a value; empty where there is none, or it cannot be known."""
        if is_filler(value):
            return ""
        stored = self._read(key, value)
        if stored.decryption_error or stored.is_kubernetes:
            return stored.decoded.problem or ""
        if stored.decoded.problem:
            return stored.decoded.problem
        place = parse(key.decode("utf-8", "surrogateescape"))
        return "its value is not an object of Kubernetes" if place and place.resource.kind else ""
