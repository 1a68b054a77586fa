"""The API server's EncryptionConfiguration: which key writes a resource, and which keys can read
it.

Messages quote only the names of keys and resources from the file, because any other word of it may
be a secret.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.errors import BadEncryptionConfig
from pyetcdctl.go_durations import SECOND, BadDuration, parse_duration
from pyetcdctl.kubernetes import registry_keys
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = {
    ("apiserver.config.k8s.io/v1", "EncryptionConfiguration"),
    ("v1", "EncryptionConfiguration"),
    # The name up to release 1.12, which is still accepted.
    ("v1", "EncryptionConfig"),
    ("apiserver.config.k8s.io/v1", "EncryptionConfig"),
}
KEY_SIZES = {
    Provider.AESCBC: (16, 24, 32),
    Provider.AESGCM: (16, 24, 32),
    Provider.SECRETBOX: (32,),
}
SIZE_LIMIT = 1 << 20
LONGEST_NAME = 255
DEFAULT_TIMEOUT_SECONDS, LONGEST_TIMEOUT_SECONDS = 3.0, 10.0
NO_OBJECTS = ("ranges", "masterleases", "peerserverleases", "health")
_REGISTRY = registry_keys.REGISTRY.encode()


class Secret:
    """Bytes that no message, repr or debug output shows."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """Return the bytes, for a cipher."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"Secret({len(self._value)} bytes)"


class GroupResource(NamedTuple):
    """A resource and its group; either may be ``*`` in a file, and None is an unknown group."""

    resource: str
    group: str | None = ""

    @classmethod
    def parse(cls, text: str) -> GroupResource:
        """Read ``secrets``, ``deployments.apps``, ``*.`` (the core group), ``*.apps``, ``*.*``."""
        resource, _, group = text.partition(".")
        return cls(resource, group)

    def covers(self, other: GroupResource) -> bool:
        """Return whether this entry of a file covers a resource."""
        if self.resource not in ("*", other.resource):
            return False
        if other.group is None:
            return self.resource != "*" or self.group == "*"
        return self.group in ("*", other.group)

    def __str__(self) -> str:
        is_core = self.resource == "*" and self.group == ""
        return f"{self.resource}.{self.group}" if self.group or is_core else self.resource


class KeySource(NamedTuple):
    """One key of a file, one KMS plugin, or ``identity``."""

    provider: Provider
    name: str = ""
    secret: Secret = Secret(b"")
    endpoint: str = ""
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS

    @property
    def header(self) -> bytes:
        """The prefix of its values."""
        return self.provider.header(self.name)


class Block(NamedTuple):
    """Some resources and their keys: the first key encrypts, all decrypt."""

    resources: tuple[GroupResource, ...]
    sources: tuple[KeySource, ...]


class EncryptionConfig(NamedTuple):
    """A whole file."""

    blocks: tuple[Block, ...] = ()
    path: str = ""

    def sources_of(self, resource: GroupResource | None) -> tuple[KeySource, ...]:
        """Return what the API server uses for a resource: identity when no block names it.

        The first block that covers it applies; the keys of further blocks that name it with the
        same text are appended.
        """
        if resource is None:
            return (KeySource(Provider.IDENTITY),)
        entries = (entry for block in self.blocks for entry in block.resources)
        first = next((entry for entry in entries if entry.covers(resource)), None)
        if first is None:
            return (KeySource(Provider.IDENTITY),)
        blocks = (block for block in self.blocks if first in block.resources)
        return tuple(source for block in blocks for source in block.sources)

    def names(self, resource: GroupResource | None) -> bool:
        """Return whether a block covers a resource."""
        entries = (entry for block in self.blocks for entry in block.resources)
        return resource is not None and any(entry.covers(resource) for entry in entries)

    @property
    def sources(self) -> tuple[KeySource, ...]:
        """All keys and plugins of the file, each once."""
        return tuple(dict.fromkeys(s for block in self.blocks for s in block.sources))


