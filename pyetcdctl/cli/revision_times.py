"""When revisions were written, for commands that show or take times."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.changes.times import Times, renewals_in
from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.keyspace.ranges import prefix_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.keyspace.history import KeyRevision
    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.kubernetes.objects import Object


def object_reader(session: Session) -> Callable[[bytes, bytes], Object | None]:
    """Return the function that decrypts and decodes the value of a key."""
    from pyetcdctl.kubernetes.stored_value import Reader

    read = Reader(session.decrypter, session.release)
    return lambda key, value: read(key, value).decoded.object


def times_in(
    sources: Iterable[Source], registry: str, read: Callable[[bytes, bytes], Object | None]
) -> Times:
    """Return the bounds that the Lease objects of sources give; their lack is no error."""
    found = [_leases(source, registry) for source in sources]
    return Times(renewals_in((each for leases in found for each in leases), read))


def _leases(source: Source, registry: str) -> Sequence[KeyRevision]:
    key, end = prefix_range(os.fsencode(f"{registry}/leases/"))
    with suppress(PyetcdctlError):
        return source.history(key, end).revisions
    return ()
