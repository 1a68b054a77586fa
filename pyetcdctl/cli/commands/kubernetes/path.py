"""``kubernetes path``: from an object's name to its key, and back."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import check_no_write_out
from pyetcdctl.cli.commands.kubernetes.registry_prefix import known_prefix
from pyetcdctl.cli.commands.kubernetes.store import Store
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.registry_keys import key_of, parse, parse_prefix
from pyetcdctl.kubernetes.resources import Resource, find
from pyetcdctl.output.quoting import terminal_safe

_EXAMPLE = """\
  pyetcdctl kubernetes path svc/default/kubernetes nodes/master-1 deploy
  pyetcdctl kubernetes path /registry/services/specs/default/kubernetes"""

app = new_app()


class PathFlags(Flags):
    """The flags of ``kubernetes path``."""

    etcd_prefix: Annotated[
        str,
        typer.Option(
            "--etcd-prefix",
            metavar="PREFIX",
            help="The API server's --etcd-prefix (default this node's, else /registry).",
        ),
    ] = ""


@command(app, "path", _EXAMPLE, needs_server=False)
def path(
    session: Session,
    objects: Annotated[list[str], words("RESOURCE[/[NAMESPACE/]NAME] | KEY...")],
    flags: PathFlags,
) -> None:
    """Show the etcd key of an object, and the object of a key.

    RESOURCE is a plural, singular, kind or short name, with its group where that is needed. Without
    a NAMESPACE it is default; without a NAME the prefix of all is shown. No server is asked, except
    for custom resources without their group.
    """
    check_no_write_out(session)
    if not objects:
        raise BadArguments("kubernetes path takes RESOURCE/[NAMESPACE/]NAME or a key")
    paths = _Paths(session, flags.etcd_prefix)
    out = session.streams.out
    for word in objects:
        answer = paths.object_of(word) if word.startswith("/") else paths.key_of(word)
        data = answer.encode("utf-8", "surrogateescape")
        out.write((terminal_safe(data) if out.is_terminal else data) + b"\n")


class _Paths:
    """Objects' names and keys; the store is asked for what only its definitions tell."""

    def __init__(self, session: Session, prefix: str) -> None:
        self._known = known_prefix(session, prefix)
        self._store = Store(session, prefix)

    def object_of(self, key: str) -> str:
        """Return what a key, or the prefix of some, is the place of."""
        found = parse_prefix(key, self._known) or parse(key, self._known)
        if found is None:
            raise BadArguments(f"{key} is no key of an object below {self._known}/")
        return str(found)

    def key_of(self, word: str) -> str:
        """Return the key of RESOURCE/[NAMESPACE/]NAME, or the prefix of a resource."""
        name, *rest = word.split("/")
        resource, prefix = self._resource(name, is_lone=len(rest) == 1)
        most = 2 if resource.namespaced else 1
        if len(rest) > most:
            form = f"{name}/NAMESPACE/NAME" if most == 2 else f"{name}/NAME: it has no namespaces"
            raise BadArguments(f"{word} should be {form}")
        if resource.namespaced and len(rest) == 1 and rest[0]:
            rest = ["default", *rest]
        namespace = rest[0] if len(rest) == 2 else ""
        return key_of(resource, namespace, rest[-1] if rest else "", prefix)

    def _resource(self, name: str, *, is_lone: bool) -> tuple[Resource, str]:
        """Return a resource, and the prefix of the registry that it is in."""
        # Only the definition tells whether a lone name stands in a namespace.
        found = find(name) or (None if is_lone else _by_group(name))
        if found:
            return found, self._known
        return self._store.resource(name), self._store.prefix


def _by_group(name: str) -> Resource | None:
    """Read PLURAL.GROUP of a custom resource, whose key needs no look into the store."""
    plural, _, group = name.partition(".")
    if "." not in group:
        return None
    return Resource(plural, group, "", f"{group}/{plural}", True, "", custom=True)
