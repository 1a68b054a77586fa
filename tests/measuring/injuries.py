"""What is done to real servers so that the doctor has something to find."""

from __future__ import annotations

import json
import os
import resource
import socket
import struct
import threading
from contextlib import ExitStack, closing, contextmanager

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.rpc.kv import PutRequest
from pyetcdctl.sandbox.sites import LOOPBACK
from pyetcdctl.settings import ConnectionSettings
from pyetcdctl.storage.bolt.pages import newest_meta
from pyetcdctl.storage.files import ReadOnlyFile
from tests.runner import run_here
from tests.waiting import until

SHORT = ("--for", "50ms", "--command-timeout", "5s")
IMPATIENT = ("--command-timeout", "2s")  # where a member does not respond


def doctor(etcd, *args, env=None):
    """Run the doctor for a moment; return its report and exit code."""
    result = run_here(
        "doctor", *SHORT, "-w", "json", *args, env={**etcd.environment, **(env or {})}
    )
    assert result.stdout, result.stderr
    return json.loads(result.stdout), result.exit_code


def found(report):
    """Return the findings from warnings on: check, subject."""
    return {
        (each["check"], each["subject"])
        for each in report["findings"]
        if each["severity"] != "info"
    }


def finding(report, check):
    """Return the one finding of a check."""
    (one,) = [each for each in report["findings"] if each["check"] == check]
    return one


def alarm(etcd, kind, action=api.AlarmRequest.ACTIVATE):
    """Raise or end an alarm as a member itself would."""
    with connected(etcd) as connection:
        request = api.AlarmRequest(action=action, alarm=kind, memberID=member_id(etcd, 0))
        connection.unary(
            "/etcdserverpb.Maintenance/Alarm",
            request.SerializeToString(),
            deadline=Deadline.after(5),
            repeatable=False,
        )


def statuses(etcd, *urls):
    """Return the status of each endpoint that responds."""
    env = {"ETCDCTL_ENDPOINTS": ",".join(urls or etcd.client_urls)}
    shown = run_here("endpoint", "status", "-w", "json", "--command-timeout", "1s", env=env)
    return [row["Status"] for row in json.loads(shown.stdout) or ()]


def member_id(etcd, index):
    """Return a member's ID."""
    return statuses(etcd, etcd.client_urls[index])[0]["header"]["member_id"]


def leader_index(etcd):
    """Return which member leads."""
    ids = [each["header"]["member_id"] for each in statuses(etcd)]
    return ids.index(statuses(etcd)[0]["leader"])


@contextmanager
def few_descriptors(member, left):
    """Let clients take all file descriptors of a server but a few."""
    before = resource.prlimit(member.process_id, resource.RLIMIT_NOFILE)
    with ExitStack() as clients:
        # So many that the few that come and go do not matter.
        for _ in range(100):
            address = (LOOPBACK, member.site.client_port)
            clients.enter_context(socket.create_connection(address))
        until(lambda: _descriptors(member) > 100)
        resource.prlimit(
            member.process_id, resource.RLIMIT_NOFILE, (_descriptors(member) + left, before[1])
        )
        try:
            yield
        finally:
            resource.prlimit(member.process_id, resource.RLIMIT_NOFILE, before)


def _descriptors(member):
    return len(os.listdir(f"/proc/{member.process_id}/fd"))


def connected(etcd):
    """Return a connection to the first member that is closed at the end of a block."""
    return closing(Connection(ConnectionSettings(endpoints=(etcd.endpoint,))))


def put(connection, key, value):
    """Write a key."""
    request = PutRequest(key=key, value=value).encode()
    connection.unary("/etcdserverpb.KV/Put", request, deadline=Deadline.after(10), repeatable=True)


def fill(etcd, keys):
    """Write so many keys with values of 100 kB."""
    with connected(etcd) as connection:
        for number in range(keys):
            put(connection, b"filler-%d" % number, b"x" * 100_000)


def fill_up_to(etcd, size):
    """Write keys of 100 kB until the file has so many bytes.

    How large the file becomes depends on how many writes a commit has: so one key at a time, until
    it is committed.
    """
    with connected(etcd) as connection:
        number = 0
        while statuses(etcd)[0]["dbSize"] < size:
            number += 1
            put(connection, b"level-%d" % number, b"x" * 100_000)
            until(lambda: statuses(etcd)[0]["dbSizeInUse"] >= number * 100_000)  # noqa: B023


@contextmanager
def writes(etcd):
    """Write all the time, several keys at once."""
    ended = threading.Event()

    def write():
        with connected(etcd) as connection:
            while not ended.is_set():
                put(connection, b"load", b"x")

    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(_running(write, ended))
        yield


@contextmanager
def _running(work, ended):
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def replace_in_database(member, old, new):
    """Change bytes in a stopped member's database, as a bad disk might; no page has a checksum."""
    assert len(old) == len(new)
    path = member.site.data_folder / "member/snap/db"
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))


def add_record(member, member_id, **attributes):
    """Add or replace a member in the ``members`` bucket of a stopped member's database.

    The bucket is small: it is a page within the value of the root's leaf, which is written anew.
    """
    path = member.site.data_folder / "member/snap/db"
    data = bytearray(path.read_bytes())
    with ReadOnlyFile(str(path)) as file:
        meta = newest_meta(file, file.size)
    root, size = meta.root, meta.page_size
    start = root * size
    entries = _entries(data, start)
    position = next(at for at, entry in enumerate(entries) if entry[1] == b"members")
    flags, name, value = entries[position]
    assert value[:8] == bytes(8), "the bucket has a page of its own"
    key, record = b"%016x" % member_id, {"id": member_id} | attributes
    inner = [entry for entry in _entries(value, 16) if entry[1] != key]
    inner.append((0, key, json.dumps(record, separators=(",", ":")).encode()))
    entries[position] = (flags, name, value[:16] + _leaf(0, sorted(inner, key=lambda one: one[1])))
    page = _leaf(root, entries)
    assert len(page) <= size
    data[start : start + len(page)] = page
    path.write_bytes(data)


def _entries(data, start):
    """Return the elements of a leaf page: flags, key, value."""
    (count,) = struct.unpack_from("<H", data, start + 10)
    found = []
    for at in range(start + 16, start + 16 + count * 16, 16):
        flags, offset, key_size, value_size = struct.unpack_from("<4I", data, at)
        key, end = at + offset, at + offset + key_size + value_size
        found.append((flags, bytes(data[key : key + key_size]), bytes(data[key + key_size : end])))
    return found


def _leaf(number, entries):
    """Return a leaf page with these elements."""
    head = struct.pack("<QHHI", number, 2, len(entries), 0)
    table, body = b"", b""
    for index, (flags, key, value) in enumerate(entries):
        offset = (len(entries) - index) * 16 + len(body)
        table += struct.pack("<4I", flags, offset, len(key), len(value))
        body += key + value
    return head + table + body
