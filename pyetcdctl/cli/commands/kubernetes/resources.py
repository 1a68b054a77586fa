"""``kubernetes resources``: which resources the store holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from pyetcdctl.cli.commands.kubernetes.parameters import EtcdPrefix, TableForm, check_no_write_out
from pyetcdctl.cli.commands.kubernetes.store import Store
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.codec.envelope import MAGIC, unwrap
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.output.columns import aligned
from pyetcdctl.output.objects import object_text

if TYPE_CHECKING:
    from pyetcdctl.cli.commands.kubernetes.store import Entry
    from pyetcdctl.kubernetes.objects import Object

_HEADER = ("RESOURCE", "GROUP", "KIND", "STORED VERSIONS", "COUNT", "NAMESPACED", "PREFIX")


app = new_app()


class ResourcesFlags(Flags):
    """The flags of ``kubernetes resources``."""

    etcd_prefix: EtcdPrefix = ""
    output: TableForm = "table"


@command(app, "resources", "  pyetcdctl kubernetes resources", needs_server=False)
def resources(
    session: Session, surplus: Annotated[list[str], words("")], flags: ResourcesFlags
) -> None:
    """List the resources that the store holds.

    Kinds and versions are those met in the values, all of which are read: a store keeps objects in
    old versions until they are written again.
    """
    check_no_write_out(session)
    if surplus:
        raise BadArguments("kubernetes resources takes no words")
    form = flags.output
    if form not in ("table", "json", "jsonl", "yaml"):
        raise BadArguments("-o is one of: table, json, jsonl, yaml")
    store = Store(session, flags.etcd_prefix)
    rows = _rows(store, _met(store))
    out = session.streams.out
    if form == "jsonl":
        out.text("".join(object_text(row, form) for row in rows))
    elif form != "table":
        out.text(object_text(rows, form))
    else:
        out.write(aligned([_HEADER, *map(_line, rows)]))


class _Met:
    """What was met at one place."""

    def __init__(self) -> None:
        self.count = 0
        self.namespaced = False
        self.types: Counter[str] = Counter()


def _met(store: Store) -> dict[str, _Met]:
    found: dict[str, _Met] = {}
    for entry in store.entries(f"{store.prefix}/"):
        key = parse(entry.key, store.prefix)
        if key is None:
            continue
        met = found.setdefault(key.path, _Met())
        met.count += 1
        met.namespaced |= bool(key.namespace)
        met.types[_type(store, entry)] += 1
    return found


def _type(store: Store, entry: Entry) -> str:
    """Return apiVersion and kind; of protobuf only the envelope is read."""
    if entry.value.startswith(MAGIC):
        envelope = unwrap(entry.value)
        return f"{envelope.api_version} {envelope.kind}"
    stored = store.read(entry)
    return stored.type or ("(encrypted)" if stored.decryption_error else "(none)")


def _rows(store: Store, found: dict[str, _Met]) -> list[Object]:
    custom = {resource.path: resource for resource in store.custom}
    rows = []
    for path, met in sorted(found.items()):
        key = parse(f"{store.prefix}/{path}/{'x/x' if met.namespaced else 'x'}", store.prefix)
        if key is None:
            continue
        resource = custom.get(path) or key.resource
        kinds = {each.rpartition(" ")[2] for each in met.types if not each.startswith("(")}
        rows.append(
            {
                "resource": resource.plural,
                "group": resource.group,
                "kinds": sorted(kinds or filter(None, [resource.kind])),
                "storedVersions": sorted({each.rpartition(" ")[0] or each for each in met.types}),
                "count": met.count,
                "namespaced": met.namespaced,
                "prefix": f"{store.prefix}/{path}/",
                "defined": not resource.custom or path in custom,
            }
        )
    return rows


def _line(row: Object) -> tuple[str, ...]:
    kinds = ",".join(row["kinds"]) + ("" if row["defined"] else " (no definition)")
    return (
        row["resource"],
        row["group"],
        kinds,
        ",".join(each.removeprefix(f"{row['group']}/") for each in row["storedVersions"]),
        str(row["count"]),
        "true" if row["namespaced"] else "false",
        row["prefix"],
    )
