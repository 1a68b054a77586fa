"""``options``: list the flags that every command takes."""

from __future__ import annotations

from pyetcdctl.cli.flags.global_flags import ETCDCTL_FLAGS, OWN_FLAGS, GlobalFlag
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session

app = new_app()


@command(app, "options", "  pyetcdctl options", needs_server=False, file_flags=())
def options(session: Session) -> None:
    """List the flags that every command takes.

    Each has an environment variable: ETCDCTL_ and its name in capitals, as in ETCDCTL_WRITE_OUT.
    """
    rows = [_usage(flag) for flag in ETCDCTL_FLAGS]
    own = [_usage(flag) for flag in OWN_FLAGS]
    width = max(len(left) for left, _ in rows)
    text = "".join(f"{left:{width}}   {right}\n" for left, right in rows)
    ours = "".join(f"{left:{width}}   {right}\n" for left, right in own)
    session.streams.out.text(
        f"The following options can be passed to any command:\n\n{text}"
        f"\nIn pyetcdctl only:\n\n{ours}"
    )


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
