"""``kubernetes explain``: where a kind is stored, and its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import check_no_write_out
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import known_prefix, open_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, UsageError
from pyetcdctl.kubernetes.kubectl.explanation import FOLDERS, explain_custom
from pyetcdctl.kubernetes.kubectl.explanation import explain as explained
from pyetcdctl.kubernetes.registry_keys import at_older_name
from pyetcdctl.kubernetes.resources import BUILT_IN, find
from pyetcdctl.output.columns import aligned
from pyetcdctl.registry.wanted import preferred

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.kubernetes.kubectl.explanation import Explanation
    from pyetcdctl.kubernetes.resources import Resource

_EXAMPLE = """\
  pyetcdctl kubernetes explain nodes
  pyetcdctl kubernetes explain pods.spec.containers
  pyetcdctl kubernetes explain"""

app = new_app()


class ExplainFlags(Flags):
    """The flags of ``kubernetes explain``."""

    api_version: Annotated[
        str,
        typer.Option("--api-version", metavar="VERSION", help="Of a built-in kind: apps/v1beta1."),
    ] = ""
    etcd_prefix: Annotated[
        str,
        typer.Option(
            "--etcd-prefix",
            metavar="PREFIX",
            help="The API server's --etcd-prefix (default this node's, else /registry).",
        ),
    ] = ""


@command(app, "explain", _EXAMPLE, needs_server=False)
def explain(
    session: Session,
    resource: Annotated[list[str], words("[RESOURCE[.FIELD...]]")],
    flags: ExplainFlags,
) -> None:
    """Show where the objects of a resource are stored, in which form, and their fields.

    Fields have their protobuf numbers. Without RESOURCE it lists the folders below the prefix whose
    names differ from the resource's, and what else is stored. Only custom resources, whose fields
    are those of their schema, are read from a server.
    """
    check_no_write_out(session)
    if len(resource) > 1:
        raise UsageError("kubernetes explain takes one RESOURCE, with its fields after dots")
    out = session.streams.out
    if not resource:
        out.write(aligned(_folders(known_prefix(session, flags.etcd_prefix))))
    elif resource[0] in FOLDERS:
        out.text(f"{resource[0]}: {FOLDERS[resource[0]]}\n")
    else:
        out.safe(_shown(_explanation(session, resource[0], flags)))


def _folders(prefix: str) -> list[Sequence[str]]:
    """Return rows of the folders whose names do not show what they store."""
    renamed = [each for each in BUILT_IN if each.path != each.plural]
    rows = [(f"{prefix}/{each.path}/", each.full_name) for each in renamed]
    rows += [
        (f"{prefix}/RESOURCE/", "every other built-in resource, by its plural"),
        (f"{prefix}/GROUP/RESOURCE/", "custom resources"),
    ]
    for name, meaning in FOLDERS.items():
        rows.append((name if name == "compact_rev_key" else f"{prefix}/{name}/", meaning))
    return [("KEY", "WHAT IS STORED THERE"), *rows]


def _explanation(session: Session, word: str, flags: ExplainFlags) -> Explanation:
    name, *path = word.split(".")
    built_in = find(name) or at_older_name(name)
    if built_in is not None:
        prefix = known_prefix(session, flags.etcd_prefix)
        return explained(built_in, flags.api_version, _fields_in(path, built_in), prefix)
    store = open_store(session, flags.etcd_prefix)
    resource = preferred(store, name, session.streams.err.line)
    path = _fields_in(path, resource)
    if resource.is_beside:
        return explained(resource, flags.api_version, path, store.prefix)
    definition = store.definitions.get(resource.path)
    if definition is None:
        raise BadArguments(f"{resource.full_name} has no definition in the store to explain it by")
    return explain_custom(resource, definition, path, store.prefix)


def _fields_in(path: list[str], resource: Resource) -> list[str]:
    """Return the fields that follow a group after the resource: deployments.apps.spec."""
    group = resource.group.split(".") if resource.group else []
    return path[len(group) :] if path[: len(group)] == group else path


def _shown(explanation: Explanation) -> bytes:
    head = aligned([(f"{name}:" if name else "", value) for name, value in explanation.head])
    if not explanation.fields:
        return head
    has_numbers = any(field.number for field in explanation.fields)
    rows = [
        (
            *((str(field.number),) if has_numbers else ()),
            field.name,
            f"<{field.type}>",
            field.description,
        )
        for field in explanation.fields
    ]
    return head + b"\n" + aligned(rows)
