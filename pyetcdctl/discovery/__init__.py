"""Finding the endpoints and the certificates of the etcd that runs on this node.

Only local files are read: no network, no environment, nothing printed.
"""

from pyetcdctl.discovery.api_server import find_etcd_prefix
from pyetcdctl.discovery.encryption import find_encryption_config
from pyetcdctl.discovery.findings import (
    Discovery,
    FoundCertificate,
    FoundEndpoint,
    FoundFile,
    Override,
    PeerMember,
    Reason,
    Server,
    Skipped,
)
from pyetcdctl.discovery.own_etcd import apply, other_members, with_own_certificates
from pyetcdctl.discovery.pki import pki
from pyetcdctl.discovery.search import (
    advice,
    discover,
    find_connection,
    find_overrides,
    serves,
    why_down,
)

__all__ = [
    "Discovery",
    "FoundCertificate",
    "FoundEndpoint",
    "FoundFile",
    "Override",
    "PeerMember",
    "Reason",
    "Server",
    "Skipped",
    "advice",
    "apply",
    "discover",
    "find_connection",
    "find_encryption_config",
    "find_etcd_prefix",
    "find_overrides",
    "other_members",
    "pki",
    "serves",
    "why_down",
    "with_own_certificates",
]
