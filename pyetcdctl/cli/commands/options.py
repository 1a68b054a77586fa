"""``options``: list the flags that every command takes."""

from __future__ import annotations

from textwrap import wrap

from pyetcdctl.cli.flags.global_flags import ETCDCTL_FLAGS, OWN_FLAGS, GlobalFlag
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session

app = new_app()


@command(app, "options", "  pyetcdctl options", needs_server=False, file_flags=())
def options(session: Session) -> None:
    """List the flags that every command takes.

    Each has an environment variable, as ETCDCTL_WRITE_OUT: see `pyetcdctl help environment`.
    """
    rows = [_usage(flag) for flag in ETCDCTL_FLAGS]
    own = [_usage(flag) for flag in OWN_FLAGS]
    column = max(len(left) for left, _ in rows) + 3
    out = session.streams.out
    room = out.width - column if out.is_terminal else 0
    text = "".join(_line(left, right, column, room) for left, right in rows)
    ours = "".join(_line(left, right, column, room) for left, right in own)
    out.text(
        f"The following options can be passed to any command:\n\n{text}"
        f"\nIn pyetcdctl only:\n\n{ours}"
    )


def _line(left: str, right: str, column: int, room: int) -> str:
    """Return a flag's line; on a terminal its text is wrapped in the room of its column."""
    lines = wrap(right, room) if room > 0 else [right]
    return left.ljust(column) + f"\n{'':{column}}".join(lines) + "\n"


def _usage(flag: GlobalFlag) -> tuple[str, str]:
    """Return a flag's line in two halves, in pflag's form."""
    left = f"  -{flag.short}, --{flag.name}" if flag.short else f"      --{flag.name}"
    if flag.kind != "bool":
        left += f" {flag.kind}"
    return left, flag.help + _default(flag)


def _default(flag: GlobalFlag) -> str:
    match flag.default:
        case True:
            return " (default true)"
        case float():
            return f" (default {flag.default:g}s)"
        case str() if flag.default:
            return f' (default "{flag.default}")'
        case _:
            return ""
