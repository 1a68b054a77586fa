"""``kubernetes get``: objects by resource, namespace, name, labels and fields."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

from pyetcdctl.cli.commands.kubernetes.get_flags import GetFlags
from pyetcdctl.cli.commands.kubernetes.parameters import check_no_write_out
from pyetcdctl.cli.commands.kubernetes.remarks import Remarks
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import comma_separated, is_serializable
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import open_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, ObjectNotFound, Reported, TemplateFailed
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import Path
from pyetcdctl.kubernetes.kubectl.selectors import FieldSelector, label_selector
from pyetcdctl.kubernetes.kubectl.sorting import rank
from pyetcdctl.output.object_listing import Form, ObjectPrinter, TableOptions, parse_form
from pyetcdctl.registry.finding import Finder, Query
from pyetcdctl.registry.store import View
from pyetcdctl.registry.wanted import Wanted, parse_words, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyetcdctl.kubernetes.kubectl.shown_objects import ShownObject
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.registry.finding import Selector

_EXAMPLE = """\
  pyetcdctl kubernetes get pods -n kube-system
  pyetcdctl kubernetes get po,svc -A -l k8s-app=kube-dns -o wide
  pyetcdctl kubernetes get deploy coredns -n kube-system -o yaml
  pyetcdctl kubernetes get pods -A --field-selector status.phase!=Running
  pyetcdctl kubernetes get pods -A -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName
  pyetcdctl kubernetes get pods -A --watch
  pyetcdctl kubernetes get deploy -A --watch --diff
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
    (cronjobs.batch), or a category (all); custom resources are known from their stored definitions.
    Objects are in the version in which they are stored, and custom ones lack the defaults of their
    schema.

    An object that cannot be decrypted, or is none, is reported; where its content is asked for, by
    -o or -l, the command ends with 1.
    """
    check_no_write_out(session, may_watch=True)
    flags.check()
    if flags.watches:
        session.check_may_go_on("kubernetes get --watch")
        session.check_server()
    asked = parse_words(objects)
    getting = _Getting(session, flags)
    getting.run(wanted(getting.finder.store, asked, session.streams.err.line))


class _Getting:
    """One run: the objects found, and the named objects that are missing."""

    def __init__(self, session: Session, flags: GetFlags) -> None:
        self._session = session
        self._flags = flags
        self._form = _form(flags)
        self._order = Path(flags.sort_by) if flags.sort_by else None
        self._fields = FieldSelector(flags.field_selector) if flags.field_selector else None
        self._remarks = Remarks(session)
        view = View(0 if flags.diff else flags.rev, is_serializable(flags.consistency))
        store = open_store(session, flags.etcd_prefix, view)
        self.finder = Finder(store, self._query(), self._remarks)

    def run(self, asked: Sequence[Wanted]) -> None:
        """Find and write the objects; report missing ones at the end."""
        resources = {each.resource.path for each in asked}
        printer = self._printer(full_names=len(resources) > 1)
        if self._flags.diff:
            self._watch_differences(asked)
            return
        if self._flags.watches:
            self._watch(asked, printer)
            return
        missing: list[str] = []
        found = self._found(asked, missing)
        single = len(asked) == 1 and bool(asked[0].name)
        if len(resources) == 1 and not (single or self._order or printer.needs_all):
            is_any = printer.write_found(found)
        else:
            is_any = self._write_all(list(found), printer, single=single)
        self._end(asked, missing, is_any=is_any)

    def _query(self) -> Query:
        flags = self._flags
        selectors = [label_selector(flags.selector)] if flags.selector else []
        selectors += [self._fields] if self._fields else []
        selects = bool(selectors)
        is_template = self._form.name in ("jsonpath", "columns")
        return Query(
            flags.namespace or "default",
            all_namespaces=flags.all_namespaces,
            selector=_all_of(selectors) if selects else None,
            as_stored=flags.as_stored,
            managed_fields=flags.managed_fields or is_template,
            rows_only=self._form.shows_few_fields,
            names_only=self._form.name == "name" and not (selects or self._order),
        )

    def _printer(self, *, full_names: bool) -> ObjectPrinter:
        flags, store = self._flags, self.finder.store
        options = TableOptions(
            headers=not flags.no_headers,
            namespaces=flags.all_namespaces,
            full_names=full_names,
            labels=comma_separated(flags.label_columns),
            all_labels=flags.show_labels,
            events=flags.output_watch_events and flags.watches,
            sorted_by_user=bool(self._order),
        )
        out, settings = self._session.streams.out, self._session.output
        return ObjectPrinter(
            out, settings, self._form, options, lambda each: store.definitions.get(each.path)
        )

    def _watch(self, asked: Sequence[Wanted], printer: ObjectPrinter) -> None:
        from pyetcdctl.cli.commands.kubernetes.watching import watch
        from pyetcdctl.registry.changes import listed

        err, (resource, name) = self._session.streams.err, _single(asked)
        if self._order:
            err.line("Warning: --sort-by orders what is there first, not what changes")
        begin = listed(self.finder, resource, name)
        if not self._flags.watch_only:
            found = list(self.finder.among(resource, begin.entries))
            self._check_order(found)
            if name and not found:
                raise ObjectNotFound(f'{resource.full_name} "{name}" not found')
            printer.write_changed("ADDED", self._sorted(found))
            self._remarks.report_not_decrypted()
        watch(self._session, self.finder, printer, begin, self._remarks)

    def _watch_differences(self, asked: Sequence[Wanted]) -> None:
        from pyetcdctl.cli.commands.kubernetes.watching import DifferenceOptions, watch_differences

        flags, (resource, name) = self._flags, _single(asked)
        may_be_gone = flags.watch_only or flags.rev
        if name and not may_be_gone and not any(self.finder.objects(resource, name)):
            raise ObjectNotFound(f'{resource.full_name} "{name}" not found')
        options = DifferenceOptions(
            flags.output or "simple", flags.all_, flags.show_secrets, flags.rev
        )
        watch_differences(self._session, self.finder, Wanted(resource, name), options)

    def _found(self, asked: Sequence[Wanted], missing: list[str]) -> Iterator[ShownObject]:
        """Yield the selected objects, and record the missing ones."""
        for resource, name in asked:
            is_there = False
            for each in self.finder.objects(resource, name):
                is_there = True
                yield each
            if name and not is_there:
                missing.append(f'{resource.full_name} "{name}" not found')

    def _write_all(self, found: list[ShownObject], printer: ObjectPrinter, *, single: bool) -> bool:
        """Write objects by their resources."""
        self._check_order(found)
        groups: dict[str, list[ShownObject]] = {}
        for each in found:
            groups.setdefault(each.resource.path, []).append(each)
        ordered = [self._sorted(group) for group in groups.values()]
        if found or not (single and self._flags.ignore_not_found):
            printer.write_all(ordered, single=single)
        return bool(found)

    def _end(self, asked: Sequence[Wanted], missing: Sequence[str], *, is_any: bool) -> None:
        """Report the objects that were not shown, and raise where the command has failed."""
        self._remarks.report_not_decrypted()
        err = self._session.streams.err
        if missing and not self._flags.ignore_not_found:
            self._session.streams.out.flush()
            for line in missing[:-1]:
                err.line(f"Error: {line}")
            raise ObjectNotFound(missing[-1])
        self._check_fields()
        if not (is_any or self._flags.ignore_not_found):
            err.line(self._nothing(asked))
            for each in asked:
                self._session.node.report_elsewhere(each.resource.full_name, err.line)
        # A table has a row for an object that cannot be read; its labels are not known.
        shows_rows = self._form.shows_few_fields and self.finder.query.selector is None
        if self._remarks.has_unread and not shows_rows:
            raise Reported

    def _check_fields(self) -> None:
        """Refuse to select by a field that no object has."""
        if self._fields and self._fields.unknown and self._fields.has_seen_objects:
            unknown = ", ".join(sorted(self._fields.unknown))
            raise BadArguments(f"no object that was found has a field {unknown} to select by")

    def _nothing(self, asked: Sequence[Wanted]) -> str:
        if self._flags.all_namespaces or not any(each.resource.namespaced for each in asked):
            return "No resources found"
        return f"No resources found in {self.finder.query.namespace} namespace"

    def _sorted(self, found: Iterable[ShownObject]) -> list[ShownObject]:
        order = self._order
        if order is None:
            return list(found)
        return sorted(found, key=lambda each: rank(order.of(each.content)))

    def _check_order(self, found: Iterable[ShownObject]) -> None:
        """Refuse to order by a field that no object has, which is a typing error."""
        contents = [each.content for each in found if each.content is not None]
        if self._order and contents and not any(map(self._order.of, contents)):
            raise TemplateFailed(
                f'no object that was found has a field "{self._flags.sort_by}" to sort by'
            )


def _single(asked: Sequence[Wanted]) -> Wanted:
    """Return the resource or name to watch."""
    if len(asked) != 1:
        raise BadArguments("you may only watch a single resource or type of resource at a time")
    return asked[0]


def _form(flags: GetFlags) -> Form:
    def read_file(path: str) -> str:
        with open(os.fsencode(path), encoding="utf-8", errors="replace") as file:
            return file.read()

    return parse_form(flags.output, read_file)


def _all_of(selectors: Sequence[Selector]) -> Selector:
    def selects(obj: Object) -> bool:
        selected = [each(obj) for each in selectors]
        return all(selected)

    return selects
