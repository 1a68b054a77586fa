"""``version``: the release of etcdctl that the program follows, and its own."""

from __future__ import annotations

from pyetcdctl import __version__
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session

ETCDCTL = "3.7.3"

app = new_app()


@command(app, "version", "  pyetcdctl version", needs_server=False, file_flags=())
def version(session: Session) -> None:
    """Print the version.

    The first two lines are etcdctl's, of the release whose commands and output these are.
    --version and -V in place of a command do the same.
    """
    # Scripts take the third word of every line that contains "etcdctl version".
    session.streams.out.text(
        f"etcdctl version: {ETCDCTL}\nAPI version: 3.7\nprogram: pyetcdctl {__version__}\n"
    )
