"""The last entry that a database counts is applied if it was only counted, and never twice."""

import pytest

from pyetcdctl.rpc.auth import GrantPermissionRequest, Permission
from pyetcdctl.rpc.lease import LeaseGrantRequest, LeaseRequest
from pyetcdctl.rpc.raft_internal import ChangePasswordRequest, NameRequest, UserAddRequest
from pyetcdctl.storage.bolt.building import Builder
from tests.runner import run_here
from tests.server import distributed
from tests.waiting import until

LEASE = (7).to_bytes(8, "big"), b"\x08\x07\x10\x3c"
USER, OTHER_HASH = (b"ann", b"\x0a\x03ann\x12\x04hash"), "b3RoZXI="
ROLE = b"reader", b"\x0a\x06reader"
SINCE = {"3.4": {}, "3.5": {b"term": b"\0" * 7 + b"\2"}}
SINCE["3.6"] = {**SINCE["3.5"], b"storageVersion": b"3.6.0"}
GRANTED = GrantPermissionRequest(name="reader", perm=Permission(permType=1, key=b"a"))
ADDED = [
    ("lease", {"lease_grant": LeaseGrantRequest(ID=7, TTL=60)}, "0000000000000007"),
    ("user", {"auth_user_add": UserAddRequest(name="ann", hashedPassword="aGFzaA==")}, "ann"),
    ("role", {"auth_role_add": NameRequest(name="reader")}, "reader"),
]
REMOVED = [
    ("lease", {"lease_revoke": LeaseRequest(ID=7)}, "0000000000000007"),
    ("user", {"auth_user_delete": NameRequest(name="ann")}, "ann"),
    ("role", {"auth_role_delete": NameRequest(name="reader")}, "reader"),
]
STORED = {b"lease": [LEASE], b"authUsers": [USER], b"authRoles": [ROLE]}
SHOWN = [
    ({b"lease": [LEASE]}, ADDED[0][1]),
    ({b"authUsers": [USER]}, ADDED[1][1]),
    ({b"authRoles": [ROLE]}, ADDED[2][1]),
    *(({}, request) for _, request, _ in REMOVED),
    ({}, {"auth_role_grant_permission": GRANTED}),
]
BUCKETS = (b"key", b"lease", b"auth", b"authUsers", b"authRoles", b"alarm", b"cluster", b"members")


def write_database(folder, buckets):
    """Write the database of a member that has these buckets, and no keys."""
    path = folder / "member/snap/db"
    path.parent.mkdir(parents=True)
    with path.open("w+b") as out:
        builder = Builder(out, 4096)
        names = dict.fromkeys((*BUCKETS, b"meta"), ()) | buckets
        builder.finish({name: builder.bucket(sorted(pairs)) for name, pairs in names.items()})


def counted(folder, writer, buckets, request, release="3.5"):
    """Write a data directory whose last entry is counted in the database that has ``buckets``."""
    writer.found()
    writer.request(**request)
    writer.commit()
    writer.save()
    meta = SINCE[release] | {b"consistent_index": writer.index.to_bytes(8, "big")}
    write_database(folder, {**buckets, b"meta": meta.items()})


def names(group, folder):
    result = run_here(group, "list", "--from", str(folder))
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.decode().splitlines()
    return lines[1:] if group == "lease" else lines


def entry_name(value):
    return next(map(str, value), "nothing") if isinstance(value, dict) else None


@pytest.mark.parametrize("release", SINCE)
@pytest.mark.parametrize(("group", "request_", "name"), ADDED, ids=entry_name)
def test_what_35_counted_before_it_added_it_is_there(
    tmp_path, writer, group, request_, name, release
):
    counted(tmp_path, writer, {}, request_, release)
    assert names(group, tmp_path) == ([name] if release == "3.5" else [])


@pytest.mark.parametrize("release", SINCE)
@pytest.mark.parametrize(("group", "request_", "name"), REMOVED, ids=entry_name)
def test_what_35_counted_before_it_removed_it_is_not_there(
    tmp_path, writer, group, request_, name, release
):
    counted(tmp_path, writer, STORED, request_, release)
    assert names(group, tmp_path) == ([] if release == "3.5" else [name])


@pytest.mark.parametrize(("buckets", "request_"), SHOWN, ids=entry_name)
def test_what_the_database_shows_is_not_applied_again(tmp_path, writer, buckets, request_):
    counted(tmp_path, writer, buckets, request_)
    result = run_here("user", "list", "--from", str(tmp_path))
    assert ": 0 entries came from the log" in result.stderr


def test_a_password_that_was_counted_too_early_is_changed_and_one_that_is_stored_is_not(
    tmp_path, writer
):
    request = ChangePasswordRequest(name="ann", hashedPassword=OTHER_HASH)
    counted(tmp_path, writer, {b"authUsers": [USER]}, {"auth_user_change_password": request})
    changed = run_here("user", "list", "--from", str(tmp_path))
    assert ": 1 entry came from the log" in changed.stderr
    (tmp_path / "member/snap/db").unlink()
    (tmp_path / "member/snap").rmdir()
    stored = USER[0], b"\x0a\x03ann\x12\x05other"
    meta = SINCE["3.5"] | {b"consistent_index": writer.index.to_bytes(8, "big")}
    write_database(tmp_path, {b"authUsers": [stored], b"meta": meta.items()})
    kept = run_here("user", "list", "--from", str(tmp_path))
    assert ": 0 entries came from the log" in kept.stderr


def test_no_kind_of_entry_that_a_server_has_applied_is_applied_again(own_etcd):
    """Each is the last one that the database counts, as soon as the server has committed it."""
    etcd = own_etcd(distributed())
    folder = str(etcd.members[0].site.data_folder)
    lines = """
        user add ann:secret
        role add reader
        role grant-permission reader readwrite b
        role grant-permission reader readwrite b c
        role grant-permission reader write b c
        user grant-role ann reader
        lease grant 9000
        role revoke-permission reader b c
        user revoke-role ann reader
        put a b
        compaction 2
        role delete reader
        user delete ann
    """
    for line in filter(None, map(str.strip, lines.splitlines())):
        done = run_here(*line.split(), env=etcd.environment)
        assert done.exit_code == 0, done.stderr

        def is_whole():
            result = run_here("user", "list", "--from", folder)
            return ": 0 entries came from the log" in result.stderr

        until(is_whole, f"the database has {line}")
