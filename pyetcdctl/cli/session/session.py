"""One invocation of a command: its flags, settings, source and printer, each made on first use."""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyetcdctl.cli.flags.global_flags import FILE_FLAGS
from pyetcdctl.cli.session.configuration import (
    Configuration,
    configuration,
    connection_settings,
    described,
    discovery_root,
    file_path,
    limits,
)
from pyetcdctl.errors import BadArguments, NeedsServer, ReadOnlyContext
from pyetcdctl.output import printer_for, unsupported
from pyetcdctl.results import DecodedAnswer
from pyetcdctl.settings import DEFAULT_ENDPOINT, OutputSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import ExitStack

    from pyetcdctl.cli.session.lazy_keyring import LazyKeyring
    from pyetcdctl.cli.session.node import Node
    from pyetcdctl.cli.session.process import Process
    from pyetcdctl.cli.session.streams import Streams
    from pyetcdctl.cli.session.via import Via
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.etcd3_bridge.client import EtcdClient
    from pyetcdctl.keyspace.source import Source
    from pyetcdctl.kubernetes.encryption.keyring import Keyring
    from pyetcdctl.output import Printer
    from pyetcdctl.registry.writing import Writer
    from pyetcdctl.results import Decoding
    from pyetcdctl.settings import ConnectionSettings
    from pyetcdctl.storage.file_source import FileSource
    from pyetcdctl.storage.opening import OpenedFile

_OF_FILE = ("from", *FILE_FLAGS)
DECODING_FORMATS = ("jsonl", "yaml")
_RELEASE = re.compile(r"\d+\.\d+", re.ASCII)
UNVERIFIED = "Warning: the server's certificate is not verified; anybody may be answering"
HOW_TO_DECRYPT = (
    "Try:  --encryption-config FILE, the file of the API server's --encryption-provider-config"
)
NOTHING_HERE = (
    "No etcd was found on this machine.",
    "Try:  --endpoints with the address of one, or `pyetcdctl sandbox` for one to try things on",
)


