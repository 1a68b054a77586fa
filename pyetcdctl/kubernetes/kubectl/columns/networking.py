"""Networking: services, endpoints, ingresses, addresses and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.columns.column import (
    AGE,
    NAME,
    NONE,
    UNSET,
    Column,
    field,
    joined,
    optional,
    wide,
)
from pyetcdctl.kubernetes.kubectl.columns.labels import labels, selector
from pyetcdctl.kubernetes.kubectl.columns.reach import (
    at,
    mapping,
    number,
    objects,
    shortened,
    text,
    texts,
)

if TYPE_CHECKING:
    from datetime import datetime

    from pyetcdctl.kubernetes.objects import Object

_MOST = 3
_DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"


def _cluster_ip(service: Object, _: datetime) -> str:
    several = texts(at(service, "spec.clusterIPs"))
    return next(iter(several), text(at(service, "spec.clusterIP")) or NONE)


def _external_ip(service: Object, _: datetime) -> str:
    kind = text(at(service, "spec.type")) or "ClusterIP"
    if kind == "ExternalName":
        return text(at(service, "spec.externalName"))
    named = texts(at(service, "spec.externalIPs"))
    if kind == "LoadBalancer":
        return ",".join([*_balanced(service), *named]) or "<pending>"
    if kind in ("ClusterIP", "NodePort"):
        return ",".join(named) or NONE
    return "<unknown>"


def _balanced(obj: Object) -> list[str]:
    """Return the addresses or host names of a load balancer."""
    points = objects(at(obj, "status.loadBalancer.ingress"))
    listening = (text(point.get("ip")) or text(point.get("hostname")) for point in points)
    return sorted(set(filter(None, listening)))


def _ports(service: Object, _: datetime) -> str:
    return ",".join(map(_port, objects(at(service, "spec.ports")))) or NONE


def _port(port: Object) -> str:
    on_nodes = number(port.get("nodePort"))
    outside = f":{on_nodes}" if on_nodes > 0 else ""
    return f"{number(port.get('port'))}{outside}/{text(port.get('protocol')) or 'TCP'}"


def _endpoints(obj: Object, _: datetime) -> str:
    subsets = objects(obj.get("subsets"))
    addresses = [each for subset in subsets for each in _of_subset(subset)]
    return shortened(addresses, _MOST) if subsets else NONE


def _of_subset(subset: Object) -> list[str]:
    hosts = [text(each.get("ip")) for each in objects(subset.get("addresses"))]
    ports = [number(port.get("port")) for port in objects(subset.get("ports"))]
    in_brackets = [f"[{host}]" if ":" in host else host for host in hosts]
    return [f"{host}:{port}" for port in ports for host in in_brackets] if ports else hosts


def _slice_ports(obj: Object, _: datetime) -> str:
    ports = [_slice_port(port) for port in objects(obj.get("ports"))]
    return shortened(ports, _MOST) or UNSET


def _slice_port(port: Object) -> str:
    named = port.get("port")
    return text(port.get("name")) if named is None else text(named)


def _slice_endpoints(obj: Object, _: datetime) -> str:
    endpoints = objects(obj.get("endpoints"))
    addresses = [each for endpoint in endpoints for each in texts(endpoint.get("addresses"))]
    return shortened(addresses, _MOST) or UNSET


def _hosts(ingress: Object, _: datetime) -> str:
    hosts = [text(rule.get("host")) for rule in objects(at(ingress, "spec.rules"))]
    named = [number for number, host in enumerate(hosts) if host]
    shown = ",".join(hosts[number] for number in named[:_MOST]) or "*"
    is_whole = len(named) < _MOST or named[_MOST - 1] == len(hosts) - 1
    return shown if is_whole else f"{shown} + {len(hosts) - _MOST} more..."


def _address(ingress: Object, _: datetime) -> str:
    return ",".join(_balanced(ingress))


def _ingress_ports(ingress: Object, _: datetime) -> str:
    return "80, 443" if objects(at(ingress, "spec.tls")) else "80"


def _default_class(obj: Object, _: datetime) -> str:
    annotations = mapping(at(obj, "metadata.annotations"))
    return " (default)" if annotations.get(_DEFAULT_CLASS) == "true" else ""


def _parameters(obj: Object, _: datetime) -> str:
    named = at(obj, "spec.parameters")
    if not isinstance(named, dict):
        return NONE
    group = named.get("apiGroup")
    suffix = "" if group is None else f".{text(group)}"
    return f"{text(named.get('kind'))}{suffix}/{text(named.get('name'))}"


def _parent(address: Object, _: datetime) -> str:
    parent = at(address, "spec.parentRef")
    if not isinstance(parent, dict):
        return NONE
    kind, group, space, name = (
        text(parent.get(field)) for field in ("resource", "group", "namespace", "name")
    )
    resource = f"{kind}.{group}" if group else kind
    return "/".join([resource.lower(), *([space] if space else []), name])


COLUMNS = {
    "Service": (
        NAME,
        Column("TYPE", field("spec.type", "ClusterIP")),
        Column("CLUSTER-IP", _cluster_ip),
        Column("EXTERNAL-IP", _external_ip),
        Column("PORT(S)", _ports),
        AGE,
        wide("SELECTOR", labels("spec.selector")),
    ),
    "Endpoints": (NAME, Column("ENDPOINTS", _endpoints), AGE),
    "EndpointSlice": (
        NAME,
        Column("ADDRESSTYPE", field("addressType")),
        Column("PORTS", _slice_ports),
        Column("ENDPOINTS", _slice_endpoints),
        AGE,
    ),
    "Ingress": (
        NAME,
        Column("CLASS", optional("spec.ingressClassName", NONE)),
        Column("HOSTS", _hosts),
        Column("ADDRESS", _address),
        Column("PORTS", _ingress_ports),
        AGE,
    ),
    "IngressClass": (
        NAME._replace(cell=_default_class),
        Column("CONTROLLER", field("spec.controller")),
        Column("PARAMETERS", _parameters),
        AGE,
    ),
    "NetworkPolicy": (NAME, Column("POD-SELECTOR", selector("spec.podSelector")), AGE),
    "ServiceCIDR": (NAME, Column("CIDRS", joined("spec.cidrs")), AGE),
    "IPAddress": (NAME, Column("PARENTREF", _parent)),
}
