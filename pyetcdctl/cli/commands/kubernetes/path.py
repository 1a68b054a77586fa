"""``kubernetes path``: from an object's name to its key, and back."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import check_no_write_out
from pyetcdctl.cli.flags.parameters import Namespace, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import known_prefix, open_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, UsageError
from pyetcdctl.kubernetes.registry_keys import at_older_name, key_of, parse, parse_prefix
from pyetcdctl.kubernetes.resources import Resource, find
from pyetcdctl.output.objects import shown_text
from pyetcdctl.registry.wanted import preferred

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.registry.store import Store

_EXAMPLE = """\
  pyetcdctl kubernetes path svc/default/kubernetes nodes/master deploy
  pyetcdctl kubernetes path pod coredns-78fcdf6894-prwl -n kube-system
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
    namespace: Namespace = ""


@command(app, "path", _EXAMPLE, needs_server=False)
def path(
    session: Session,
    objects: Annotated[
        list[str], words("RESOURCE[/[NAMESPACE/]NAME]... | RESOURCE NAME... | KEY...")
    ],
    flags: PathFlags,
) -> None:
    """Show the etcd key of an object, and the object of a key.

    RESOURCE is a plural, singular, kind or short name, with its group where that is needed. Without
    a NAMESPACE it is default; without a NAME the prefix of all is shown. Only custom resources
    without their group need a server.
    """
    check_no_write_out(session)
    if not objects:
        raise UsageError("kubernetes path takes RESOURCE/[NAMESPACE/]NAME or a key")
    paths = _Paths(session, flags)
    for word in _joined(objects):
        shown = paths.object_of(word) if word.startswith("/") else paths.key_of(word)
        session.streams.out.safe(shown_text(f"{shown}\n", session.output))


def _joined(objects: Sequence[str]) -> list[str]:
    """Return RESOURCE NAME... as RESOURCE/NAME..., and other words as they are."""
    first, *rest = objects
    if "/" in first or not rest or any("/" in word or _built_in(word) for word in rest):
        return list(objects)
    return [f"{first}/{name}" for name in rest]


class _Paths:
    """Converts names to keys and back; reads the store where only its definitions show the
    resource.
    """

    def __init__(self, session: Session, flags: PathFlags) -> None:
        self._session = session
        self._flags = flags
        self._known = known_prefix(session, flags.etcd_prefix)

    @cached_property
    def _store(self) -> Store:
        return open_store(self._session, self._flags.etcd_prefix)

    def object_of(self, key: str) -> str:
        """Return the object of a key, or the objects of a prefix."""
        found = parse_prefix(key, self._known) or parse(key, self._known)
        if found is None:
            raise BadArguments(f"{key} is not a key of an object below {self._known}/")
        return str(found)

    def key_of(self, word: str) -> str:
        """Return the key of RESOURCE/[NAMESPACE/]NAME, or the prefix of a resource."""
        name, *rest = word.split("/")
        resource, prefix = self._resource(name, is_lone=len(rest) == 1)
        most = 2 if resource.namespaced else 1
        if len(rest) > most:
            form = f"{name}/NAMESPACE/NAME" if most == 2 else f"{name}/NAME: it has no namespaces"
            raise BadArguments(f"{word} should be {form}")
        namespace = rest[0] if len(rest) == 2 else self._flags.namespace
        if self._flags.namespace not in ("", namespace):
            raise BadArguments(f"{word} is not in namespace {self._flags.namespace}")
        name = rest[-1] if rest else ""
        return key_of(resource, namespace or ("default" if name else ""), name, prefix)

    def _resource(self, name: str, *, is_lone: bool) -> tuple[Resource, str]:
        """Return a resource, and the prefix of the registry that it is in."""
        # Only the definition shows whether an object that is named without a namespace has one.
        needs_scope = is_lone and not self._flags.namespace
        found = _built_in(name) or (None if needs_scope else _by_group(name))
        if found:
            return found, self._known
        resource = preferred(self._store, name, self._session.streams.err.line)
        return resource, self._store.prefix


def _built_in(name: str) -> Resource | None:
    return find(name) or at_older_name(name)


def _by_group(name: str) -> Resource | None:
    """Parse PLURAL.GROUP of a custom resource, whose key is known without reading the store."""
    plural, _, group = name.partition(".")
    if "." not in group:
        return None
    return Resource(plural, group, "", f"{group}/{plural}", True, "", custom=True)
