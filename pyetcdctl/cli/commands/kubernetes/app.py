"""``kubernetes``: what Kubernetes keeps in etcd, by its own names."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import EtcdPrefix, Namespace, session_of
from pyetcdctl.cli.commands.kubernetes.writing_commands import add_writing_commands
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import WordGroup, command, new_group
from pyetcdctl.errors import BadArguments

_EXAMPLE = """\
  pyetcdctl kubernetes get pods -n kube-system
  pyetcdctl kubernetes resources
  pyetcdctl kubernetes path pods/kube-system/etcd-master-1
  pyetcdctl kubernetes encryption status
  pyetcdctl kubernetes edit namespace stuck
  pyetcdctl kube decode value.bin"""
_DECODE = """\
  etcdctl get /registry/namespaces/default | pyetcdctl kubernetes decode
  pyetcdctl kubernetes decode -o json value.bin"""
_ENCRYPTION = """\
  pyetcdctl kubernetes encryption status
  pyetcdctl kubernetes encryption status --require-encrypted"""
_GET = """\
  pyetcdctl kubernetes get pods -n kube-system
  pyetcdctl kubernetes get po,svc -A -l k8s-app=kube-dns -o wide
  pyetcdctl kubernetes get deploy coredns -n kube-system -o yaml
  pyetcdctl kubernetes get pods -A --watch
  pyetcdctl kubernetes get nodes -o jsonpath='{range .items[*]}{.metadata.name}{"\\n"}{end}'"""
_PATH = """\
  pyetcdctl kubernetes path svc/default/kubernetes nodes/master-1 deploy
  pyetcdctl kubernetes path /registry/services/specs/default/kubernetes"""
_RESOURCES = """\
  pyetcdctl kubernetes resources"""
_PathPrefix = Annotated[
    str,
    typer.Option(
        "--etcd-prefix",
        metavar="PREFIX",
        help="The API server's --etcd-prefix (default this node's, else /registry).",
    ),
]
_Form = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="wide|name|yaml|json|jsonl|jsonpath=TEMPLATE",
        help="Instead of the usual columns.",
    ),
]
_NoHeaders = Annotated[bool, typer.Option("--no-headers", help="Rows without their titles.")]
_ShowLabels = Annotated[
    bool, typer.Option("--show-labels", help="With all labels as the last column.")
]
_OutputWatchEvents = Annotated[
    bool, typer.Option("--output-watch-events", help="Say what happened: ADDED, DELETED...")
]
_Selector = Annotated[
    str, typer.Option("--selector", "-l", metavar="KEY=VALUE,...", help="With these labels.")
]
_Watch = Annotated[
    bool, typer.Option("--watch", help="Go on with what changes, until interrupted.")
]

_HELP = "Show and change what Kubernetes keeps in etcd, by its own names."


class _KubernetesGroup(WordGroup):
    rejects_unknown = True


app = new_group(_HELP, _EXAMPLE, _KubernetesGroup)


@command(app, "decode", _DECODE)
def decode(
    ctx: typer.Context,
    file: Annotated[list[str], words("[FILE | -]")] = [],  # noqa: B006 - Typer copies it
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="yaml|json|jsonl", help="Format of the object.")
    ] = "yaml",
) -> None:
    """Show the object in a value that lies in a file or comes from a pipe.

    The value is raw, or as `etcdctl get` prints it with its key, or etcdctl's JSON or fields, or a
    dump in hex or base64; which of them is found out. What is copied from a terminal is damaged.
    """
    from pyetcdctl.cli.commands.kubernetes.decode import decode

    session = session_of(ctx)
    decode(session, file, output)


@command(app, "encryption", _ENCRYPTION)
def encryption(
    ctx: typer.Context,
    action: Annotated[list[str], words("status")] = [],  # noqa: B006 - Typer copies it
    every: Annotated[
        bool, typer.Option("--all", help="Also resources that nobody asked to encrypt.")
    ] = False,
    etcd_prefix: EtcdPrefix = "",
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="table|json|jsonl|yaml", help="Format of the list."),
    ] = "table",
    require_encrypted: Annotated[
        bool,
        typer.Option(
            "--require-encrypted", help="Exit 1 if a resource of the file has plain values."
        ),
    ] = False,
) -> None:
    """Show by which keys the values of each resource are encrypted, and which are plain.

    A value is stale when the API server would write it otherwise today: with another key, or at all
    encrypted. That is known from the file of --encryption-config, or this node's API server's. Told
    as well: values that the API server cannot read by that file, and entries of it that cover
    nothing. No value is shown.
    """
    if action != ["status"]:
        raise BadArguments("kubernetes encryption takes one word: status")
    from pyetcdctl.cli.commands.kubernetes.encryption import status

    session = session_of(ctx)
    status(session, etcd_prefix, output, require=require_encrypted, every=every)


@command(app, "get", _GET)
def get(
    ctx: typer.Context,
    objects: Annotated[list[str], words("RESOURCE[,RESOURCE] [NAME...] | RESOURCE/NAME...")] = [],  # noqa: B006
    all_namespaces: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="In every namespace.")
    ] = False,
    as_stored: Annotated[
        bool, typer.Option("--as-stored", help="As it lies in etcd, not as the API would answer.")
    ] = False,
    etcd_prefix: EtcdPrefix = "",
    namespace: Namespace = "",
    no_headers: _NoHeaders = False,
    output_watch_events: _OutputWatchEvents = False,
    output: _Form = "",
    selector: _Selector = "",
    show_labels: _ShowLabels = False,
    show_managed_fields: Annotated[
        bool, typer.Option("--show-managed-fields", help="Do not hide metadata.managedFields.")
    ] = False,
    sort_by: Annotated[
        str, typer.Option("--sort-by", metavar="PATH", help="By a field: .metadata.name")
    ] = "",
    watch: _Watch = False,
    watch_only: Annotated[bool, typer.Option("--watch-only", help="Only what changes.")] = False,
) -> None:
    """Show objects as kubectl does, without an API server.

    A RESOURCE is a plural, singular, kind or short name, with its group where that is needed
    (cronjobs.batch); custom resources are known from their stored definitions. Objects are in the
    version in which they are stored, and custom ones lack the defaults of their schema.

    An object that stays encrypted, or is none, is told of; where its content is asked for, by -o
    or -l, the command ends with 1.
    """
    from pyetcdctl.cli.commands.kubernetes.finding import GetFlags
    from pyetcdctl.cli.commands.kubernetes.get import get

    session = session_of(ctx)
    flags = GetFlags(
        namespace,
        all_namespaces,
        selector,
        sort_by,
        output,
        etcd_prefix,
        as_stored,
        show_managed_fields,
        watch,
        watch_only,
        output_watch_events,
        no_headers,
        show_labels,
    )
    get(session, objects, flags)


@command(app, "path", _PATH)
def path(
    ctx: typer.Context,
    objects: Annotated[list[str], words("RESOURCE[/[NAMESPACE/]NAME] | KEY...")] = [],  # noqa: B006
    etcd_prefix: _PathPrefix = "",
) -> None:
    """Show the etcd key of an object, and the object of a key.

    RESOURCE is a plural, singular, kind or short name, with its group where that is needed. Without
    a NAMESPACE it is default; without a NAME the prefix of all is shown. No server is asked, except
    for custom resources without their group.
    """
    from pyetcdctl.cli.commands.kubernetes.path import path

    session = session_of(ctx)
    path(session, objects, etcd_prefix)


@command(app, "resources", _RESOURCES)
def resources(
    ctx: typer.Context,
    no_words: Annotated[list[str], words("")] = [],  # noqa: B006
    etcd_prefix: EtcdPrefix = "",
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="table|json|jsonl|yaml", help="Format of the list."),
    ] = "table",
) -> None:
    """List the resources that the store holds.

    Kinds and versions are those met in the values, all of which are read: a store keeps objects in
    old versions until somebody writes them again.
    """
    if no_words:
        raise BadArguments("kubernetes resources takes no words")
    from pyetcdctl.cli.commands.kubernetes.resources import resources

    session = session_of(ctx)
    resources(session, etcd_prefix, output)


add_writing_commands(app)
