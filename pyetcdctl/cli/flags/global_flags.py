"""The flags that every command takes, with their environment variables and defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.cli.flags.grammar import Flag
from pyetcdctl.cli.flags.values import boolean, comma_separated, duration, int64
from pyetcdctl.output import formats

if TYPE_CHECKING:
    from collections.abc import Callable


class GlobalFlag(NamedTuple):
    """A flag of etcdctl's every command; ``kind`` is how pflag names its type in help.

    ``values`` is what completion offers: choices as in ``a|b``, FILE or DIR.
    """

    name: str
    kind: str
    default: Any
    help: str
    short: str = ""
    values: str = ""
    is_etcdctls: bool = True
    """Whether its environment variable starts with ETCDCTL_, as etcdctl's do."""
    repeats: bool = False
    """Whether every value of a repeated flag is kept; its value is a tuple then."""

    @property
    def variable(self) -> str:
        """The flag's environment variable."""
        start = "ETCDCTL_" if self.is_etcdctls else "PYETCDCTL_"
        return start + self.name.upper().replace("-", "_")

    @property
    def parse(self) -> Callable[[str], Any]:
        """The function that reads the flag's text."""
        return _PARSERS[self.kind]

    def as_flag(self) -> Flag:
        """Return the flag for the grammar."""
        is_boolean, appends = self.kind == "bool", self.repeats or self.kind == "strings"
        parse = _as_tuple if self.repeats else self.parse
        return Flag(self.name, self.short, parse, is_boolean, appends)


def _as_tuple(text: str) -> tuple[str, ...]:
    return (text,)


_PARSERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "strings": comma_separated,
    "bool": boolean,
    "duration": duration,
    "int": int64,
}

ETCDCTL_FLAGS = (
    GlobalFlag(
        "auth-jwt-token",
        "string",
        "",
        "JWT token to authenticate with; --user and --password are then not used",
    ),
    GlobalFlag(
        "cacert",
        "string",
        "",
        "CA bundle (PEM) that the servers' certificates must chain to",
        values="FILE",
    ),
    GlobalFlag("cert", "string", "", "Client certificate (PEM)", values="FILE"),
    GlobalFlag("command-timeout", "duration", 5.0, "Time that a short command may take in all"),
    GlobalFlag("debug", "bool", False, "Log what the client does to standard error"),
    GlobalFlag("dial-timeout", "duration", 2.0, "Time that logging in may take"),
    GlobalFlag(
        "discovery-srv", "string", "", "Domain whose SRV records name the endpoints", short="d"
    ),
    GlobalFlag("discovery-srv-name", "string", "", "Service name within the SRV records"),
    GlobalFlag(
        "endpoints",
        "strings",
        (),
        "Addresses of the servers (default: found in this node's files, else 127.0.0.1:2379)",
    ),
    GlobalFlag("hex", "bool", False, "Print byte strings and ids in hexadecimal"),
    GlobalFlag("insecure-discovery", "bool", True, "Accept plain HTTP endpoints from SRV records"),
    GlobalFlag(
        "insecure-skip-tls-verify",
        "bool",
        False,
        "Do not verify the server's certificate: any server may then respond",
    ),
    GlobalFlag("insecure-transport", "bool", True, "Use plain HTTP for endpoints without a scheme"),
    GlobalFlag("keepalive-time", "duration", 2.0, "How often to ping an idle server"),
    GlobalFlag("keepalive-timeout", "duration", 6.0, "How long to wait for the response to a ping"),
    GlobalFlag("key", "string", "", "Private key of the client certificate (PEM)", values="FILE"),
    GlobalFlag("max-recv-bytes", "int", 0, "Largest response to accept in bytes; 0 means no limit"),
    GlobalFlag("max-request-bytes", "int", 0, "Largest request to send in bytes; 0 means 2 MiB"),
    GlobalFlag(
        "password",
        "string",
        "",
        "Password of --user; `ps` shows it to all users of this host, but not ETCDCTL_PASSWORD",
    ),
    GlobalFlag(
        "user", "string", "", "User, as name[:password]; asks for a password that is missing"
    ),
    GlobalFlag(
        "write-out",
        "string",
        "simple",
        "Output format: fields, json, jsonl, protobuf, simple, table or yaml; folded for du",
        short="w",
        values="|".join(formats()),
    ),
)
FROM = GlobalFlag(
    "from",
    "string",
    "",
    "Read a file instead of a server: what `snapshot save` wrote, a member's database or its data "
    "directory",
    values="FILE",
    is_etcdctls=False,
    repeats=True,
)
CONTEXT = GlobalFlag(
    "context",
    "string",
    "",
    "Cluster of this name (see `context`), in place of the current context",
    values="CONTEXT",
    is_etcdctls=False,
)
OWN_FLAGS = (
    CONTEXT,
    FROM,
    GlobalFlag(
        "skip-hash-check",
        "bool",
        False,
        "Read a snapshot with --from although the hash at its end is wrong",
    ),
    GlobalFlag(
        "salvage",
        "bool",
        False,
        "Read the intact parts of a damaged file with --from, and report what is lost",
    ),
    GlobalFlag(
        "no-wal",
        "bool",
        False,
        "Read the database of a data directory with --from, without the log beside it",
    ),
    GlobalFlag(
        "via",
        "string",
        "",
        "Reach etcd through kubectl: `kubectl` runs the etcdctl in kubeadm's etcd pods, "
        "`kubectl:[NAMESPACE/]POD` that in one pod; `port-forward`, with a pod or without, "
        "forwards a port",
        values="kubectl|port-forward",
        is_etcdctls=False,
    ),
    GlobalFlag(
        "kubeconfig",
        "string",
        "",
        "Kubeconfig for --via (default what kubectl uses)",
        values="FILE",
        is_etcdctls=False,
    ),
    GlobalFlag(
        "kube-context", "string", "", "Context of the kubeconfig for --via", is_etcdctls=False
    ),
    GlobalFlag(
        "yes",
        "bool",
        False,
        "Do not ask before copy, import, undelete or a write through --via kubectl",
        is_etcdctls=False,
    ),
    GlobalFlag(
        "encryption-config",
        "string",
        "",
        "File with the keys of Kubernetes' encryption at rest (default what this node's API "
        "server uses)",
        values="FILE",
    ),
    GlobalFlag(
        "pki",
        "string",
        "",
        "Folder to take CA, certificate and key from: /etc/kubernetes/pki, /etc/etcd or alike",
        values="DIR",
    ),
    GlobalFlag(
        "release",
        "string",
        "",
        "Release of Kubernetes, as 1.28, whose empty fields objects are shown and stored with "
        "(default the newest one)",
    ),
)
FILE_FLAGS = ("skip-hash-check", "salvage", "no-wal")
"""The flags about the file of --from."""
GLOBAL_FLAGS = ETCDCTL_FLAGS + OWN_FLAGS

# Watch takes its key from these; they are not flags.
OTHER_VARIABLES = ("ETCDCTL_API", "ETCDCTL_WATCH_KEY", "ETCDCTL_WATCH_RANGE_END")
