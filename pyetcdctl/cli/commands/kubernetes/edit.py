"""``kubernetes edit``: an object's YAML in an editor, and back."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING, Annotated

from pyetcdctl.cli.commands.kubernetes.drafts import (
    Draft,
    editor_of,
    kept_on_failure,
    report_left_drafts,
)
from pyetcdctl.cli.commands.kubernetes.parameters import (
    ManagedFields,
    Yes,
    check_no_write_out,
)
from pyetcdctl.cli.commands.kubernetes.writing import (
    ask,
    make_change,
    require_consent,
    show,
    warn,
)
from pyetcdctl.cli.flags.parameters import EtcdPrefix, Namespace, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import open_unambiguous_store
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, NotWritten
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.encoding import encode
from pyetcdctl.kubernetes.codec.envelope import Format
from pyetcdctl.kubernetes.codec.unfit import Unfit
from pyetcdctl.kubernetes.editing.completing import with_generation
from pyetcdctl.kubernetes.editing.documents import documents
from pyetcdctl.kubernetes.editing.revising import EditedObject, form_of, obstacle
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.registry.putting import stale_remark
from pyetcdctl.registry.targets import check_words, require_present, targets
from pyetcdctl.registry.writing import Change
from pyetcdctl.strict_yaml import NotYaml

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.encryption.keyring import Keyring
    from pyetcdctl.kubernetes.resources import Resource
    from pyetcdctl.registry.targets import Present

_HOW_TO_CANCEL = "# To cancel, leave this text unchanged.\n"
_MOST_ROUNDS_OF_A_SCRIPT = 10
_NEWLINE = "\n"


_EXAMPLE = """\
  EDITOR=nano pyetcdctl kubernetes edit namespace stuck
  KUBE_EDITOR='sed -i s/Terminating/Active/' pyetcdctl kubernetes edit ns/stuck --yes"""

app = new_app()


class EditFlags(Flags):
    """The flags of ``kubernetes edit``."""

    etcd_prefix: EtcdPrefix = ""
    namespace: Namespace = ""
    managed_fields: ManagedFields = False
    yes: Yes = False


@command(app, "edit", _EXAMPLE)
def edit(
    session: Session,
    objects: Annotated[list[str], words("RESOURCE NAME | RESOURCE/NAME | KEY")],
    flags: EditFlags,
) -> None:
    """Change an object in an editor, past the API server.

    The editor is KUBE_EDITOR, VISUAL or EDITOR, else vi. The object is written only if no other
    client changed it meanwhile, with its lease and its encryption; in every other case the text
    is kept, and its path printed.
    """
    check_no_write_out(session)
    check_words(objects)
    require_consent(session, yes=flags.yes)
    if not (session.streams.input_is_terminal or editor_of(session.streams.environment)):
        raise BadArguments("no editor is named", "Try:  EDITOR='sed -i s/old/new/'")
    report_left_drafts(session.streams.err)
    store = open_unambiguous_store(session, flags.etcd_prefix)
    wanted = targets(store, objects, flags.namespace)
    if len(wanted) > 1:
        raise BadArguments("one object is edited at a time")
    keyring = session.writing_keyring.below(store.prefix)
    present = require_present(store, wanted[0], keyring)
    if why := obstacle(present.stored):
        raise NotWritten(
            f"{present.target.title} cannot be edited: {why}",
            *(("Try:  a newer pyetcdctl",) if present.stored.decoded.unknown else ()),
        )
    try:
        found = parse(os.fsdecode(present.entry.key), store.prefix)
        resource = found.resource if found else None
        editing = _Editing(session, present, resource, keyring, flags)
    except NotYaml as error:
        raise NotWritten(f"{present.target.title} cannot be edited as YAML: {error}") from None
    editing.run()


class _Editing:
    """One object, from the editor to the store."""

    def __init__(
        self,
        session: Session,
        present: Present,
        resource: Resource | None,
        keyring: Keyring,
        flags: EditFlags,
    ) -> None:
        self._session = session
        self._resource = resource
        self._keyring = keyring
        self._present = present
        self._yes = flags.yes
        self._has_warned = False
        self._before = present.stored.decoded.object or {}
        self._form = form_of(present.stored)
        self._revision = EditedObject(self._before, managed_fields=flags.managed_fields)
        title, revision = present.target.title, present.entry.mod_revision
        self._head = f"# {title} as it is stored, mod_revision {revision}\n{_HOW_TO_CANCEL}"

    def run(self) -> None:
        """Edit until the text is valid, ask for confirmation, and write it."""
        draft = Draft(self._present.target.title, self._head + self._revision.text)
        with kept_on_failure(draft, self._session.streams.err):
            while True:
                value = self._edited(draft)
                if value is None:
                    self._session.streams.err.line("Nothing was changed")
                    return
                reply = self._ask(value)
                if reply != "e":
                    break
            if reply != "y":
                raise NotWritten("nothing was written")
            self._write(value)

    def _edited(self, draft: Draft) -> bytes | None:
        """Return the new plain value; None where nothing was changed."""
        streams, complaint, opened = self._session.streams, None, draft.read()
        for rounds in count(1):
            draft.edit(streams.environment)
            text = draft.read()
            body = text.removeprefix(self._head)
            if not _has_content(body):
                raise NotWritten("the text was emptied, and nothing was written")
            too_often = rounds > _MOST_ROUNDS_OF_A_SCRIPT and not streams.input_is_terminal
            if complaint and (text == opened or too_often):
                raise NotWritten(f"nothing was written: {complaint.below(self._head)}")
            try:
                return self._value(body)
            except _Complaint as found:
                complaint = found
            self._head = complaint.head()
            opened = self._head + body
            draft.write(opened)
        return None

    def _value(self, body: str) -> bytes | None:
        release = self._session.release
        try:
            found = documents(body)
        except NotYaml as error:
            raise _Complaint(error.why, error.line) from None
        if len(found) != 1:
            raise _Complaint(f"there are {len(found)} documents, not one", 0)
        try:
            edited = self._revision.of(found[0].object)
            edited = with_generation(edited, self._before, self._resource)
            value = encode(edited, self._form, release)
            unchanged = encode(self._before, self._form, release)
        except Unfit as unfit:
            raise _Complaint(str(unfit), found[0].place(unfit)) from None
        return None if value == unchanged else value

    def _ask(self, value: bytes) -> str:
        title = self._present.target.title
        show(self._session, title, self._before, decode(value).object)
        if not self._has_warned:
            self._remark()
            if line := stale_remark(self._present, self._keyring):
                self._session.streams.err.line(line)
            warn(self._session)
            self._has_warned = True
        where = self._session.target
        return ask(
            self._session, f"Write {title} to {where}?", yes=self._yes, also=", e to edit on"
        )

    def _remark(self) -> None:
        """Report changes of the stored form that the diff does not show."""
        stored, err = self._present.stored, self._session.streams.err
        if stored.decoded.format.value != self._form:
            err.line(f"# stored as {stored.decoded.format.value}, it will be {self._form}")
        elif encode(self._before, self._form, self._session.release) == stored.plain:
            return
        elif stored.decoded.format is Format.PROTOBUF:
            err.line("# stored by another release: zero fields of that one will be left out")
        else:
            err.line("# stored with other formatting: it will be written in the API server's form")

    def _write(self, value: bytes) -> None:
        entry = self._present.entry
        stored_value = value
        if self._present.stored.encryption:
            stored_value = self._keyring.encrypt_like(entry.value, value, key=entry.key)
        make_change(self._session, Change(self._present.target, entry, stored_value, "edited"))


class _Complaint(Exception):
    """Why a text cannot be written; ``line`` is the line in the text, 0 where it is not known."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = " ".join(why.split())
        self.line = line

    def below(self, head: str) -> str:
        """Return the reason, with the line as it is counted below a head."""
        return f"line {self.line + head.count(_NEWLINE)}: {self.why}" if self.line else self.why

    def head(self) -> str:
        """Return the comment above the text."""
        head = (
            "# {}\n"
            "# Nothing was written so far. Correct the text, or leave it unchanged to cancel.\n"
        )
        return head.format(self.below(head))


def _has_content(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return any(line and not line.startswith("#") for line in lines)
