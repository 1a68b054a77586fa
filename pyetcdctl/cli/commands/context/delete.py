"""``context delete``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.contexts.store import Contexts
from pyetcdctl.errors import UsageError

app = new_app()


@command(app, "delete", "  pyetcdctl context delete lab", needs_server=False, file_flags=())
def delete(session: Session, names: Annotated[list[str], words("CONTEXT")]) -> None:
    """Delete a context; the cluster and its certificates stay as they are."""
    if len(names) != 1:
        raise UsageError("context delete takes one CONTEXT")
    Contexts(session.streams.environment).delete(names[0])
