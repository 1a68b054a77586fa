"""Merge what every release declared into one table, message by message.

Retired fields, their earlier flags and their position in the JSON are computed from all releases
together. So releases can be merged in any order without loss, and merging a release again replaces
it. ``of_table`` is the inverse of ``to_table``.

Invariant: within a message a field number never changes its JSON name or its wire form;
``problem`` describes the first violation.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.kubernetes.schema.as_of import (
    ABSENT,
    DROPPED,
    PRESENT,
    add_steps,
    in_release,
    release_key,
)
from pyetcdctl.kubernetes.schema.table import OPENSHIFT, FieldSchema, MessageSchema, Releases

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

RENAMED = {("k8s.io.api.resource.v1alpha3.ResourceSliceList", 1)}
"""Exceptions to the invariant: fields whose JSON name changed. This one was corrected a release
later, in a list, which is never stored. The newest name is used."""


def module_of(message: str) -> str:
    """Return the module of a message: the first labels of its full name."""
    return OPENSHIFT if message.startswith(OPENSHIFT) else ".".join(message.split(".", 3)[:3])


class SchemaHistory(NamedTuple):
    """The merged releases by module, and the declared messages by name, then by release."""

    releases: Releases
    declared: dict[str, dict[str, MessageSchema]]

    def add(self, release: str, messages: Mapping[str, MessageSchema]) -> None:
        """Merge a release into the modules that the messages belong to."""
        modules = {module_of(name) for name in messages}
        for module in modules:
            merged = {*self.releases.get(module, ()), release}
            self.releases[module] = sorted(merged, key=release_key)
        for name, by_release in self.declared.items():
            if module_of(name) in modules:
                by_release.pop(release, None)
        for name, message in messages.items():
            self.declared.setdefault(name, {})[release] = message

    def to_table(self) -> list[MessageSchema]:
        """Return all messages in the form of the field table."""
        merged = {
            name: _merged(by_release, self.releases[module_of(name)])
            for name, by_release in sorted(self.declared.items())
            if by_release
        }
        _inherit(merged)
        return list(merged.values())

    def problem(self, known: Container[str] = ()) -> str | None:
        """Describe a field on which releases disagree, or whose type no release declares.

        ``known`` are the messages of another table, which fields may have as their types.
        """
        names = sorted(self.declared)
        gaps = (self._gaps(name, known) for name in names)
        return next(chain(*map(self._conflicts, names), *gaps), None)

    def _gaps(self, name: str, known: Container[str]) -> Iterator[str]:
        for release, message in self.declared[name].items():
            for field in message.fields:
                kind = field.map_value or field.type
                if "." in kind and kind not in known and not self.declared.get(kind):
                    place = f"{name}: field {field.number} of {release}"
                    yield f"{place} is {kind}, which is not declared"

    def _conflicts(self, name: str) -> Iterator[str]:
        known: dict[int, tuple[str, FieldSchema]] = {}
        for release in sorted(self.declared[name], key=release_key):
            for field in self.declared[name][release].fields:
                earlier, other = known.get(field.number, (release, field))
                is_renamed = field.name != other.name and (name, field.number) not in RENAMED
                if is_renamed or not self._has_same_wire_form(field, other):
                    yield (
                        f"{name}: field {field.number} is {_shown(other)} in {earlier} "
                        f"and {_shown(field)} in {release}"
                    )
                known[field.number] = release, field

    def _has_same_wire_form(self, field: FieldSchema, other: FieldSchema) -> bool:
        """Return whether both fields decode the same bytes; a message may have been renamed."""
        if field.type == other.type:
            return field.repeated == other.repeated
        both_messages = "." in field.type and "." in other.type
        if field.repeated != other.repeated or not both_messages or field.map_value:
            return False
        fields, others = self._wire_forms(field.type), self._wire_forms(other.type)
        return all(fields[number] == others[number] for number in fields.keys() & others.keys())

    def _wire_forms(self, name: str) -> dict[int, tuple[str, str | bool, bool]]:
        """Return, by number, what must not change in the fields that a message ever had."""
        declared = self.declared.get(name, {}).values()
        fields = (field for message in declared for field in message.fields)
        return {f.number: (f.name, "." in f.type or f.type, f.repeated) for f in fields}


def of_table(messages: Mapping[str, MessageSchema], releases: Releases) -> SchemaHistory:
    """Return what each release declared, from the field table."""
    history = SchemaHistory({module: list(merged) for module, merged in releases.items()}, {})
    for name, message in messages.items():
        by_release = (
            (release, in_release(message, release)) for release in releases[module_of(name)]
        )
        history.declared[name] = {release: found for release, found in by_release if found}
    return history


def _merged(by_release: Mapping[str, MessageSchema], releases: list[str]) -> MessageSchema:
    present = [release for release in releases if release in by_release]
    newest = by_release[present[-1]]
    is_retired = present[-1] != releases[-1]
    steps = add_steps(
        (release, PRESENT if release in by_release else ABSENT) for release in releases
    )
    declared = [(release, by_release[release]) for release in present]
    fields = (_merged_field(number, declared, is_retired) for number in _json_order(declared))
    return MessageSchema(newest.name, tuple(fields), newest.special, is_retired, steps)


def _merged_field(
    number: int, declared: list[tuple[str, MessageSchema]], is_retired: bool
) -> FieldSchema:
    found = {r: field for r, m in declared for field in m.fields if field.number == number}
    last = list(found.values())[-1]
    values = [(release, _value(found.get(release), last)) for release, _ in declared]
    is_dropped = values[-1][1] == ABSENT
    marks = DROPPED if is_dropped else "x" if is_retired else ""
    return last.marked(marks)._replace(steps=add_steps(values))


def _inherit(merged: dict[str, MessageSchema]) -> None:
    """Copy fields to a message that replaced another as a field's type, if only the other had them.

    No release of the new message has such a field, so it has no steps.
    """
    for field in [field for message in merged.values() for field in message.fields]:
        for step in field.steps.split(","):
            earlier, newest = step.partition(":")[2], field.type
            if earlier in merged and not field.map_value:
                merged[newest] = _with_fields_of(merged[newest], merged[earlier])


def _with_fields_of(message: MessageSchema, earlier: MessageSchema) -> MessageSchema:
    numbers = {field.number for field in message.fields}
    lost = (field for field in earlier.fields if field.number not in numbers)
    return message._replace(fields=(*message.fields, *(f.marked(DROPPED) for f in lost)))


def _value(field: FieldSchema | None, last: FieldSchema) -> str:
    if field is None:
        return ABSENT
    return field.flags if field.type == last.type else f"{field.flags}:{field.type}"


def _json_order(declared: list[tuple[str, MessageSchema]]) -> list[int]:
    """Return all field numbers in JSON order; a removed field follows its former neighbour."""
    numbers: list[int] = []
    for _, message in reversed(declared):
        place = 0
        for field in message.fields:
            if field.number not in numbers:
                numbers.insert(place, field.number)
            place = numbers.index(field.number) + 1
    return numbers


def _shown(field: FieldSchema) -> str:
    return f"{field.name} ({'list of ' * field.repeated}{field.type})"
