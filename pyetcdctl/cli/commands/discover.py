"""``discover``: show which etcd this node runs, and how it would be reached."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import discovery_root
from pyetcdctl.cli.session.process import with_sudo
from pyetcdctl.cli.session.session import Session
from pyetcdctl.discovery import Discovery, FoundCertificate, FoundFile
from pyetcdctl.discovery import discover as search
from pyetcdctl.errors import DiscoveryFailed, UsageError
from pyetcdctl.escaping import printable
from pyetcdctl.output import unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_EXAMPLE = """\
  pyetcdctl discover
  eval "$(pyetcdctl discover --export)\""""
_Row = tuple[str, str, str]

app = new_app()


class DiscoverFlags(Flags):
    """The flags of ``discover``."""

    export: Annotated[
        bool, typer.Option("--export", help="Print shell lines that set ETCDCTL_ENDPOINTS etc.")
    ] = False


@command(app, "discover", _EXAMPLE, needs_server=False, file_flags=())
def discover(
    session: Session, surplus: Annotated[list[str], words("")], flags: DiscoverFlags
) -> None:
    """Show the etcd that this node runs and the certificates for it.

    Every command does the same by itself when it is given neither an endpoint nor a certificate.
    Keys are mostly readable by root only: use sudo. PYETCDCTL_DISCOVERY=off switches it off,
    PYETCDCTL_ROOT=DIR looks below DIR instead of /.
    """
    if surplus:
        raise UsageError("discover takes no arguments")
    _check_format(session)
    found = _discovered(session)
    if flags.export:
        text = _exports(found)
    elif session.output.format == "json":
        text = json.dumps(_as_json(found)) + "\n"
    else:
        text = _columns(list(_rows(found)))
    session.streams.out.text(text)


def _check_format(session: Session) -> None:
    session.check_format()
    if session.output.format not in ("simple", "json"):
        raise unsupported(session.output.format, ("simple", "json"))


def _discovered(session: Session) -> Discovery:
    root = discovery_root(session.streams.environment)
    if root is None:
        raise DiscoveryFailed(
            "discovery is switched off", "Try:  unset PYETCDCTL_DISCOVERY, then run it again"
        )
    found = search(root)
    if not found:
        raise _nothing_found(found)
    return found


def _nothing_found(found: Discovery) -> DiscoveryFailed:
    below = "" if found.root == "/" else f" below {found.root}"
    skipped = [f"{printable(skip.file.path)}: {skip.why}" for skip in found.skipped]
    looked = [f"Looked at {path}" for path in found.looked_at]
    remedy = (
        with_sudo("discover") if found.needs_root else "--endpoints with the address of an etcd"
    )
    return DiscoveryFailed(f"no etcd was found{below}", *looked, *skipped, f"Try:  {remedy}")


def _rows(found: Discovery) -> Iterator[_Row]:
    if found.root != "/":
        yield "root", found.root, "all paths below are inside it"
    for endpoint in found.endpoints:
        yield "endpoints", endpoint.url, f"{endpoint.file.path} ({endpoint.origin})"
    if found.ca:
        yield "CA", found.ca.file.path, _validity(found.ca)
    if found.client and found.client.key:
        yield "cert, key", found.client.file.path, _validity(found.client)
        yield "cert, key", found.client.key.path, ""
    elif found.needs_client_certificate:
        remedy = "use sudo" if found.needs_root else "give --cert and --key"
        yield "cert, key", "none that can be used", f"the server asks for one: {remedy}"
    for skip in found.skipped:
        yield "skipped", skip.file.path, skip.why
    for member in found.members:
        yield "members", member.name, member.peer_url
    for override in found.overrides:
        urls = ",".join(endpoint.url for endpoint in override.endpoints)
        yield "elsewhere", override.resource, f"{urls} (--etcd-servers-overrides)"
    yield "layout", found.layout, ""


def _validity(certificate: FoundCertificate) -> str:
    from datetime import UTC, datetime

    ends = certificate.not_after
    if ends is None:
        return ""
    return f"{'expired' if ends < datetime.now(UTC) else 'valid until'} {ends:%Y-%m-%d}"


def _columns(rows: list[_Row]) -> str:
    """Align the rows; a label is shown where it changes."""
    shown = [tuple(map(printable, row)) for row in rows]
    middle = max(len(row[1]) for row in shown)
    lines = []
    previous = ""
    for label, what, remark in shown:
        lines.append(f"{label if label != previous else '':9}  {what:{middle}}  {remark}".rstrip())
        previous = label
    return "\n".join(lines) + "\n"


def _exports(found: Discovery) -> str:
    variables = {
        "ETCDCTL_ENDPOINTS": ",".join(endpoint.url for endpoint in found.endpoints),
        "ETCDCTL_CACERT": found.tls.ca,
        "ETCDCTL_CERT": found.tls.certificate,
        "ETCDCTL_KEY": found.tls.key,
    }
    return "".join(f"export {n}={shlex.quote(value)}\n" for n, value in variables.items() if value)


def _as_json(found: Discovery) -> dict[str, Any]:
    return {
        "layout": found.layout,
        "root": found.root,
        "endpoints": [
            {"url": each.url, "origin": each.origin, **_file(each.file)} for each in found.endpoints
        ],
        "members": [member._asdict() for member in found.members],
        "ca": _certificate(found.ca),
        "client": _certificate(found.client),
        "overrides": [
            {"resource": each.resource, "endpoints": [endpoint.url for endpoint in each.endpoints]}
            for each in found.overrides
        ],
        "needs_client_certificate": found.needs_client_certificate,
        "skipped": [
            {"reason": skip.reason, "why": skip.why, **_file(skip.file)} for skip in found.skipped
        ],
    }


def _file(file: FoundFile) -> dict[str, str]:
    return {"file": file.path, "real_path": file.real}


def _certificate(certificate: FoundCertificate | None) -> dict[str, Any] | None:
    if certificate is None:
        return None
    key = certificate.key
    return {
        **_file(certificate.file),
        **({"key": key.path, "key_real_path": key.real} if key else {}),
        "not_before": _timestamp(certificate.not_before),
        "not_after": _timestamp(certificate.not_after),
    }


def _timestamp(moment: datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None
