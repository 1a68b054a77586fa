"""Processes that hold a lock or lead, ours and etcdctl's, and what they leave on a server."""

from __future__ import annotations

import json
import sys

from pyetcdctl.concurrency.sessions import DEFAULT_TTL
from tests.runner import command
from tests.waiting import until

SECONDS = 30.0
PROGRAMS = ("pyetcdctl", "etcdctl")


SHORT_LIVED = "pyetcdctl with short leases"
WITH_SHORT_LEASES = """
from pyetcdctl.__main__ import run
from pyetcdctl.concurrency import sessions
sessions.DEFAULT_TTL = 3
run()
"""


def program(name, etcd):
    """Return the beginning of a command line: that of ours, or of the server's own etcdctl."""
    if name == SHORT_LIVED:
        assert DEFAULT_TTL == 60
        return [sys.executable, "-c", WITH_SHORT_LEASES]
    return command() if name == "pyetcdctl" else [str(etcd.cluster.programs.beside("etcdctl"))]


def leases(etcd):
    """Return the ids of all leases."""
    response = json.loads(etcd.etcdctl("lease", "list", "-w", "json", check=True).stdout)
    return [each["id"] for each in response["leases"]]


def keys(etcd, name):
    """Return the keys of those who hold the name or wait for it."""
    listed = etcd.etcdctl("get", f"{name}/", "--prefix", "--keys-only", check=True).stdout
    return listed.decode().split()


def until_waiting(etcd, name, number):
    """Return the keys when so many stand in line."""
    return until(lambda: len(found := keys(etcd, name)) >= number and found, f"{number} in line")


def lease_of(key):
    """Return the lease's id as etcdctl wants it."""
    return key.rpartition("/")[2]


def leading_member(etcd):
    """Return the member that leads, when all of them know one."""

    def found():
        done = etcd.etcdctl("endpoint", "status", "-w", "json")
        if done.returncode:
            return None
        status = [each["Status"] for each in json.loads(done.stdout)]
        ids = [each["header"]["member_id"] for each in status]
        known = {each.get("leader", 0) for each in status}
        return etcd.members[ids.index(known.pop())] if len(known) == 1 and 0 not in known else None

    return until(found, "a leader")
