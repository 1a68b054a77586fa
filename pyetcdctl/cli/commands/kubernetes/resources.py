"""``kubernetes resources``: which resources the store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import check_list_form, check_no_write_out
from pyetcdctl.cli.flags.parameters import EtcdPrefix, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import open_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import UsageError
from pyetcdctl.output.columns import aligned
from pyetcdctl.output.objects import shown_list
from pyetcdctl.registry.census import count_resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.registry.census import ResourceCount

_EXAMPLE = """\
  pyetcdctl kubernetes resources
  pyetcdctl kubernetes resources -o wide"""
_HEADER = ("RESOURCE", "SHORT", "STORED VERSIONS", "COUNT")
_WIDE_HEADER = (*_HEADER, "NAMESPACED", "KIND", "PREFIX")

app = new_app()


class ResourcesFlags(Flags):
    """The flags of ``kubernetes resources``."""

    etcd_prefix: EtcdPrefix = ""
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="table|wide|json|jsonl|yaml",
            help="Format of the list; wide adds scope, kind and etcd prefix.",
        ),
    ] = "table"


@command(app, "resources", _EXAMPLE, needs_server=False)
def resources(
    session: Session, surplus: Annotated[list[str], words("")], flags: ResourcesFlags
) -> None:
    """List the resources that the store holds.

    Kinds and versions are those met in the values, all of which are read: a store keeps objects in
    old versions until they are written again.
    """
    check_no_write_out(session)
    if surplus:
        raise UsageError("kubernetes resources takes no arguments")
    check_list_form(flags.output, "wide")
    counts = count_resources(open_store(session, flags.etcd_prefix))
    out = session.streams.out
    if flags.output in ("table", "wide"):
        out.write(aligned(_table(counts, is_wide=flags.output == "wide")))
    else:
        out.safe(shown_list(list(map(_object, counts)), flags.output, session.output))


def _table(counts: Sequence[ResourceCount], *, is_wide: bool) -> list[Sequence[str]]:
    header = _WIDE_HEADER if is_wide else _HEADER
    return [header, *(_line(each)[: len(header)] for each in counts)]


def _line(count: ResourceCount) -> tuple[str, ...]:
    resource = count.resource
    undefined = "" if count.is_defined else " (no definition)"
    return (
        resource.name,
        ",".join(resource.short_names),
        ",".join(each.removeprefix(f"{resource.group}/") for each in count.versions),
        f"{count.objects:,}",
        str(count.namespaced).lower(),
        ",".join(count.kinds) + undefined,
        count.prefix,
    )


def _object(count: ResourceCount) -> Object:
    return {
        "resource": count.resource.plural,
        "group": count.resource.group,
        "shortNames": list(count.resource.short_names),
        "kinds": list(count.kinds),
        "storedVersions": list(count.versions),
        "count": count.objects,
        "namespaced": count.namespaced,
        "prefix": count.prefix,
        "defined": count.is_defined,
    }
