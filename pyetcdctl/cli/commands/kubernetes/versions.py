"""``kubernetes versions``: in which API versions objects are stored, and until when."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import (
    TableForm,
    check_list_form,
    check_no_write_out,
)
from pyetcdctl.cli.flags.parameters import EtcdPrefix, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import open_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, NotChecked, Reported, UsageError
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.versions.stored_types import (
    StoredType,
    is_unreadable,
    removal,
    stored_type,
)
from pyetcdctl.output.columns import aligned
from pyetcdctl.output.objects import shown_list

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.registry.store import Store

_HEADER = ("RESOURCE", "STORED VERSION", "KIND", "COUNT", "REMOVED IN", "USE INSTEAD")
_RELEASE = re.compile(r"1\.\d+", re.ASCII)
_EXAMPLE = """\
  pyetcdctl kubernetes versions
  pyetcdctl kubernetes versions --target 1.34"""

app = new_app()


class VersionsFlags(Flags):
    """The flags of ``kubernetes versions``."""

    target: Annotated[
        str,
        typer.Option(
            "--target", metavar="RELEASE", help="Only what this release of Kubernetes cannot read."
        ),
    ] = ""
    etcd_prefix: EtcdPrefix = ""
    output: TableForm = "table"


@command(app, "versions", _EXAMPLE, needs_server=False)
def versions(
    session: Session, surplus: Annotated[list[str], words("")], flags: VersionsFlags
) -> None:
    """Show in which API versions objects are stored, and which release no longer reads them.

    kubectl shows converted versions; the stored one is in etcd alone. An object keeps it until it
    is written again. With --target the exit code is 1 if there is an object that the release cannot
    read, and 2 if that is not known: encrypted values are decrypted if their key is known, and
    counted on standard error if it is not.
    """
    check_no_write_out(session)
    if surplus:
        raise UsageError("kubernetes versions takes no arguments")
    form, target = flags.output, flags.target
    check_list_form(form)
    if target and not _RELEASE.fullmatch(target):
        raise BadArguments(f"--target is a release of Kubernetes, as 1.38, not {target!r}")
    found = _stored_versions(open_store(session, flags.etcd_prefix))
    rows = [
        _row(resource, stored, count)
        for (resource, stored), count in sorted(found.counts.items())
        if not target or is_unreadable(stored, target)
    ]
    _print(session, rows, form)
    if found.not_decrypted:
        session.report_count_not_decrypted(found.not_decrypted, found.first_not_decrypted)
    if target and rows:
        session.streams.out.flush()
        raise Reported
    if target and found.not_decrypted:
        raise NotChecked(
            f"whether Kubernetes {target} reads {found.not_decrypted:,} encrypted values is unknown"
        )


@dataclass(slots=True)
class _StoredVersions:
    """How many objects are stored in which version, and values that could not be decrypted."""

    counts: Counter[tuple[str, StoredType]] = field(default_factory=Counter)
    not_decrypted: int = 0
    first_not_decrypted: str = ""


def _stored_versions(store: Store) -> _StoredVersions:
    found = _StoredVersions()
    for entry in store.entries():
        key = parse(entry.key, store.prefix)
        stored = stored_type(entry.value)
        if stored is None:
            value = store.read(entry)
            if value.decryption_error:
                found.not_decrypted += 1
                found.first_not_decrypted = found.first_not_decrypted or value.decryption_error
            version, _, kind = (value.type or "").rpartition(" ")
            stored = StoredType(version, kind) if version else None
        if key is not None and stored is not None:
            found.counts[key.resource.full_name, stored] += 1
    return found


def _row(resource: str, stored: StoredType, count: int) -> Object:
    known = removal(stored)
    return {
        "resource": resource,
        "storedVersion": stored.api_version,
        "kind": stored.kind,
        "count": count,
        "removedIn": known.release if known else "",
        "replacement": known.replacement if known else "",
    }


def _print(session: Session, rows: list[Object], form: str) -> None:
    out = session.streams.out
    if form != "table":
        out.safe(shown_list(rows, form, session.output))
    elif rows:
        out.write(aligned([_HEADER, *(tuple(map(_cell, row.values())) for row in rows)]))


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value or "-")
