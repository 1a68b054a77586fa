"""The session of a command: the invocation, its source of keys and its connection, made on first
use.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from pyetcdctl.cli.flags.global_flags import FILE_FLAGS
from pyetcdctl.cli.session.configuration import (
    connection_settings,
    described,
    discovery_root,
    file_reading,
    limits,
)
from pyetcdctl.cli.session.kubernetes import KubernetesInvocation
from pyetcdctl.cli.session.process import with_sudo
from pyetcdctl.errors import BadArguments, ConnectionFailed, NeedsServer
from pyetcdctl.settings import DEFAULT_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.cli.session.via import Via
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.etcd3_bridge.client import EtcdClient
    from pyetcdctl.discovery import Discovery
    from pyetcdctl.errors import PyetcdctlError
    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.registry.writing import Writer
    from pyetcdctl.settings import ConnectionSettings
    from pyetcdctl.storage.file_source import FileSource
    from pyetcdctl.storage.opening import OpenedFile

_OF_FILE = ("from", *FILE_FLAGS)
_OF_ONE_MEMBER = ("endpoint", "doctor", "batch", "kubernetes restore", "downgrade")
_WITH_FILES_AS_WORDS = ("diff",)
UNVERIFIED = "Warning: the server's certificate is not verified; anyone may be responding"
NOTHING_HERE = (
    "No etcd was found on this machine.",
    "Try:  --endpoints with the address of one, or `pyetcdctl sandbox` for one to try things on",
)


class Session(KubernetesInvocation):
    """The session of a command: ``ctx.obj`` of every command."""

    @property
    def target(self) -> str:
        """The cluster as prompts name it: the endpoint, and the context if there is one.

        Through kubectl it is the cluster and the user of the kubeconfig.
        """
        if self.through is not None:
            return self.through.target
        context = self.configuration.context
        endpoint = self.connection.endpoint
        return f"{endpoint} (context {context.name})" if context else endpoint

    @property
    def located(self) -> ConnectionSettings:
        """The settings to connect with, without a prompt for a password."""
        return connection_settings(self.configuration, self.streams.environment, str)

    def check_server(self) -> None:
        """Raise NeedsServer where a file is read instead of one."""
        if self.file_path and not self.via:
            raise NeedsServer

    def check_file_flags(self, effective: Sequence[str]) -> None:
        """Raise BadArguments for a flag about a file that has no effect on the command."""
        given = [flag for flag in FILE_FLAGS if self.flags.get(flag)]
        for flag in given:
            if flag not in effective:
                raise BadArguments(f"--{flag} has no effect on {self.command}")
            if not self.file_path and self.command not in _WITH_FILES_AS_WORDS:
                raise BadArguments(f"--{flag} is for the file of --from, not for a server")

    @cached_property
    def settings(self) -> ConnectionSettings:
        """How to reach the cluster."""
        environment = self.streams.environment
        if self.through is not None:
            return self.through.settings
        if self.file_path:
            return limits(self.configuration.values)
        settings = connection_settings(self.configuration, environment, self.ask_password)
        return settings if self.may_call_others else settings._replace(alternates=())

    @property
    def may_call_others(self) -> bool:
        """Whether another member can serve the command: it reads, and not from a certain member."""
        from pyetcdctl.cli.registry import READING

        return self.command in READING and not self.command.startswith(_OF_ONE_MEMBER)

    @cached_property
    def file(self) -> FileSource:
        """The file that is read instead of a server, where there is one."""
        self.check_format()
        return self.open_file(self.file_path)

    def open_file(self, path: str) -> FileSource:
        """Return a file as a source of keys, read as the flags say."""
        return self.process.file(path, file_reading(self.configuration), self.note)

    def beside_file(self) -> Session:
        """Return the session of the server that is used beside the file; the same without one."""
        if not self.file_path:
            return self
        flags = {name: value for name, value in self.flags.items() if name not in _OF_FILE}
        server = Session(self.process, flags)
        server.prints = self.prints
        server.file_path = ""
        return server

    @property
    def stored(self) -> OpenedFile:
        """The file beyond its keys, after its hash was checked."""
        self.file.opened.check_digest()
        return self.file.opened

    @cached_property
    def source(self) -> Source:
        """The keys that the command reads: a file's, or a server's, by gRPC or through kubectl."""
        if self.through is not None and self.runs_in_pods:
            self.check_format()
            return self.through.source(lambda: self.connection)
        return self.file if self.file_path else self.live_source

    @cached_property
    def live_source(self) -> Source:
        """The keys of the server, also beside files."""
        from pyetcdctl.client.live_source import LiveSource

        if not self.file_path:
            return LiveSource(self.connection)
        environment = self.streams.environment
        settings = connection_settings(self.configuration, environment, self.ask_password)
        return LiveSource(self.process.connection(settings, self._connect))

    @cached_property
    def through(self) -> Via | None:
        """The transport through kubectl; None for a direct connection or a file."""
        if not self.via:
            return None
        from pyetcdctl.cli.session.via import Via

        return Via(self)

    @property
    def runs_in_pods(self) -> bool:
        """Whether each request starts a program in a pod: few large requests are then the
        fastest.
        """
        return self.through is not None and not self.through.has_connection

    @cached_property
    def writer(self) -> Writer:
        """The server that runs transactions."""
        from pyetcdctl.client.kv import LiveWriter

        return LiveWriter(self.connection)

    @cached_property
    def connection(self) -> Connection:
        """The connection to the cluster; a wrong format raises before anything is dialled."""
        self.check_server()
        for flag in FILE_FLAGS:
            if flag in self.flags:
                raise BadArguments(f"--{flag} is for the file of --from, not for a server")
        self.check_format()
        settings = self.settings
        if settings.debug:
            self._start_debugging()
        return self.process.connection(settings, self._connect)

    def _connect(self, settings: ConnectionSettings) -> Connection:
        from pyetcdctl.client.connection import Connection
        from pyetcdctl.client.reports import Reports

        if settings.unreadable and os.geteuid() != 0:
            raise ConnectionFailed(
                "the etcd of this node demands a client certificate, and you may not read its key",
                f"{settings.unreadable}: permission denied",
                f"Try:  {with_sudo(self.command)}",
            )
        connection = self.through.connection() if self.through else Connection(settings)
        on_terminal = self.note if self.streams.err.is_terminal else None
        connection.reports = Reports(other_member=self.note, waiting=on_terminal)
        if connection.verification_skipped:
            self.note(UNVERIFIED)
        for endpoint in connection.ignored_endpoints:
            self.streams.err.line(f'ignoring discovered insecure endpoint "{endpoint}"')
        return connection

    @cached_property
    def client(self) -> EtcdClient:
        """The etcd3 client on the same connection: for the members, their alarms and downgrades."""
        from pyetcdctl.client.etcd3_bridge.client import EtcdClient

        return EtcdClient(self.connection)

    def deadline(self) -> Deadline:
        """Start the command's time limit."""
        from pyetcdctl.client.deadline import Deadline

        return Deadline.after(self.settings.command_timeout)

    def local_advice(self) -> tuple[str, ...]:
        """Return advice for a user without a server, by the files of this node."""
        root = discovery_root(self.streams.environment)
        if root is None or self.via:
            return ()
        from pyetcdctl.discovery import advice, discover

        found = discover(root)
        lines = advice(found)
        if not lines and self.settings.endpoints == (DEFAULT_ENDPOINT,):
            return NOTHING_HERE
        used = {endpoint.url for endpoint in found.endpoints} & set(self.settings.endpoints)
        if used:
            lines = (*lines[1:], *_on_member_down(found))
        if found.needs_root and os.geteuid() != 0:
            lines += (f"Try:  {with_sudo(self.command)}",)
        return lines

    def report_outage(self, failure: PyetcdctlError | None) -> None:
        """Warn that a watch has no server because of a failure; None when it has one again."""
        if failure is None:
            self.note("The watch resumes.")
            return
        self.note(f"Warning: no server responds: {failure.message}")
        for line in (*failure.advice, "The watch resumes, without a gap, when one responds."):
            self.note(f"  {line}")

    def _start_debugging(self) -> None:
        """Print every flag's value, and enable gRPC's log."""
        from pyetcdctl.cli.session.grpc_loading import logging

        for line in described(self.configuration):
            self.streams.err.line(line)
        with logging():
            import pyetcdctl.client.channels  # noqa: F401


def _on_member_down(found: Discovery) -> Iterator[str]:
    """Yield the commands that show why this node's member is down, and the other members' URLs."""
    from pyetcdctl.discovery import other_members, why_down

    yield why_down(found)
    others = [f"{url} ({name})" for name, url in other_members(found)]
    if others:
        yield f"Other members by {found.found_in}: {', '.join(others)}."
