"""``check datascale``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.commands.check.loading import Loading, error_lines
from pyetcdctl.cli.commands.check.loads import LoadFlags, load_size, prefix_option
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.workload import Load
from pyetcdctl.errors import Reported

_EXAMPLE = "  pyetcdctl check datascale --load s --auto-compact --auto-defrag"
_MEBIBYTE = 1 << 20

app = new_app()


class DatascaleFlags(LoadFlags):
    """The flags of ``check datascale``."""

    prefix: Annotated[str, prefix_option()] = "/etcdctl-check-datascale/"


@command(app, "datascale", _EXAMPLE)
def datascale(
    session: Session, surplus: Annotated[list[str], words("")], flags: DatascaleFlags
) -> None:
    """Check how much memory a member needs for a number of keys.

    s is 10,000 pairs of 1 KiB, m 100,000, l 1,000,000, xl 3,000,000. The memory is that of the
    first endpoint, which must publish its metrics. The keys are deleted however the check ends.
    """
    size = load_size(flags.load)
    prefix = raw(flags.prefix)
    loading = Loading(session, prefix, f"etcdctl del --prefix {flags.prefix}")
    before = _memory(session, "before")
    out = session.streams.out
    out.text(
        f"Start data scale check for work load [{size.pairs} key-value pairs, 1024 bytes per"
        f" key-value, {size.clients} concurrent clients].\n"
    )
    out.flush()
    load = Load(prefix, 512, 512, size.clients, total=size.pairs)
    with loading.removed_at_end(flags, must_succeed=True):
        figures = loading.run(load, size.pairs, "pairs", lambda workload: workload.done)
        after = _memory(session, "after")
    loading.end_by_signal()
    if errors := error_lines(figures):
        out.text("".join(f"{line}\n" for line in errors))
        raise Reported
    used = (after - before) / _MEBIBYTE
    out.text(f"PASS: Approximate system memory used : {used:.2f} MB.\n")


def _memory(session: Session, when: str) -> float:
    """Return the memory of the first endpoint's member; raise Reported where it is not known."""
    from pyetcdctl.client.metrics import RESIDENT_MEMORY, resident_memory

    used = resident_memory(session.connection.endpoints[0], session.settings)
    if not used:
        out = session.streams.out
        out.text(f"FAIL: Could not read {RESIDENT_MEMORY} {when} the put operations.\n")
        raise Reported
    return used
