"""``kubernetes encryption status``: how the values of each resource are encrypted."""

from __future__ import annotations

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
from pyetcdctl.cli.session.registry import open_store, open_unambiguous_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, BadEncryptionConfig, NotChecked, Reported, UsageError
from pyetcdctl.kubernetes.encryption.configuration import EncryptionConfig
from pyetcdctl.kubernetes.encryption.status import (
    mistaken,
    survey,
    undecided,
    unmet,
    violations,
)
from pyetcdctl.output.columns import aligned
from pyetcdctl.output.objects import shown_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.kubernetes.encryption.keyring import Keyring
    from pyetcdctl.kubernetes.encryption.status import ResourceStatus
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.registry.store import Store

_NO_OBJECTS = "(no objects)"
_HEADER = ("RESOURCE", "VALUES", "PLAIN", "ENCRYPTED BY", "STALE", "NOT DECRYPTED")


_EXAMPLE = """\
  pyetcdctl kubernetes encryption status
  pyetcdctl kubernetes encryption status --require-encrypted"""

app = new_app()


class EncryptionFlags(Flags):
    """The flags of ``kubernetes encryption``."""

    every: Annotated[
        bool, typer.Option("--all", help="Also resources that are not to be encrypted.")
    ] = False
    etcd_prefix: EtcdPrefix = ""
    output: TableForm = "table"
    require_encrypted: Annotated[
        bool,
        typer.Option(
            "--require-encrypted",
            help="Exit 1 if a resource of the file has plain values, 2 if that is not known.",
        ),
    ] = False


@command(app, "encryption", _EXAMPLE, needs_server=False)
def encryption(
    session: Session, action: Annotated[list[str], words("status")], flags: EncryptionFlags
) -> None:
    """Show by which keys the values of each resource are encrypted, and which are plain.

    A value is stale when the API server would write it otherwise today: with another key, or
    encrypted where it is plain. That is known from the file of --encryption-config, or this node's
    API server's. Also reported: values that the API server cannot read by that file, and entries
    of it that cover nothing. No value is shown.
    """
    check_no_write_out(session)
    if action != ["status"]:
        raise UsageError("kubernetes encryption takes one argument: status")
    check_list_form(flags.output)
    if flags.require_encrypted:
        _require_config(session.keyring)
        store = open_unambiguous_store(session, flags.etcd_prefix)
    else:
        store = open_store(session, flags.etcd_prefix)
    keyring = session.keyring.below(store.prefix)
    rows = survey(_values(store), keyring)
    _print(session, [row for row in rows if flags.every or _is_about(row, keyring)], flags.output)
    if not rows:
        session.streams.err.line(f"No object was found below {store.prefix}/")
    for line in _remarks(rows, keyring):
        session.streams.err.line(line)
    if flags.require_encrypted:
        session.streams.out.flush()
        _require_encrypted(session, store, rows, keyring)


def _require_config(keyring: Keyring) -> None:
    if keyring.config is not None:
        return
    if why := keyring.why_no_config:
        raise BadEncryptionConfig(f"what has to be encrypted is not known: {why}")
    raise BadArguments(
        "--require-encrypted needs the API server's EncryptionConfiguration",
        "Try:  --encryption-config FILE, the API server's --encryption-provider-config",
    )


def _require_encrypted(
    session: Session, store: Store, rows: Sequence[ResourceStatus], keyring: Keyring
) -> None:
    """Raise where plain values violate the configuration, or where that cannot be known."""
    config = keyring.config or EncryptionConfig()
    if not any(row.resource for row in rows):
        raise NotChecked(
            f"nothing was checked: no object was found below {store.prefix}/",
            "Try:  --etcd-prefix, the API server's",
        )
    failures = list(_failures(rows, config))
    for line in failures:
        session.streams.err.line(line)
    if failures:
        raise Reported
    if names := undecided(rows, config):
        raise NotChecked(
            f"the groups of {', '.join(names)} are not known here, and the configuration names "
            "resources by their groups",
            "Try:  a newer pyetcdctl",
        )


def _failures(rows: Sequence[ResourceStatus], config: EncryptionConfig) -> Iterator[str]:
    for each in violations(rows, config):
        opted_out = "; the configuration gives it no key" if each.by_configuration else ""
        yield f"{each.name}: {each.plain:,} plain values{opted_out}"
    for row in rows:
        if row.unreadable_to_server and config.names(row.resource):
            count = f"{row.unreadable_to_server:,} of {row.total:,}"
            yield f"{row.name}: the API server cannot read {count} values by the configuration"
    for entry in mistaken(rows, config):
        yield f"{entry}: the configuration encrypts no resource of that name"


def _is_about(row: ResourceStatus, keyring: Keyring) -> bool:
    """Whether a resource has encrypted values, or should have."""
    config = keyring.config
    return bool(row.encrypted or (config and config.names(row.resource)))


def _remarks(rows: Sequence[ResourceStatus], keyring: Keyring) -> Iterator[str]:
    config = keyring.config
    if config is None:
        why = f" ({keyring.why_no_config})" if keyring.why_no_config else ""
        yield (
            f"No EncryptionConfiguration is known{why}: "
            "what is stale or should be encrypted is not shown"
        )
        return
    for row in rows:
        if row.unreadable_to_server:
            name, count = row.name or _NO_OBJECTS, f"{row.unreadable_to_server:,} of {row.total:,}"
            yield f"# {name}: by the configuration, the API server cannot read {count} values"
    for entry in unmet(rows, config):
        yield f"# {entry}: named in the configuration, and the store has none"


def _values(store: Store) -> Iterator[tuple[bytes, bytes]]:
    for entry in store.entries():
        yield entry.key.encode("utf-8", "surrogateescape"), entry.value


def _print(session: Session, rows: Sequence[ResourceStatus], form: str) -> None:
    out = session.streams.out
    if form != "table":
        out.safe(shown_list(list(map(_object, rows)), form, session.output))
        return
    if rows:
        knows = session.keyring.config is not None
        lines = (line for row in rows for line in _lines(row, knows_stale=knows))
        out.write(aligned([_HEADER, *lines]))
    else:
        session.streams.err.line("No value is encrypted")
    out.flush()
    for row in rows:
        if row.problem:
            session.streams.err.line(f"# {row.name}: {row.problem}")


def _lines(row: ResourceStatus, *, knows_stale: bool) -> Iterator[tuple[str, ...]]:
    """Yield a line for the resource with its most used key, and one for each other key."""
    keys = [
        f"{by.provider} {by.key_name}".strip() + f" ({count:,})"
        for by, count in row.encrypted.most_common()
    ]
    yield (
        row.name or _NO_OBJECTS,
        f"{row.total:,}",
        f"{row.plain:,}",
        keys[0] if keys else "-",
        f"{row.stale:,}" if knows_stale else "?",
        f"{row.not_decrypted:,}",
    )
    for each in keys[1:]:
        yield ("", "", "", each, "", "")


def _object(row: ResourceStatus) -> Object:
    keys = [
        {"provider": by.provider, "key": by.key_name, "count": count}
        for by, count in row.encrypted.most_common()
    ]
    return {
        "resource": row.name,
        "values": row.total,
        "plain": row.plain,
        "encrypted": keys,
        "stale": row.stale,
        "notDecrypted": row.not_decrypted,
        "unreadableToServer": row.unreadable_to_server,
    }
