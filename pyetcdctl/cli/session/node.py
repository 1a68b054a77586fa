"""This node: the root of its files, and whether the etcd in use is its own.

The certificates, keys and API server's prefix that discovery finds on a node are those of its own
etcd.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pyetcdctl.cli.session.configuration import LOCATES, discovery_root
from pyetcdctl.settings import DEFAULT_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyetcdctl.cli.session.configuration import Configuration


class LocalNode:
    """The node of one invocation; ``root`` is None where discovery is switched off."""

    def __init__(
        self, found: Configuration, environment: Mapping[str, str], *, is_connected: bool
    ) -> None:
        """``is_connected`` is false where a file is read, or etcd through kubectl."""
        self.root = discovery_root(environment)
        self._found = found
        self._is_connected = is_connected

    @cached_property
    def has_etcd_in_use(self) -> bool:
        """Whether the endpoints are of this node's etcd.

        That is so where none is given: discovery then chooses them.
        """
        given, values = self._found.given, self._found.values
        if self.root is None or not self._is_connected or "discovery-srv" in given:
            return False
        if not given.intersection(LOCATES):
            return True
        from pyetcdctl.discovery import serves

        endpoints = values["endpoints"] if "endpoints" in given else (DEFAULT_ENDPOINT,)
        return serves(self.root, endpoints)

    def report_elsewhere(self, resource: str, report: Callable[[str], None]) -> None:
        """Report the endpoints of a separate etcd in which the API server keeps a resource."""
        if self.root is None or not self.has_etcd_in_use:
            return
        from pyetcdctl.discovery import find_overrides

        for override in find_overrides(self.root):
            urls = ",".join(endpoint.url for endpoint in override.endpoints)
            if override.resource == resource:
                report(f"# {resource} are kept in another etcd (--etcd-servers-overrides)")
                report(f"  Try:  --endpoints {urls}, with --cacert, --cert and --key")

    @cached_property
    def etcd_prefix(self) -> str:
        """The --etcd-prefix of the API server that uses the etcd in use; empty if not known."""
        if self.root is None or not self.has_etcd_in_use:
            return ""
        from pyetcdctl.discovery import find_etcd_prefix
        from pyetcdctl.registry.prefix import normalized

        return normalized(find_etcd_prefix(self.root))
