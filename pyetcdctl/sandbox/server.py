"""Real etcd servers, started and stopped: a cluster and its members."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self

from pyetcdctl.errors import SandboxFailed
from pyetcdctl.sandbox.ports import Ports
from pyetcdctl.sandbox.sample import restore
from pyetcdctl.sandbox.sites import LOOPBACK, Layout, PlainLayout, Site

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from pyetcdctl.sandbox.lifetime import Lifetime
    from pyetcdctl.sandbox.programs import Programs

START_SECONDS = 30.0
STOP_SECONDS = 5.0


class Member:
    """One etcd server: a process that can be killed and started again; its id is 0 while none
    runs.
    """

    def __init__(
        self,
        lifetime: Lifetime,
        site: Site,
        command: Sequence[str],
        environment: Mapping[str, str],
    ) -> None:
        self.site = site
        self.command = tuple(command)
        self.log = site.folder / f"{site.name}.log"
        self._environment = environment
        self._lifetime = lifetime
        self.process_id = 0

    def start(self) -> None:
        """Start the process; it does not serve yet."""
        self.process_id = self._lifetime.start(self.command, self._environment, self.log)

    def stop(self) -> None:
        """Send the server SIGTERM, and wait until it has ended."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Kill the server and start it again on the same data; wait until it serves."""
        self.kill()
        self.start()
        self.wait_until_healthy()

    def wait_until_healthy(self, seconds: float = START_SECONDS) -> None:
        """Wait until the member serves a consistent read, which needs a leader."""
        deadline = time.monotonic() + seconds
        while not is_healthy(self.site.metrics_port):
            code = self._lifetime.exit_code(self.process_id)
            if code is not None:
                self.process_id = 0
                raise SandboxFailed(f"etcd ended with code {code} at its start", self.last_words())
            if time.monotonic() > deadline:
                raise SandboxFailed(
                    f"etcd did not become healthy within {seconds:g} seconds", self.last_words()
                )
            time.sleep(0.005)

    def last_words(self) -> str:
        """Return the decisive line at the end of the log."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError as error:
            return f"It left no log: {error}"
        return f"Its log: {_sentence(_decisive([line for line in lines if line.strip()]))}"

    def _end(self, signal_number: signal.Signals) -> None:
        if not self.process_id:
            return
        self._signal(signal_number)
        self._signal(signal.SIGCONT)
        deadline = time.monotonic() + STOP_SECONDS
        while self._lifetime.exit_code(self.process_id) is None:
            if time.monotonic() > deadline:
                self._signal(signal.SIGKILL)
            time.sleep(0.002)
        self.process_id = 0

    def _signal(self, signal_number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.process_id, signal_number)


class Cluster:
    """Members that form one cluster, restored from a snapshot when there is one."""

    def __init__(
        self,
        lifetime: Lifetime,
        programs: Programs,
        layout: Layout | None = None,
        *,
        size: int = 1,
        flags: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        snapshot: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        self.programs = programs
        self.layout: Layout = layout or PlainLayout()
        self._ports = Ports()
        where = folder or lifetime.folder
        self.sites = tuple(self._site(index, where) for index in range(size))
        # ETCD_... variables beside the same flags are fatal, so nothing is inherited.
        inherited = dict(environment or {})
        self.members = tuple(
            Member(lifetime, site, self._command(site, flags), inherited) for site in self.sites
        )
        self._snapshot = snapshot

    def __enter__(self) -> Self:
        with ExitStack() as failed:
            failed.callback(self.close)
            self.start()
            failed.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def initial_cluster(self) -> str:
        """The members in the form of etcd's flag --initial-cluster."""
        return ",".join(f"{site.name}={self._peer_url(site)}" for site in self.sites)

    @property
    def client_urls(self) -> tuple[str, ...]:
        """One URL per member, at 127.0.0.1 where every member listens."""
        return tuple(self._client_url(site) for site in self.sites)

    def start(self) -> None:
        """Start all members, with the snapshot's data if any, and wait until each serves."""
        if self._snapshot:
            for site in self.sites:
                peer_url = self._peer_url(site)
                restore(self.programs, self._snapshot, site, self.initial_cluster, peer_url)
        for member in self.members:
            member.start()
        for member in self.members:
            member.wait_until_healthy()

    def close(self) -> None:
        """Kill all members and release their ports."""
        for member in self.members:
            member.kill()
        self._ports.close()

    def _site(self, index: int, folder: Path) -> Site:
        name, address = self.layout.name(index), self.layout.address(index)
        root = folder / name
        (root / "var/lib").mkdir(parents=True, mode=0o700)
        addresses = (address,) if ":" in address else (LOOPBACK, address)
        client, peer = (self._ports.pick(*addresses) for _ in ("client", "peer"))
        return Site(name, root, address, client, peer, self._ports.pick(LOOPBACK))

    def _peer_url(self, site: Site) -> str:
        return site.url(self.layout.peer_scheme, site.peer_port)

    def _client_url(self, site: Site) -> str:
        host = site.address if ":" in site.address else LOOPBACK
        return site.url(self.layout.scheme, site.client_port, host)

    def _command(self, site: Site, flags: Sequence[str]) -> list[str]:
        prepared = self.layout.prepare(site, self.initial_cluster)
        pace = _pace(self.programs.release, len(self.sites))
        return [str(self.programs.etcd), *prepared, *pace, *flags]


def is_healthy(metrics_port: int) -> bool:
    """Return whether a member is healthy. The alarm of a full database does not count."""
    request = b"GET /health?exclude=NOSPACE HTTP/1.0\r\n\r\n"
    try:
        with socket.create_connection((LOOPBACK, metrics_port), timeout=1) as connection:
            connection.sendall(request)
            with connection.makefile("rb") as response:
                return b'"health":"true"' in response.read()
    except OSError:
        return False


def _pace(release: tuple[int, int], size: int) -> list[str]:
    """Return flags that make servers on one machine start quickly.

    A single member elects itself after one election timeout; several share this machine's
    processors and must not lose their leader when it is busy.
    """
    heartbeat = 10 if size == 1 else 50
    flags = [f"--heartbeat-interval={heartbeat}", f"--election-timeout={heartbeat * 10}"]
    if release >= (3, 5):
        # The data is temporary: without fsync only a crash of the machine could lose it.
        flags.append("--unsafe-no-fsync")
    return flags


def _decisive(lines: list[str]) -> str:
    for sign in ('"level":"fatal"', "panic:", "flag provided but not defined", " C | "):
        for line in lines:
            if sign in line:
                return line
    return lines[-1] if lines else "(empty)"


def _sentence(line: str) -> str:
    try:
        entry = json.loads(line)
        words = ": ".join(str(entry[name]) for name in ("msg", "error") if name in entry)
    except (ValueError, TypeError):
        words = line
    return words[:400]
