"""``kubernetes prefixes``: the API servers that keep their objects in the etcd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pyetcdctl.cli.commands.kubernetes.parameters import (
    TableForm,
    check_list_form,
    check_no_write_out,
)
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.registry import registry_path
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import UsageError
from pyetcdctl.output.columns import aligned
from pyetcdctl.output.objects import shown_list
from pyetcdctl.registry.api_servers import api_servers

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Plain

_EXAMPLE = "  pyetcdctl kubernetes prefixes"
_HEADER = ("PREFIX", "KEYS", "API SERVER", "DEFAULT")

app = new_app()


class PrefixesFlags(Flags):
    """The flags of ``kubernetes prefixes``."""

    output: TableForm = "table"


@command(app, "prefixes", _EXAMPLE, needs_server=False)
def prefixes(
    session: Session, surplus: Annotated[list[str], words("")], flags: PrefixesFlags
) -> None:
    """List the API servers that keep their objects in this etcd, by their prefixes.

    Several may share one: tenants, virtual clusters, OpenShift's own. The default is what the other
    commands read; --etcd-prefix chooses another one.
    """
    check_no_write_out(session)
    if surplus:
        raise UsageError("kubernetes prefixes takes no arguments")
    check_list_form(flags.output)
    found, default = api_servers(session.source), registry_path(session)
    out = session.streams.out
    if flags.output == "table":
        rows = [
            (each.prefix, f"{each.keys:,}", each.kind, "yes" if each.prefix == default else "")
            for each in found
        ]
        out.write(aligned([_HEADER, *rows]))
        return
    plain: list[dict[str, Plain]] = [
        {
            "prefix": each.prefix,
            "keys": each.keys,
            "apiServer": each.kind,
            "default": each.prefix == default,
        }
        for each in found
    ]
    out.safe(shown_list(plain, flags.output, session.output))
