"""The ``kubernetes`` commands that write: their flags and help."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import EtcdPrefix, Namespace, session_of
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command

_DELETE = """\
  pyetcdctl kubernetes del pod web-1 -n shop
  pyetcdctl kubernetes del /registry/pods/shop/web-1 --yes"""
_EDIT = """\
  EDITOR=nano pyetcdctl kubernetes edit namespace stuck
  KUBE_EDITOR='sed -i s/Terminating/Active/' pyetcdctl kubernetes edit ns/stuck --yes"""
_ENCODE = """\
  pyetcdctl kubernetes encode pod.yaml | pyetcdctl put /registry/pods/default/web
  pyetcdctl kubernetes get ns default -o yaml | pyetcdctl kubernetes encode -o base64"""
_PUT = """\
  pyetcdctl kubernetes put -f pod.yaml
  pyetcdctl kubernetes get ns stuck -o yaml | sed '/^  - kubernetes/d' |
    pyetcdctl kubernetes put -f - --yes"""
_As = Annotated[
    str,
    typer.Option(
        "--as", metavar="protobuf|json|cbor", help="Instead of the form that the kind has."
    ),
]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def delete(
    ctx: typer.Context,
    objects: Annotated[list[str], words("RESOURCE NAME... | RESOURCE/NAME... | KEY...")] = [],  # noqa: B006
    etcd_prefix: EtcdPrefix = "",
    namespace: Namespace = "",
    yes: _Yes = False,
) -> None:
    """Delete objects, past the API server.

    Finalizers are not run, and what an object owns stays until a controller sees that its owner
    is gone. An object that somebody changes after it was read is not deleted.
    """
    from pyetcdctl.cli.commands.kubernetes.delete import DeleteFlags
    from pyetcdctl.cli.commands.kubernetes.delete import delete as run

    run(session_of(ctx), objects, DeleteFlags(namespace, etcd_prefix, yes))


def edit(
    ctx: typer.Context,
    objects: Annotated[list[str], words("RESOURCE NAME | RESOURCE/NAME | KEY")] = [],  # noqa: B006
    etcd_prefix: EtcdPrefix = "",
    namespace: Namespace = "",
    show_managed_fields: Annotated[
        bool, typer.Option("--show-managed-fields", help="Do not hide metadata.managedFields.")
    ] = False,
    yes: _Yes = False,
) -> None:
    """Change an object in an editor, past the API server.

    The editor is KUBE_EDITOR, VISUAL or EDITOR, else vi. The object is written only if nobody
    else changed it meanwhile, with its lease and its encryption; in every other case the text
    is kept, and its path told.
    """
    from pyetcdctl.cli.commands.kubernetes.edit import EditFlags
    from pyetcdctl.cli.commands.kubernetes.edit import edit as run

    run(session_of(ctx), objects, EditFlags(namespace, etcd_prefix, show_managed_fields, yes))


def encode(
    ctx: typer.Context,
    file: Annotated[list[str], words("[FILE | -]")] = [],  # noqa: B006
    as_: _As = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="raw|hex|base64", help="Form of the bytes.")
    ] = "raw",
) -> None:
    """Turn an object's YAML or JSON into the bytes that are stored.

    Built-in kinds become protobuf; custom resources, their definitions and APIServices JSON. With
    --as cbor they are what an API server with the gate CBORServingAndStorage writes. A field that
    the kind does not have is an error, which the API server would pass over.
    """
    from pyetcdctl.cli.commands.kubernetes.encode import write_encoded

    write_encoded(session_of(ctx), file, as_, output)


def put(
    ctx: typer.Context,
    no_words: Annotated[list[str], words("")] = [],  # noqa: B006
    as_: _As = "",
    at: Annotated[
        str, typer.Option("--at", metavar="KEY", help="Instead of the key that the kind has.")
    ] = "",
    etcd_prefix: EtcdPrefix = "",
    file: Annotated[
        str, typer.Option("--filename", "-f", metavar="FILE", help="YAML or JSON; - is a pipe.")
    ] = "",
    lease: Annotated[
        str,
        typer.Option("--lease", metavar="ID", help="Hexadecimal; else the old object's lease."),
    ] = "",
    namespace: Namespace = "",
    yes: _Yes = False,
) -> None:
    """Create or replace objects, past the API server.

    What the file says replaces the whole object, its status too. A resourceVersion in the file
    is the revision that is replaced, and no other; a uid that is another one is refused. What
    the file leaves out is taken from the old object: uid, creationTimestamp and managedFields.
    """
    from pyetcdctl.cli.commands.kubernetes.put import PutFlags
    from pyetcdctl.cli.commands.kubernetes.put import put as run
    from pyetcdctl.errors import BadArguments

    if no_words:
        raise BadArguments("kubernetes put takes its objects from -f FILE")
    run(session_of(ctx), PutFlags(file, at, namespace, as_, etcd_prefix, lease, yes))


def add_writing_commands(app: typer.Typer) -> None:
    """Register the commands in their group."""
    command(app, "del", _DELETE)(delete)
    command(app, "edit", _EDIT)(edit)
    command(app, "encode", _ENCODE)(encode)
    command(app, "put", _PUT)(put)