class Session:
    """What a command works with; ``ctx.obj`` of every command."""

    def __init__(self, process: Process, flags: Mapping[str, Any] | None = None) -> None:
        """``flags`` are global flags that hold unless the command line has them."""
        self.process = process
        self.flags: Mapping[str, Any] = flags or {}
        self.words_before_dashes: int | None = None
        self.prints: Sequence[type] = ()
        """The types that the command's result may have."""
        self.may_write = False
        """Whether the user has agreed to a write already."""
        self._has_reported_how_to_decrypt = False

    @property
    def streams(self) -> Streams:
        """The streams of the process."""
        return self.process.streams

    def take_line(
        self,
        flags: Mapping[str, Any],
        words_before_dashes: int | None,
        prints: Sequence[type] = (),
    ) -> None:
        """Take what the command line said beyond the command's own parameters."""
        self.flags = {**self.flags, **flags}
        self.prints = prints
        self.words_before_dashes = words_before_dashes

    @cached_property
    def configuration(self) -> Configuration:
        """The global flags after the environment was looked at; warns about what is odd there."""
        found = configuration(self.flags, self.streams.environment)
        for warning in found.warnings:
            self.streams.err.line(f"Warning: {warning}")
        return found

    @cached_property
    def output(self) -> OutputSettings:
        """How results are to be written."""
        values = self.configuration.values
        terminal = self.streams.out.is_terminal
        return OutputSettings(
            values["write-out"],
            values["hex"],
            terminal,
            self.streams.out.width,
            terminal and self.streams.wants_colour,
        )

    @cached_property
    def printer(self) -> Printer:
        """The output format. Raises UnsupportedFormat for an unknown one."""
        return printer_for(self.output.format)

    def check_format(self) -> None:
        """Raise UnsupportedFormat for an unknown or unfit format before anything is done."""
        printer = self.printer
        if self.prints:
            is_fit = any(map(printer.can_show, self.prints))
        else:
            # etcdctl's commands without a result ignore its formats; ours are refused where the
            # command line names them, and ignored where the environment does so for all commands.
            is_fit = self.flags.get("write-out") not in DECODING_FORMATS
        if not is_fit:
            raise unsupported(self.output.format)

    @property
    def is_read_only(self) -> bool:
        """Whether the context refuses every change."""
        return bool(self.configuration.read_only_context)

    def check_may_run(self, command: str) -> None:
        """Raise ReadOnlyContext for a command that may change a cluster which is not to be."""
        from pyetcdctl.cli.registry import READING

        if command not in READING and self.is_read_only:
            context = self.configuration.context
            raise ReadOnlyContext(
                f"context {context.name if context else ''} is read-only: {command} is refused",
                "Try:  --context with another one, or `pyetcdctl context add` without --read-only",
            )

    @property
    def target(self) -> str:
        """What a question before a change names: the endpoint, and the context if there is one.

        Through kubectl it is the cluster and the user of the kubeconfig.
        """
        if self.through is not None:
            return self.through.target
        context = self.configuration.context
        endpoint = self.connection.endpoint
        return f"{endpoint} (context {context.name})" if context else endpoint

    @property
    def located(self) -> ConnectionSettings:
        """How the cluster would be reached, without asking for a password."""
        return connection_settings(self.configuration, self.streams.environment, str)

    def check_server(self) -> None:
        """Raise NeedsServer where a file is read instead of one."""
        if self.file_path and not self.via:
            raise NeedsServer

    @cached_property
    def settings(self) -> ConnectionSettings:
        """How to reach the cluster."""
        environment = self.streams.environment
        if self.through is not None:
            return self.through.settings
        if self.file_path:
            return limits(self.configuration.values)
        return connection_settings(self.configuration, environment, self.ask_password)

    @cached_property
    def file_path(self) -> str:
        """The file that is read instead of a server; empty for a server."""
        return file_path(self.flags, self.streams.environment)

    @cached_property
    def file(self) -> FileSource:
        """The file that is read instead of a server, where there is one."""
        self.check_format()
        return self.open_file(self.file_path)

    def open_file(self, path: str) -> FileSource:
        """Return a file as a source of keys, read as the flags say."""
        values = self.configuration.values
        return self.process.file(path, values["skip-hash-check"], not values["no-wal"], self.note)

    @property
    def file_paths(self) -> tuple[str, ...]:
        """Every file that is named: commands that take several read all, others the last."""
        given = tuple(self.flags.get("from", ()))
        return given or ((self.file_path,) if self.file_path else ())

    def beside_file(self) -> Session:
        """Return the session of the server that is used beside the file; the same without one."""
        if not self.file_path:
            return self
        flags = {name: value for name, value in self.flags.items() if name not in _OF_FILE}
        server = Session(self.process, flags)
        server.file_path = ""
        return server

    @property
    def stored(self) -> OpenedFile:
        """The same beyond its keys; the hash at its end was right."""
        self.file.opened.check_digest()
        return self.file.opened

    @cached_property
    def via(self) -> str:
        """What stands in for a connection of our own; empty for a connection or a file.

        What the environment says is for commands that name neither endpoints nor a file.
        """
        given = [name for name in ("from", "endpoints") if name in self.flags]
        if "via" in self.flags:
            if given and self.flags["via"]:
                raise BadArguments(
                    f"`--via` and `--{given[0]}` cannot be set at the same time, choose one"
                )
        elif given or self.file_path:
            return ""
        via: str = self.configuration.values["via"]
        return via

    @cached_property
    def source(self) -> Source:
        """The keys that the command reads: a file's, or a server's, by gRPC or through kubectl."""
        if self.through is not None and self.asks_in_pods:
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
        """What stands between the command and etcd; None for a connection or a file."""
        if not self.via:
            return None
        from pyetcdctl.cli.session.via import Via

        return Via(self)

    @property
    def asks_in_pods(self) -> bool:
        """Whether each question starts a program in a pod: few large ones are then the fastest."""
        return self.through is not None and not self.through.has_connection

    @cached_property
    def writer(self) -> Writer:
        """The server that runs transactions."""
        from pyetcdctl.client.live_writer import LiveWriter

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

        connection = self.through.connection() if self.through else Connection(settings)
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

    @cached_property
    def keyring(self) -> Keyring:
        """The keys to decrypt Kubernetes' values with."""
        from pyetcdctl.cli.session.keyring import reading_keyring

        return self._make_keyring(reading_keyring)

    @cached_property
    def writing_keyring(self) -> Keyring:
        """The keys to encrypt Kubernetes' values with."""
        from pyetcdctl.cli.session.keyring import writing_keyring

        return self._make_keyring(writing_keyring)

    def _make_keyring(
        self, make: Callable[[str, Node, ExitStack, Callable[[str], None]], Keyring]
    ) -> Keyring:
        path = self.configuration.values["encryption-config"]
        return make(path, self.node, self.process.at_end, self.note)

    @cached_property
    def node(self) -> Node:
        """This node, and whether the etcd in use is its own."""
        from pyetcdctl.cli.session.node import Node

        is_connected = not (self.file_path or self.via)
        return Node(self.configuration, self.streams.environment, is_connected=is_connected)

    @cached_property
    def release(self) -> str | None:
        """The release of Kubernetes whose way of printing objects is asked for."""
        release: str = self.configuration.values["release"]
        if release and not _RELEASE.fullmatch(release):
            raise BadArguments("--release is a minor release of Kubernetes, as 1.28")
        return release or None

    @property
    def decrypter(self) -> LazyKeyring:
        """The keyring, made when the first encrypted value is met."""
        from pyetcdctl.cli.session.lazy_keyring import LazyKeyring

        return LazyKeyring(lambda: self.keyring)

    def deadline(self) -> Deadline:
        """Start the command's time limit."""
        from pyetcdctl.client.deadline import Deadline

        return Deadline.after(self.settings.command_timeout)

    def local_advice(self) -> tuple[str, ...]:
        """Return advice from this node's files for a user to whom no server responded."""
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
            lines = lines[1:]
        if found.needs_root and os.geteuid() != 0:
            lines += ("Try:  the same with sudo",)
        return lines

    def ask_password(self, prompt: str = "Password: ") -> str:
        """Return a password: typed without echo, or a line of an input that is no terminal."""
        from pyetcdctl.cli.session.passwords import ask

        return ask(self.streams, prompt)

    def print(self, result: Any) -> None:
        """Write a result in the chosen format."""
        self.printer.render(result, self.streams.out, self.output)

    def print_values(self, answer: Any, decoding: Decoding | None) -> None:
        """Write a response in the chosen format, its values decoded if need be."""
        self.print(answer if decoding is None else DecodedAnswer(answer, decoding))
        if not self._has_reported_how_to_decrypt:
            self.report_not_decrypted(decoding)

    def report_not_decrypted(self, decoding: Decoding | None) -> None:
        """Report how many values could not be decrypted, if any."""
        if decoding is not None and decoding.read.not_decrypted:
            reports_each = decoding.report is not None
            first = "" if reports_each else decoding.read.first_not_decrypted
            self.report_count_not_decrypted(decoding.read.not_decrypted, first)

    def report_count_not_decrypted(self, count: int, first: str) -> None:
        """Report how many values could not be decrypted, and, the first time, what may help."""
        self.streams.out.flush()
        what = f"{count} value{'s' * (count != 1)} could not be decrypted"
        which = ": " if count == 1 else ", the first: "
        self.streams.err.line(f"# {what}{which}{first}" if first else f"# {what}")
        if not self._has_reported_how_to_decrypt and self.keyring.config is None:
            self.streams.err.line(f"# {HOW_TO_DECRYPT}")
        self._has_reported_how_to_decrypt = True

    def likely_registry(self) -> str:
        """Return the prefix of an API server's objects: as known without a look at keys."""
        from pyetcdctl.kubernetes.registry_keys import REGISTRY

        return self.node.etcd_prefix or REGISTRY

    def registry_of(self, given: str) -> str:
        """Return the prefix of an API server's objects: the one given, else the likely one."""
        return given.rstrip("/") or self.likely_registry()

    def note(self, line: str) -> None:
        """Write a note to standard error, beside the result.

        A terminal without TERM is simulated by a program such as expect, which reads standard error
        as a part of the result: it gets no notes.
        """
        err = self.streams.err
        if not err.is_terminal or "TERM" in self.streams.environment:
            err.line(line)

    def _start_debugging(self) -> None:
        """Show every flag's value, and let gRPC log."""
        from pyetcdctl.cli.session.grpc_loading import logging

        for line in described(self.configuration):
            self.streams.err.line(line)
        with logging():
            import pyetcdctl.client.channels  # noqa: F401
