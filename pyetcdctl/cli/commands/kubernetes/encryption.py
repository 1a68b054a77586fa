"""``kubernetes encryption status``: how the values of each resource are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import EtcdPrefix, TableForm, check_no_write_out
from pyetcdctl.cli.commands.kubernetes.store import Store
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, BadEncryptionConfig, Reported
from pyetcdctl.kubernetes.encryption.key_resources import resource_of
from pyetcdctl.kubernetes.encryption.status import survey, unmet, violations
from pyetcdctl.output.columns import aligned
from pyetcdctl.output.objects import object_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.kubernetes.encryption.configuration import GroupResource
    from pyetcdctl.kubernetes.encryption.keyring import Keyring
    from pyetcdctl.kubernetes.encryption.status import ResourceStatus
    from pyetcdctl.kubernetes.objects import Object

_NO_OBJECTS = "(no objects)"
_HEADER = ("RESOURCE", "VALUES", "PLAIN", "ENCRYPTED BY", "STALE", "NOT DECRYPTED")


_EXAMPLE = """\
  pyetcdctl kubernetes encryption status
  pyetcdctl kubernetes encryption status --require-encrypted"""

app = new_app()


class EncryptionFlags(Flags):
    """The flags of ``kubernetes encryption``."""

    every: Annotated[
        bool, typer.Option("--all", help="Also resources that nobody asked to encrypt.")
    ] = False
    etcd_prefix: EtcdPrefix = ""
    output: TableForm = "table"
    require_encrypted: Annotated[
        bool,
        typer.Option(
            "--require-encrypted", help="Exit 1 if a resource of the file has plain values."
        ),
    ] = False


@command(app, "encryption", _EXAMPLE, needs_server=False)
def encryption(
    session: Session, action: Annotated[list[str], words("status")], flags: EncryptionFlags
) -> None:
    """Show by which keys the values of each resource are encrypted, and which are plain.

    A value is stale when the API server would write it otherwise today: with another key, or at all
    encrypted. That is known from the file of --encryption-config, or this node's API server's. Also
    reported: values that the API server cannot read by that file, and entries of it that cover
    nothing. No value is shown.
    """
    check_no_write_out(session)
    if action != ["status"]:
        raise BadArguments("kubernetes encryption takes one word: status")
    status(
        session,
        flags.etcd_prefix,
        flags.output,
        require=flags.require_encrypted,
        every=flags.every,
    )


def status(session: Session, prefix: str, form: str, *, require: bool, every: bool) -> None:
    """Print a line for each resource that has encrypted values, or should have."""
    if form not in ("table", "json", "jsonl", "yaml"):
        raise BadArguments("-o is one of: table, json, jsonl, yaml")
    keyring = session.keyring
    config = keyring.config
    if require and config is None:
        if why := keyring.why_no_config:
            raise BadEncryptionConfig(f"what has to be encrypted is not known: {why}")
        raise BadArguments(
            "--require-encrypted needs the API server's EncryptionConfiguration",
            "Try:  --encryption-config FILE, the API server's --encryption-provider-config",
        )
    store = Store(session, prefix)

    def resource(key: bytes) -> GroupResource | None:
        return resource_of(key, store.prefix.encode() + b"/")

    rows = survey(_values(store), keyring, resource)
    named = [row for row in rows if row.encrypted or (config and config.names(row.resource))]
    _print(session, rows if every else named, form)
    for line in _remarks(rows, keyring):
        session.streams.err.line(line)
    bad = violations(rows, config) if config and require else []
    for each in bad:
        opted_out = "; the configuration gives it no key" if each.by_configuration else ""
        session.streams.err.line(f"{each.name}: {each.plain:,} plain values{opted_out}")
    if bad:
        session.streams.out.flush()
        raise Reported


def _remarks(rows: Sequence[ResourceStatus], keyring: Keyring) -> Iterator[str]:
    config = keyring.config
    if config is None:
        why = f" ({keyring.why_no_config})" if keyring.why_no_config else ""
        yield (
            f"No EncryptionConfiguration is known{why}: "
            "what is stale or should be encrypted is not told"
        )
        return
    for row in rows:
        if row.unreadable_to_server:
            name, count = row.name or _NO_OBJECTS, f"{row.unreadable_to_server:,} of {row.total:,}"
            yield f"# {name}: by the configuration, the API server cannot read {count} values"
    for entry in unmet(rows, config):
        yield f"# {entry}: named in the configuration, and the store has none"


def _values(store: Store) -> Iterator[tuple[bytes, bytes]]:
    for entry in store.entries(f"{store.prefix}/"):
        yield entry.key.encode("utf-8", "surrogateescape"), entry.value


def _print(session: Session, rows: Sequence[ResourceStatus], form: str) -> None:
    out = session.streams.out
    objects = [_object(row) for row in rows]
    if form == "jsonl":
        out.text("".join(object_text(row, form) for row in objects))
    elif form != "table":
        out.text(object_text(objects, form))
    elif rows:
        knows = session.keyring.config is not None
        lines = (line for row in rows for line in _lines(row, knows_stale=knows))
        out.write(aligned([_HEADER, *lines]))
    else:
        session.streams.err.line("No value is encrypted")
    if form == "table":
        out.flush()
        for row in rows:
            if row.problem:
                session.streams.err.line(f"# {row.name}: {row.problem}")


def _lines(row: ResourceStatus, *, knows_stale: bool) -> Iterator[tuple[str, ...]]:
    """Yield a line for the resource with its commonest key, and one for each other key."""
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
