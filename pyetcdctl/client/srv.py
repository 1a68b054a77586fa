"""Endpoints from DNS: the SRV records that ``--discovery-srv`` names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import dns.exception
import dns.resolver

from pyetcdctl.errors import PyetcdctlError

if TYPE_CHECKING:
    from pyetcdctl.settings import SrvDiscovery

LOOKUP_SECONDS = 5.0


class SrvEndpoints(NamedTuple):
    """The endpoints; ``ignored`` are those without TLS that the settings exclude."""

    endpoints: tuple[str, ...]
    ignored: tuple[str, ...] = ()


def look_up(
    srv: SrvDiscovery,
    resolver: dns.resolver.Resolver | None = None,
    seconds: float = LOOKUP_SECONDS,
) -> SrvEndpoints:
    """Look up the TLS service, then the plain one. Raises when both lookups fail."""
    if resolver is None:
        resolver = _system_resolver()
    suffix = f"-{srv.name}" if srv.name else ""
    found: list[str] = []
    failures: list[str] = []
    for service, scheme in (("etcd-client-ssl", "https"), ("etcd-client", "http")):
        name = f"_{service}{suffix}._tcp.{srv.domain}"
        try:
            found += [f"{scheme}://{address}" for address in _addresses(resolver, name, seconds)]
        except dns.exception.DNSException as error:
            failures.append(f"lookup {name}{_asked(resolver)}: {_reason(error)}")
    if len(failures) == 2:
        raise PyetcdctlError(f"dns lookup errors: {failures[0]} and {failures[1]}")
    if srv.insecure:
        return SrvEndpoints(tuple(found))
    ignored = tuple(text for text in found if text.startswith("http://"))
    return SrvEndpoints(tuple(text for text in found if text not in ignored), ignored)


def _system_resolver() -> dns.resolver.Resolver:
    try:
        return dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration as error:
        raise PyetcdctlError("dns lookup errors: no name server is configured here") from error


def _addresses(resolver: dns.resolver.Resolver, name: str, seconds: float) -> list[str]:
    """Return ``host:port`` in the order of priority; the host keeps its trailing dot."""
    records = resolver.resolve(name, "SRV", lifetime=seconds)
    ordered = sorted(records, key=lambda record: (record.priority, -record.weight))
    return [f"{record.target.to_text()}:{record.port}" for record in ordered]


def _asked(resolver: dns.resolver.Resolver) -> str:
    server = next(iter(resolver.nameservers), "")
    return f" on {server}:{resolver.port}" if server else ""


def _reason(error: dns.exception.DNSException) -> str:
    if isinstance(error, dns.resolver.NXDOMAIN | dns.resolver.NoAnswer):
        return "no such host"
    if isinstance(error, dns.exception.Timeout):
        return "i/o timeout"
    return str(error) or type(error).__name__