def load(path: str) -> EncryptionConfig:
    """Parse a file, or raise BadEncryptionConfig."""
    try:
        with open(path, "rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        advice = ("Try:  sudo",) if isinstance(error, PermissionError) else ()
        why = (error.strerror or "unreadable").lower()
        raise BadEncryptionConfig(f"cannot read {_named(path)}: {why}", *advice) from None
    return parse(content, path)


def _named(path: str) -> str:
    """Return a path for a message, unless it looks like the content of the file instead."""
    is_name = len(path) <= LONGEST_NAME and path.isprintable()
    return path if is_name else "the EncryptionConfiguration of that name"


def parse(content: bytes, path: str) -> EncryptionConfig:
    """Parse a file's content; ``path`` is for messages."""
    try:
        return EncryptionConfig(tuple(_blocks(_document(content))), path)
    except _Malformed as malformed:
        raise BadEncryptionConfig(
            f"{path} is not a usable EncryptionConfiguration: {malformed}"
        ) from None


class _Malformed(Exception):
    pass


def _document(content: bytes) -> dict[str, Any]:
    if len(content) > SIZE_LIMIT:
        raise _Malformed("it is larger than 1 MiB")
    document = _yaml(content)
    if not isinstance(document, dict):
        raise _Malformed("it is not a mapping")
    if (document.get("apiVersion"), document.get("kind")) not in KINDS:
        raise _Malformed("its apiVersion and kind are others")
    return document


def _yaml(content: bytes) -> object:
    """Read YAML with every scalar as text, as names are meant; errors give the line alone."""
    from pyetcdctl.strict_yaml import BeyondLimits, NotYaml, first_document

    try:
        return first_document(content.decode("utf-8-sig"), scalars_as_text=True)
    except BeyondLimits as error:
        raise _Malformed(f"it has {error}" if "alias" in error.why else f"it is {error}") from None
    except NotYaml as error:
        where = f" (line {error.line})" if error.line else ""
        raise _Malformed(f"it is not YAML{where}") from None
    except UnicodeDecodeError:
        raise _Malformed("it is not YAML: a byte that is not UTF-8") from None


def _blocks(document: dict[str, Any]) -> Iterator[Block]:
    for at, block in _items(document, "resources", ""):
        resources = tuple(_resource(name, here) for here, name in _items(block, "resources", at))
        providers = _items(block, "providers", at)
        yield Block(resources, tuple(s for here, item in providers for s in _sources(item, here)))


def _items(parent: object, name: str, at: str) -> list[tuple[str, Any]]:
    items = parent.get(name) if isinstance(parent, dict) else None
    where = f"{at}.{name}".lstrip(".")
    if not isinstance(items, list) or not items:
        raise _Malformed(f"{where} is not a list with something in it")
    return [(f"{where}[{number}]", item) for number, item in enumerate(items)]


def _resource(name: object, at: str) -> GroupResource:
    if not isinstance(name, str) or not name or name == "*":
        raise _Malformed(f"{at} is not the name of a resource: all are '*.*', the core ones '*.'")
    return GroupResource.parse(name)


def _sources(item: object, at: str) -> list[KeySource]:
    if not isinstance(item, dict) or len(item) != 1:
        raise _Malformed(f"{at} does not have exactly one provider")
    ((name, settings),) = item.items()
    if name == "identity":
        return [KeySource(Provider.IDENTITY)]
    if name == "kms":
        return [_plugin(settings, f"{at}.kms")]
    sizes = KEY_SIZES.get(name)
    if sizes is None:
        raise _Malformed(f"{at} is none of aescbc, aesgcm, secretbox, kms and identity")
    keys = _items(settings, "keys", f"{at}.{name}")
    return [_key(Provider(name), key, sizes, here) for here, key in keys]


def _key(provider: Provider, key: object, sizes: tuple[int, ...], at: str) -> KeySource:
    name = _text(key, "name", at)
    encoded = _text(key, "secret", at)
    try:
        secret = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise _Malformed(f"{at}.secret (key {shown(name.encode())}) is not base64") from None
    if len(secret) not in sizes:
        expected = ", ".join(map(str, sizes))
        raise _Malformed(
            f"{at}.secret (key {shown(name.encode())}) has {len(secret)} bytes, not {expected}"
        )
    return KeySource(provider, name, Secret(secret))


def _plugin(settings: object, at: str) -> KeySource:
    name = _text(settings, "name", at)
    endpoint = _text(settings, "endpoint", at)
    mapping: dict[str, Any] = settings if isinstance(settings, dict) else {}
    version = mapping.get("apiVersion") or "v1"
    if version not in ("v1", "v2"):
        raise _Malformed(f"{at}.apiVersion is neither v1 nor v2")
    if ":" in name:
        raise _Malformed(f"{at}.name must not have a colon")
    if not endpoint.startswith("unix:/"):
        raise _Malformed(f"{at}.endpoint does not begin with unix:///")
    timeout = _seconds(mapping.get("timeout"), f"{at}.timeout")
    return KeySource(Provider(f"kms {version}"), name, endpoint=endpoint, timeout_seconds=timeout)


def _text(parent: object, name: str, at: str) -> str:
    value = parent.get(name) if isinstance(parent, dict) else None
    if not isinstance(value, str) or not value:
        raise _Malformed(f"{at} has no {name}")
    return value


def _seconds(text: object, at: str) -> float:
    if text is None:
        return DEFAULT_TIMEOUT_SECONDS
    try:
        seconds = parse_duration(text if isinstance(text, str) else "") / SECOND
    except BadDuration:
        raise _Malformed(f"{at} is not a duration such as 3s") from None
    if seconds <= 0:
        raise _Malformed(f"{at} is not above zero")
    return min(seconds, LONGEST_TIMEOUT_SECONDS)


def resource_of(key: bytes, prefix: bytes = _REGISTRY) -> GroupResource | None:
    """Return the resource of a key below the API server's prefix, None for no object's key."""
    found = registry_keys.parse(
        key.decode("utf-8", "replace"), prefix.removesuffix(b"/").decode("utf-8", "replace")
    )
    if found is None or found.path in NO_OBJECTS:
        return None
    resource = found.resource
    if resource.kind:
        return GroupResource(resource.plural, resource.group)
    # A built-in resource that is newer than this program: its group is not in the key.
    group = shown(resource.group.encode()) if resource.custom else None
    return GroupResource(shown(resource.plural.encode()), group)
