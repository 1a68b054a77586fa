"""``kubernetes restore``: create objects of a backup, or of an earlier revision, again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.commands.kubernetes.parameters import Yes, check_no_write_out
from pyetcdctl.cli.commands.kubernetes.remarks import Remarks
from pyetcdctl.cli.commands.kubernetes.writing import ask, make_change, require_consent, warn
from pyetcdctl.cli.flags.parameters import EtcdPrefix, Namespace, number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import open_store, open_unambiguous_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, NotWritten, ObjectNotFound, Reported, UsageError
from pyetcdctl.kubernetes.editing.restoring import manifest
from pyetcdctl.output.objects import FORMATS, shown_object
from pyetcdctl.registry.restoring import Restoration, entries_in, entries_of, restorable
from pyetcdctl.registry.store import View
from pyetcdctl.registry.wanted import parse_words, wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.kubernetes.encryption.keyring import Keyring
    from pyetcdctl.registry.restoring import Restorable, RestoredObjects
    from pyetcdctl.registry.wanted import Wanted

_EXAMPLE = """\
  pyetcdctl kubernetes restore -n kube-system deployments
  pyetcdctl kubernetes restore --from backup.db -n shop | kubectl apply -f -
  pyetcdctl kubernetes restore --from backup.db -n shop secret pull -o json
  pyetcdctl kubernetes restore --from backup.db -n shop --write"""

app = new_app()


class ObjectRestoreFlags(Flags):
    """The flags of ``kubernetes restore``."""

    all_namespaces: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="In every namespace.")
    ] = False
    dest_encryption_config: Annotated[
        str,
        typer.Option(
            "--dest-encryption-config",
            metavar="FILE",
            help="With --write: encrypt as the API server with this configuration (default"
            " --encryption-config).",
        ),
    ] = ""
    etcd_prefix: EtcdPrefix = ""
    namespace: Namespace = ""
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="yaml|json|jsonl", help="Form of manifests.")
    ] = "yaml"
    rev: Annotated[int, number("--rev", "As of this revision.")] = 0
    write: Annotated[
        bool, typer.Option("--write", help="Write absent objects, past the API server.")
    ] = False
    yes: Yes = False


@command(app, "restore", _EXAMPLE, needs_server=False)
def restore(
    session: Session,
    objects: Annotated[list[str], words("[RESOURCE[,RESOURCE] [NAME...] | RESOURCE/NAME...]")],
    flags: ObjectRestoreFlags,
) -> None:
    """Print objects of a backup as manifests for `kubectl apply -f -`.

    Objects are in the order of their dependencies, without the fields that a cluster sets: uid,
    resourceVersion, creationTimestamp, managedFields, status, owners, a clusterIP or a node.
    Without RESOURCE all objects of the namespace are printed, and the namespace itself, except
    those that controllers create again.

    --write writes absent objects to the etcd that environment, context or discovery name, past the
    API server: objects as they were, encrypted as that cluster's API server would. It shows a plan,
    and asks.
    """
    check_no_write_out(session)
    if flags.output not in FORMATS:
        raise BadArguments(f"-o is one of: {', '.join(FORMATS)}")
    if not (objects or flags.namespace or flags.all_namespaces):
        raise UsageError("kubernetes restore takes -n NAMESPACE, -A or a RESOURCE")
    if flags.dest_encryption_config and not flags.write:
        raise BadArguments("--dest-encryption-config is for --write")
    restoring = _Restoring(session, flags)
    found = restoring.find(objects)
    if flags.write:
        restoring.write(found)
    else:
        restoring.show(found)
    restoring.end()


class _Restoring:
    """One run."""

    def __init__(self, session: Session, flags: ObjectRestoreFlags) -> None:
        self._session = session
        self._flags = flags
        self._remarks = Remarks(session)
        self._missing: list[str] = []
        self._server = session.beside_file()
        if flags.write:
            self._server.check_may_run("kubernetes restore --write")
            require_consent(session, yes=flags.yes)
        else:
            session.check_endpoints_beside_file("--write")

    def find(self, objects: Sequence[str]) -> RestoredObjects:
        """Read the requested objects."""
        flags, session = self._flags, self._session
        store = open_store(session, flags.etcd_prefix, View(flags.rev))
        if not objects:
            entries = entries_in(store, "" if flags.all_namespaces else flags.namespace)
            return restorable(store, entries, self._remarks, is_chosen=False)
        asked = wanted(store, parse_words(objects), session.streams.err.line)
        namespace = "" if flags.all_namespaces else flags.namespace or "default"
        found = restorable(
            store, entries_of(store, asked, namespace), self._remarks, is_chosen=True
        )
        self._missing = _missing(asked, found.objects)
        return found

    def show(self, found: RestoredObjects) -> None:
        """Print manifests."""
        out, form = self._session.streams.out, self._flags.output
        contents = [manifest(each.content) for each in found.objects]
        if form == "json":
            whole = {"apiVersion": "v1", "kind": "List", "items": contents}
            contents = [whole] if len(contents) != 1 else contents
        for at, content in enumerate(contents):
            if at and form == "yaml":
                out.safe(b"---\n")
            out.safe(shown_object(content, form, self._session.output))
        out.flush()
        self._report(found)

    def write(self, found: RestoredObjects) -> None:
        """Write the objects that the cluster lacks, after confirmation."""
        server = self._server
        store = open_unambiguous_store(server, self._flags.etcd_prefix)
        keyring = self._writing_keyring(store.prefix)
        restoration = Restoration(store, keyring, found.objects, server.streams.err.line)
        planned = restoration.plan()
        err = server.streams.err
        for title in restoration.present:
            err.line(f"# {title} exists, and is not changed")
        if not planned:
            err.line("Nothing is missing.")
            return
        for each in planned:
            err.line(f"create {each.change.target.title}")
        warn(server)
        count = f"{len(planned)} object{'s' * (len(planned) != 1)}"
        if ask(server, f"Write {count} to {server.target}?", yes=self._flags.yes) != "y":
            raise NotWritten("nothing was written")
        for each in planned:
            make_change(server, each.change)
        self._report(found)

    def _writing_keyring(self, prefix: str) -> Keyring:
        """Return the keys that the API server of the cluster encrypts with."""
        path, server = self._flags.dest_encryption_config, self._server
        if not path:
            return server.writing_keyring.below(prefix)
        from pyetcdctl.cli.session.keyring import file_keyring

        return file_keyring(path, server.process.at_end, prefix)

    def end(self) -> None:
        """Report the objects that were not found or could not be read."""
        self._remarks.report_not_decrypted()
        for line in self._missing[:-1]:
            self._session.streams.err.line(f"Error: {line}")
        if self._missing:
            raise ObjectNotFound(self._missing[-1])
        if self._remarks.has_unread:
            raise Reported

    def _report(self, found: RestoredObjects) -> None:
        """Report the objects that are left out, or that there are none."""
        note = self._session.streams.err.line
        if found.made_by_owners:
            note(f"# {found.made_by_owners:,} objects are left out: their owners make them again")
        if found.made_by_cluster:
            note(
                f"# {found.made_by_cluster:,} objects are left out: a cluster makes them by itself"
            )
        if not found.objects:
            note("No resources found")


def _missing(asked: Sequence[Wanted], objects: Sequence[Restorable]) -> list[str]:
    there = {(each.place.path, each.place.name) for each in objects}
    return [
        f'{resource.full_name} "{name}" not found'
        for resource, name in asked
        if name and (resource.path, name) not in there
    ]
