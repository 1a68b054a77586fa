"""``kubernetes get``: objects by resource, namespace, name and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pyetcdctl.cli.commands.kubernetes.finding import Finder, GetFlags
from pyetcdctl.cli.commands.kubernetes.parameters import check_no_write_out
from pyetcdctl.cli.commands.kubernetes.showing import Showing
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, ObjectNotFound, Reported, TemplateFailed
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import Path
from pyetcdctl.kubernetes.kubectl.sorting import rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyetcdctl.cli.commands.kubernetes.finding import Found
    from pyetcdctl.kubernetes.resources import Resource

_ALL = "pods,replicationcontrollers,services,daemonsets,deployments,replicasets,statefulsets,"
_ALL += "horizontalpodautoscalers,cronjobs,jobs"


_EXAMPLE = """\
  pyetcdctl kubernetes get pods -n kube-system
  pyetcdctl kubernetes get po,svc -A -l k8s-app=kube-dns -o wide
  pyetcdctl kubernetes get deploy coredns -n kube-system -o yaml
  pyetcdctl kubernetes get pods -A --watch
  pyetcdctl kubernetes get nodes -o jsonpath='{range .items[*]}{.metadata.name}{"\\n"}{end}'"""

app = new_app()


@command(app, "get", _EXAMPLE, needs_server=False)
def get(
    session: Session,
    objects: Annotated[list[str], words("RESOURCE[,RESOURCE] [NAME...] | RESOURCE/NAME...")],
    flags: GetFlags,
) -> None:
    """Show objects as kubectl does, without an API server.

    A RESOURCE is a plural, singular, kind or short name, with its group where that is needed
    (cronjobs.batch); custom resources are known from their stored definitions. Objects are in the
    version in which they are stored, and custom ones lack the defaults of their schema.

    An object that cannot be decrypted, or is none, is reported; where its content is asked for, by
    -o or -l, the command ends with 1.
    """
    check_no_write_out(session, may_watch=True)
    if flags.watches:
        session.check_server()
    wanted = _wanted(objects)
    order = Path(flags.sort_by) if flags.sort_by else None
    finder = Finder(session, flags)
    showing = Showing(session, finder.store, flags)
    if not flags.watches:
        _Getting(session, finder, showing, flags).run(wanted, order)
        return
    from pyetcdctl.cli.commands.kubernetes.get_watch import listed, watch

    if len(wanted) != 1:
        raise BadArguments("you may only watch a single resource or type of resource at a time")
    if order:
        session.streams.err.line("Warning: --sort-by orders what is there first, not what changes")
    resource, name = finder.store.resource(wanted[0][0]), wanted[0][1]
    begin = listed(finder, resource, name)
    if not flags.watch_only:
        found = list(finder.among(resource, begin.entries))
        _check_order(found, order, flags.sort_by)
        found = _sorted(found, order)
        if name and not found:
            raise ObjectNotFound(f'{resource.full_name} "{name}" not found')
        showing.show_change("ADDED", found)
        finder.report_not_decrypted()
    watch(session, finder, showing, begin)


def _wanted(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return (resource, name) pairs; an empty name means all."""
    if not words:
        raise BadArguments("kubernetes get takes a RESOURCE, then names of objects")
    if any("/" in word for word in words):
        pairs = [word.partition("/") for word in words]
        if any(not name or "/" in name for _, _, name in pairs):
            advice = filter(None, map(_instead, words))
            raise BadArguments("RESOURCE/NAME is the form of each word, or of none", *advice)
        return [(resource, name) for resource, _, name in pairs]
    resources = _ALL if words[0] == "all" else words[0]
    return [(each, name) for each in resources.split(",") for name in words[1:] or [""]]


def _instead(word: str) -> str:
    """Return what takes a key, or an object as other commands name it; nothing for other words."""
    if word.startswith("/"):
        return f"Try:  pyetcdctl get {word} -w yaml"
    parts = word.split("/")
    if len(parts) != 3 or not all(parts):
        return ""
    return f"Try:  pyetcdctl kubernetes get {parts[0]} {parts[2]} -n {parts[1]}"


class _Getting:
    """One run: the objects it found, and whether all that was named is there."""

    def __init__(self, session: Session, finder: Finder, showing: Showing, flags: GetFlags) -> None:
        self._err = session.streams.err
        self._out = session.streams.out
        self._finder = finder
        self._showing = showing
        self._flags = flags
        self._missing: list[str] = []

    def run(self, wanted: list[tuple[str, str]], order: Path | None) -> None:
        """Find and print; what is missing is told at the end."""
        resources = {word: self._finder.store.resource(word) for word, _ in wanted}
        single = len(wanted) == 1 and bool(wanted[0][1])
        objects = self._objects(wanted, resources)
        is_one_resource = len({resource.path for resource in resources.values()}) == 1
        if is_one_resource and not (single or order or self._showing.needs_all):
            is_any = self._showing.show_on(objects)
        else:
            is_any = self._show_all(list(objects), order, single=single)
        self._end(list(resources.values()), nothing=not is_any)

    def _objects(
        self, wanted: list[tuple[str, str]], resources: dict[str, Resource]
    ) -> Iterator[Found]:
        """Yield what is meant, and remember what is not there."""
        for word, name in wanted:
            resource, is_there = resources[word], False
            for each in self._finder.objects(resource, name):
                is_there = True
                yield each
            if name and not is_there:
                self._missing.append(f'{resource.full_name} "{name}" not found')

    def _show_all(self, found: list[Found], order: Path | None, *, single: bool) -> bool:
        """Show objects by their resources."""
        _check_order(found, order, self._flags.sort_by)
        groups: dict[str, list[Found]] = {}
        for each in found:
            groups.setdefault(each.resource.path, []).append(each)
        self._showing.show([_sorted(group, order) for group in groups.values()], single=single)
        return bool(found)

    def _end(self, resources: list[Resource], *, nothing: bool) -> None:
        """Say what was not shown, and fail where that is not what was asked for."""
        # A table has a row for what cannot be read; its labels cannot be looked at.
        is_complete = self._flags.shows_rows and self._finder.selects is None
        is_whole = is_complete or not (self._finder.not_decrypted or self._finder.unreadable)
        self._finder.report_not_decrypted()
        if self._missing:
            self._out.flush()
            for line in self._missing[:-1]:
                self._err.line(f"Error: {line}")
            raise ObjectNotFound(self._missing[-1])
        if nothing:
            self._err.line(self._nothing(resources))
        if not is_whole:
            raise Reported

    def _nothing(self, resources: list[Resource]) -> str:
        if self._flags.all_namespaces or not any(each.namespaced for each in resources):
            return "No resources found"
        return f"No resources found in {self._finder.namespace} namespace"


def _sorted(objects: Iterable[Found], order: Path | None) -> list[Found]:
    if order is None:
        return list(objects)
    return sorted(objects, key=lambda each: rank(order.of(each.shown)))


def _check_order(objects: Iterable[Found], order: Path | None, sort_by: str) -> None:
    """Refuse to order by what no object has: it is a slip of the pen."""
    shown = [each.shown for each in objects if each.shown is not None]
    if order and shown and not any(order.of(each) for each in shown):
        raise TemplateFailed(f'no object that was found has a field "{sort_by}" to sort by')
