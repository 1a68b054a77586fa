"""Choose the files to connect with: the first usable pair, and the CA.

The quick way checks a file fully only where the cheap check (glance.py) is not sufficient; the full
way checks everything, so that all dates and all reasons are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.discovery.findings import FoundCertificate, Reason
from pyetcdctl.discovery.glance import is_current, is_fine
from pyetcdctl.discovery.node import Node, Unusable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyetcdctl.discovery.deployment import CertificatePaths


def choose_ca(node: Node, path: str, *, quick: bool) -> FoundCertificate | None:
    """Return the CA if it can be used; record the reason if not."""
    if not path:
        return None
    try:
        if quick and is_current(node.read(path)):
            return FoundCertificate(node.file(path))
        from pyetcdctl.discovery.certificates import examine_ca

        return examine_ca(node, path)
    except Unusable as unusable:
        node.skip(path, unusable)
        return None


def choose_client(
    node: Node, pairs: Iterable[CertificatePaths], *, quick: bool
) -> FoundCertificate | None:
    """Return the first usable pair; record why others are not."""
    usable = _usable(node, pairs, quick)
    return next(usable, None) if quick else next(iter(list(usable)), None)


def _usable(
    node: Node, pairs: Iterable[CertificatePaths], quick: bool
) -> Iterator[FoundCertificate]:
    for pair in pairs:
        if pair.guessed and not node.exists(pair.certificate):
            continue
        try:
            yield _examined(node, pair, quick)
        except Unusable as unusable:
            node.skip(unusable.path or pair.certificate, unusable)


def _examined(node: Node, pair: CertificatePaths, quick: bool) -> FoundCertificate:
    if not pair.key:
        raise Unusable(Reason.MALFORMED, "no key is named for it")
    if quick and is_fine(node.read(pair.certificate), node.read(pair.key)):
        return FoundCertificate(node.file(pair.certificate), node.file(pair.key))
    from pyetcdctl.discovery.certificates import examine_pair

    return examine_pair(node, pair.certificate, pair.key)
