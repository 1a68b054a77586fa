"""Members that do not vote, added to a cluster for a while."""

from __future__ import annotations

import re
import signal
import subprocess
from contextlib import closing, contextmanager

from pyetcdctl.sandbox.ports import Ports
from tests.measuring.injuries import statuses
from tests.waiting import until


def add_learner(etcd, peer):
    """Add a member; etcd refuses that while its members have been connected for a moment only."""
    words = ("member", "add", "late", "--learner", f"--peer-urls={peer}")
    tries = []
    until(lambda: tries.append(etcd.etcdctl(*words)) or tries[-1].returncode == 0)
    return tries[-1].stdout.decode()


@contextmanager
def started_learner(etcd, folder):
    """Run a fourth member that does not vote; it is ready."""
    with closing(Ports()) as ports:
        peer, client = (f"http://127.0.0.1:{ports.pick('127.0.0.1')}" for _ in range(2))
        added = add_learner(etcd, peer)
        cluster = re.search(r'ETCD_INITIAL_CLUSTER="(.*)"', added)[1]
        command = [
            *(str(etcd.cluster.programs.etcd), "--name=late", f"--data-dir={folder}"),
            *(f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}"),
            *(f"--listen-client-urls={client}", f"--advertise-client-urls={client}"),
            *(f"--initial-cluster={cluster}", "--initial-cluster-state=existing"),
        ]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            until(lambda: "ready to serve" in (folder / "log").read_text())
            until(lambda: any(each.get("isLearner") for each in statuses(etcd, client)))
            yield server, client
        finally:
            server.send_signal(signal.SIGCONT)
            server.kill()
            server.wait()
            etcd.etcdctl("member", "remove", added.split()[1], check=True)
