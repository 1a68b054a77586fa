"""List a snapshot's keys as without --from: restore it, start etcd on that, ask it.

Arguments: etcdutl, etcd, etcdctl, the snapshot. The folder is thrown away.
"""

import socket
import subprocess
import sys
from tempfile import TemporaryDirectory

NAME = "restored"


def main() -> int:
    """Print all keys."""
    etcdutl, etcd, etcdctl, snapshot = sys.argv[1:]
    client, peer = (f"http://127.0.0.1:{port}" for port in _free_ports(2))
    with TemporaryDirectory() as folder:
        data = f"{folder}/data"
        cluster = ("--name", NAME, "--initial-cluster", f"{NAME}={peer}")
        advertised = ("--initial-advertise-peer-urls", peer)
        restore = [etcdutl, "snapshot", "restore", snapshot, "--data-dir", data]
        subprocess.run([*restore, *cluster, *advertised], check=True, stderr=subprocess.DEVNULL)
        urls = ("--listen-client-urls", client, "--advertise-client-urls", client)
        serve = [etcd, "--data-dir", data, *cluster, *advertised, "--listen-peer-urls", peer, *urls]
        server = subprocess.Popen(serve, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            get = ("get", "/", "--prefix", "--keys-only", "--endpoints", client)
            limits = ("--dial-timeout=300s", "--command-timeout=300s")
            return subprocess.run([etcdctl, *get, *limits], check=False).returncode
        finally:
            server.kill()
            server.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


if __name__ == "__main__":
    sys.exit(main())
