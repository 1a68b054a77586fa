"""Finding the EncryptionConfiguration of the API server that runs on this node.

A flag of the API server names the file, in the server's own file system; k3s and rke2 write it to
a place of theirs. The file itself is not read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.discovery.api_server import RANCHER, CommandLine, command_lines, flags_of
from pyetcdctl.discovery.node import Node
from pyetcdctl.discovery.static_pods import Container

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from pyetcdctl.discovery.findings import FoundFile, Skipped

# The second is the flag's name up to release 1.12.
FLAGS = ("encryption-provider-config", "experimental-encryption-provider-config")
WRITTEN_BY_RANCHER = tuple(
    f"{RANCHER}/{name}/server/cred/encryption-config.json" for name in ("k3s", "rke2")
)


class EncryptionConfigFile(NamedTuple):
    """The file, where it was named, and where the API server's other paths really lie."""

    file: FoundFile
    found_in: FoundFile
    origin: str
    """The flag that names it; empty where the file lies in a known place."""
    root: str = "/"
    mounts: Mapping[str, str] = {}

    def locate(self, path: str) -> str:
        """Return the real path of one of the API server's paths, such as a plugin's socket."""
        return Node(self.root).file(_on_the_node(path, self.mounts)).real


class EncryptionSearch(NamedTuple):
    """What was found, if anything, and which files could not be read."""

    found: EncryptionConfigFile | None
    skipped: tuple[Skipped, ...] = ()


def find_encryption_config(root: str | os.PathLike[str] = "/") -> EncryptionSearch:
    """Look for the API server's EncryptionConfiguration on a node."""
    node = Node(root)
    found = next(_candidates(node), None)
    return EncryptionSearch(found, tuple(node.skipped))


def _candidates(node: Node) -> Iterator[EncryptionConfigFile]:
    for line in command_lines(node):
        yield from _of_command(node, line)
    for path in WRITTEN_BY_RANCHER:
        node.look_at(path)
        if node.exists(path):
            yield EncryptionConfigFile(node.file(path), node.file(path), "", node.root)


def _of_command(node: Node, line: CommandLine) -> Iterator[EncryptionConfigFile]:
    options = flags_of(line)
    for flag in FLAGS:
        if flag in options and options[flag].value:
            named = node.file(_on_the_node(options[flag].value, line.mounts))
            found_in = node.file(line.file)
            yield EncryptionConfigFile(named, found_in, f"--{flag}", node.root, line.mounts)


def _on_the_node(path: str, mounts: Mapping[str, str]) -> str:
    return Container((), {}, mounts).on_the_node(path)
