"""The columns in which people know the usual resources, from the objects as they are stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.jsonpath import Path

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.kubernetes.objects import Object, Plain

    Cell = Callable[[Object], str]

NONE = "<none>"
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 365 * 86_400


def columns_of(kind: str, *, wide: bool, now: datetime) -> list[tuple[str, Cell]]:
    """Return titles, and what fills them, between the name and nothing else."""
    usual, more = _COLUMNS.get(kind, ((), ()))
    age: tuple[str, Cell] = ("AGE", lambda obj: age_of(_first(obj, _CREATED), now))
    last = [("VERSION", _at(".status.nodeInfo.kubeletVersion"))] if kind == "Node" else []
    return [*usual, age, *last, *(more if wide else ())]


def age_of(created: Plain, now: datetime) -> str:
    """Return how long ago a time was, as kubectl rounds it."""
    try:
        since = now - datetime.fromisoformat(created)
    except (TypeError, ValueError):
        return "<unknown>"
    return _duration(max(0, int(since.total_seconds())))


def _duration(seconds: int) -> str:
    minutes, hours, days = seconds // _MINUTE, seconds // _HOUR, seconds // _DAY
    if seconds < 2 * _MINUTE:
        return f"{seconds}s"
    if minutes < 10:
        return _two(minutes, "m", seconds % _MINUTE, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 2 * 365:
        return f"{days}d"
    years, rest = divmod(seconds, _YEAR)
    return _two(years, "y", rest // _DAY, "d") if years < 8 else f"{years}y"


def _two(many: int, unit: str, few: int, smaller: str) -> str:
    return f"{many}{unit}{few}{smaller}" if few else f"{many}{unit}"


def _at(path: str, default: str = NONE) -> Cell:
    steps = Path(path)
    return lambda obj: _shown(_first(obj, steps), default)


def _shown(plain: Plain, default: str) -> str:
    return default if plain in (None, "") else str(plain)


def _first(obj: Object, path: Path) -> Plain:
    return next(iter(path.of(obj)), None)


def _number(obj: Object, path: str) -> int:
    found = _first(obj, Path(path))
    return found if isinstance(found, int) else 0


def _dicts(obj: Object, path: str) -> list[Object]:
    return [each for each in Path(path).of(obj) if isinstance(each, dict)]


def _pod_status(obj: Object) -> str:
    status = _shown(_first(obj, Path(".status.reason")), "")
    status = status or _shown(_first(obj, Path(".status.phase")), "Unknown")
    for container in _dicts(obj, ".status.containerStatuses[*]"):
        for state in ("waiting", "terminated"):
            reason = _first(container, Path(f".state.{state}.reason"))
            status = reason if isinstance(reason, str) and reason else status
    deleted = _first(obj, Path(".metadata.deletionTimestamp"))
    return "Terminating" if deleted else status


def _pod_ready(obj: Object) -> str:
    ready = [each.get("ready") for each in _dicts(obj, ".status.containerStatuses[*]")]
    return f"{ready.count(True)}/{len(_dicts(obj, '.spec.containers[*]'))}"


def _pod_restarts(obj: Object) -> str:
    statuses = _dicts(obj, ".status.containerStatuses[*]")
    return str(sum(_number(status, ".restartCount") for status in statuses))


def _node_status(obj: Object) -> str:
    conditions = _dicts(obj, ".status.conditions[*]")
    states = [str(each.get("status")) for each in conditions if each.get("type") == "Ready"]
    ready = {"True": "Ready", "False": "NotReady"}.get("".join(states), "Unknown")
    cordoned = _first(obj, Path(".spec.unschedulable")) is True
    return f"{ready},SchedulingDisabled" if cordoned else ready


def _node_roles(obj: Object) -> str:
    labels = _first(obj, Path(".metadata.labels"))
    mark = "node-role.kubernetes.io/"
    names = labels if isinstance(labels, dict) else {}
    return ",".join(sorted(n.removeprefix(mark) for n in names if n.startswith(mark))) or NONE


def _node_address(obj: Object) -> str:
    addresses = _dicts(obj, ".status.addresses[*]")
    internal = (each.get("address") for each in addresses if each.get("type") == "InternalIP")
    return _shown(next(internal, None), NONE)


def _deployment_ready(obj: Object) -> str:
    return f"{_number(obj, '.status.readyReplicas')}/{_number(obj, '.spec.replicas')}"


def _count(path: str) -> Cell:
    return lambda obj: str(_number(obj, path))


def _external_addresses(obj: Object) -> str:
    paths = (".spec.externalIPs[*]", ".status.loadBalancer.ingress[*].ip")
    found = [str(each) for path in paths for each in Path(path).of(obj)]
    pending = _first(obj, Path(".spec.type")) == "LoadBalancer"
    return ",".join(found) or ("<pending>" if pending else NONE)


def _ports(obj: Object) -> str:
    return ",".join(map(_port, _dicts(obj, ".spec.ports[*]"))) or NONE


def _port(port: Object) -> str:
    node_port = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port.get('port', 0)}{node_port}/{port.get('protocol') or 'TCP'}"


def _selector(path: str) -> Cell:
    def cell(obj: Object) -> str:
        labels = _first(obj, Path(path))
        pairs = labels.items() if isinstance(labels, dict) else ()
        return ",".join(f"{name}={value}" for name, value in sorted(pairs)) or NONE

    return cell


def _joined(path: str) -> Cell:
    return lambda obj: ",".join(map(str, Path(path).of(obj))) or NONE


def _data_count(obj: Object) -> str:
    maps = (obj.get(name) for name in ("data", "binaryData"))
    return str(sum(len(each) for each in maps if isinstance(each, dict)))


_CREATED = Path(".metadata.creationTimestamp")
_POD_TEMPLATE = ".spec.template.spec.containers[*]"
_Columns = tuple[tuple[str, "Cell"], ...]
_COLUMNS: dict[str, tuple[_Columns, _Columns]] = {
    "Pod": (
        (("READY", _pod_ready), ("STATUS", _pod_status), ("RESTARTS", _pod_restarts)),
        (("IP", _at(".status.podIP")), ("NODE", _at(".spec.nodeName"))),
    ),
    "Node": (
        (("STATUS", _node_status), ("ROLES", _node_roles)),
        (("INTERNAL-IP", _node_address), ("OS-IMAGE", _at(".status.nodeInfo.osImage"))),
    ),
    "Deployment": (
        (
            ("READY", _deployment_ready),
            ("UP-TO-DATE", _count(".status.updatedReplicas")),
            ("AVAILABLE", _count(".status.availableReplicas")),
        ),
        (
            ("CONTAINERS", _joined(f"{_POD_TEMPLATE}.name")),
            ("IMAGES", _joined(f"{_POD_TEMPLATE}.image")),
            ("SELECTOR", _selector(".spec.selector.matchLabels")),
        ),
    ),
    "Service": (
        (
            ("TYPE", _at(".spec.type", "ClusterIP")),
            ("CLUSTER-IP", _at(".spec.clusterIP")),
            ("EXTERNAL-IP", _external_addresses),
            ("PORT(S)", _ports),
        ),
        (("SELECTOR", _selector(".spec.selector")),),
    ),
    "Namespace": ((("STATUS", _at(".status.phase")),), ()),
    "Secret": ((("TYPE", _at(".type", "Opaque")), ("DATA", _data_count)), ()),
    "ConfigMap": ((("DATA", _data_count),), ()),
}


def current_time() -> datetime:
    """Return now, as ages are counted from."""
    return datetime.now(UTC)
