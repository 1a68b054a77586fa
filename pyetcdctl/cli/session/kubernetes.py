"""The part of an invocation for Kubernetes: this node, its keys, and values not decrypted."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyetcdctl.cli.session.invocation import DECODING_FORMATS, Invocation
from pyetcdctl.errors import BadArguments, Reported
from pyetcdctl.results import DecodedResponse, Decoding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack

    from pyetcdctl.cli.session.node import LocalNode
    from pyetcdctl.cli.session.process import Process
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.encryption.encrypted_value import EncryptionReport
    from pyetcdctl.kubernetes.encryption.keyring import Decrypted, Keyring
    from pyetcdctl.settings import OutputSettings

_RELEASE = re.compile(r"\d+\.\d+", re.ASCII)
HOW_TO_DECRYPT = (
    "Try:  --encryption-config FILE, the file of the API server's --encryption-provider-config"
)


class KubernetesInvocation(Invocation):
    """An invocation that may decrypt and decode the values of Kubernetes."""

    def __init__(self, process: Process, flags: Mapping[str, Any] | None = None) -> None:
        super().__init__(process, flags)
        self._has_reported_how_to_decrypt = False

    @cached_property
    def node(self) -> LocalNode:
        """This node, and whether the etcd in use is its own."""
        from pyetcdctl.cli.session.node import LocalNode

        is_connected = not (self.file_path or self.via)
        return LocalNode(self.configuration, self.streams.environment, is_connected=is_connected)

    @cached_property
    def release(self) -> str | None:
        """The value of --release: the release of Kubernetes whose form of objects is printed."""
        release: str = self.configuration.values["release"]
        if release and not _RELEASE.fullmatch(release):
            raise BadArguments("--release is a minor release of Kubernetes, as 1.28")
        return release or None

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
        self, make: Callable[[str, LocalNode, ExitStack, Callable[[str], None]], Keyring]
    ) -> Keyring:
        path = self.configuration.values["encryption-config"]
        return make(path, self.node, self.process.at_end, self.note)

    @property
    def decrypter(self) -> LazyKeyring:
        """The keyring, made when the first encrypted value is met."""

        return LazyKeyring(lambda: self.keyring)

    def likely_registry(self) -> str:
        """Return the prefix of an API server's objects, as known without reading keys."""
        from pyetcdctl.kubernetes.registry_keys import REGISTRY

        return self.node.etcd_prefix or REGISTRY

    def registry_of(self, given: str) -> str:
        """Return the prefix of an API server's objects: the one given, else the likely one."""
        return given.rstrip("/") or self.likely_registry()

    def print_values(self, response: Any, decoding: Decoding | None) -> None:
        """Write a response in the chosen format, its values decoded if need be."""
        self.print(response if decoding is None else DecodedResponse(response, decoding))
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


class LazyKeyring:
    """Load the keyring on first use: ciphers are slow to import, and few runs need them."""

    def __init__(self, load: Callable[[], Keyring], prefix: str | None = None) -> None:
        self._load = load
        self._prefix = prefix

    def below(self, prefix: str) -> LazyKeyring:
        """Return the same keys for the values below a registry prefix."""
        return LazyKeyring(self._load, prefix)

    def decrypt(self, key: bytes, value: bytes) -> Decrypted:
        """Decrypt the value of an etcd key."""
        return self._keyring.decrypt(key, value)

    def report(self, value: bytes) -> EncryptionReport:
        """Report on an encrypted value."""
        return self._keyring.report(value)

    @cached_property
    def _keyring(self) -> Keyring:
        found = self._load()
        return found if self._prefix is None else found.below(self._prefix)


def decoding(
    session: Session, *, decode: bool, no_decode: bool, like_api: bool = False
) -> Decoding | None:
    """Return the settings for decoding; None where the bytes in etcd are shown."""
    name = session.output.format
    _check(name, decode, no_decode, like_api)
    is_simple = name == "simple"
    if not (_decodes(session.output, decode, no_decode) if is_simple else name in DECODING_FORMATS):
        return None
    from pyetcdctl.kubernetes.stored_value import Reader

    report = session.streams.err.line if is_simple else None
    return Decoding(Reader(session.decrypter, session.release), like_api, report)


def fail_where_not_decrypted(session: Session, shown: Decoding | None) -> None:
    """Report values that could not be decrypted for decoding, and raise Reported."""
    session.report_not_decrypted(shown)
    if shown is not None and shown.read.not_decrypted:
        raise Reported


def _decodes(output: OutputSettings, decode: bool, no_decode: bool) -> bool:
    return decode or (output.terminal and not output.hex and not no_decode)


def _check(name: str, decode: bool, no_decode: bool, like_api: bool) -> None:
    """Refuse flags that would be ignored."""
    if decode and no_decode:
        raise BadArguments("`--decode` and `--no-decode` cannot be set at the same time")
    if (decode or no_decode) and name != "simple":
        raise BadArguments("--decode and --no-decode are only for `--write-out=simple`")
    if like_api and name not in ("simple", *DECODING_FORMATS):
        raise BadArguments("--like-api is only for `--write-out=yaml`, `jsonl` and `simple`")
