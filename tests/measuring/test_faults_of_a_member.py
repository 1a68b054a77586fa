"""The doctor finds and names what is wrong with a single member."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.sandbox.certificates import Authority, Validity
from pyetcdctl.sandbox.sites import PlainLayout
from pyetcdctl.settings import TlsFiles
from tests.measuring.injuries import (
    add_record,
    alarm,
    connected,
    doctor,
    few_descriptors,
    fill,
    fill_up_to,
    finding,
    found,
    member_id,
    put,
    statuses,
    writes,
)
from tests.measuring.shifted_clock import clock_behind
from tests.measuring.slow_disk import stalling_log
from tests.server import running
from tests.waiting import until


def test_a_healthy_member_gives_no_finding(etcd):
    report, code = doctor(etcd)
    assert (found(report), code) == (set(), 0)
    passed = {each["check"] for each in report["passed"]}
    assert passed >= {"member-down", "leader", "quorum", "consistent-read", "quota-used", "in-use"}
    unjudged = {each["check"]: each for each in report["unjudged"]}
    assert unjudged["wal-fsync-p99"]["reason"].startswith("too few")
    assert unjudged["wal-fsync-p99"]["samples"] < 100


def test_every_release_is_examined(every_etcd):
    report, code = doctor(every_etcd)
    assert (found(report), code) == (set(), 0)


def test_a_database_that_fills_up_is_found_at_each_step(own_etcd):
    etcd = own_etcd(flags=("--quota-backend-bytes=4000000",))
    fill_up_to(etcd, 3_450_000)
    report, code = doctor(etcd)
    assert (found(report), code) == ({("quota-used", "etcd-1")}, 1)
    share = statuses(etcd)[0]["dbSize"] / 4_000_000
    used = finding(report, "quota-used")
    assert used["severity"] == ("critical" if share > 0.95 else "warning")
    assert used["measured"].startswith(f"{share:.0%} of the quota: ")
    assert used["next"].startswith("pyetcdctl ")

    with pytest.raises(CallFailed, match="space exceeded"):
        fill(etcd, keys=1000)
    report, code = doctor(etcd)
    assert (found(report), code) == ({("nospace-alarm", "etcd-1"), ("quota-used", "etcd-1")}, 1)
    assert finding(report, "nospace-alarm")["severity"] == "critical"

    alarm(etcd, api.CORRUPT)
    report, _ = doctor(etcd)
    assert ("corrupt-alarm", "etcd-1") in found(report)


def test_few_descriptors_are_found(etcd):
    with few_descriptors(etcd.members[0], left=16):
        report, code = doctor(etcd)
    assert (found(report), code) == ({("descriptors-used", "etcd-1")}, 1)


def test_a_clock_that_differs_from_that_of_all_members_is_found(etcd):
    with clock_behind(etcd.members[0], 3600):
        report, code = doctor(etcd)
    assert (found(report), code) == ({("clock", "cluster")}, 1)
    measured = finding(report, "clock")["measured"]
    assert measured == "this machine's clock is 60 min ahead of all members'"
    assert found(doctor(etcd)[0]) == set()


def test_users_without_authentication_and_root_are_found(etcd):
    etcd.etcdctl("user", "add", "reader:pw", check=True)
    try:
        report, code = doctor(etcd)
    finally:
        etcd.etcdctl("user", "delete", "reader", check=True)
    assert (found(report), code) == ({("auth-off", "cluster"), ("auth-root", "cluster")}, 1)


def test_authentication_with_root_gives_no_finding(auth_etcd):
    report, code = doctor(auth_etcd)
    assert (found(report), code) == (set(), 0)


def test_an_examination_without_root_says_so_and_judges_nothing_by_it(auth_etcd):
    report, code = doctor(
        auth_etcd, env={"ETCDCTL_USER": "", "ETCDCTL_ENDPOINTS": auth_etcd.address}
    )
    assert (found(report), code) == ({("auth-rights", "cluster")}, 1)
    assert "user name is empty" in finding(report, "auth-rights")["measured"]
    assert "consistent-read" in {each["check"] for each in report["unjudged"]}


@pytest.mark.parametrize(("days", "severity"), [(20, "warning"), (5, "critical")])
def test_a_certificate_that_ends_soon_is_found(own_etcd, tmp_path, days, severity):
    authority = Authority()
    authority.pair.write(tmp_path / "ca.crt", tmp_path / "ca.key")
    soon = Validity.of(timedelta(days=days))
    pair = authority.issue("etcd", hosts=("127.0.0.1",), validity=soon)
    pair.write(tmp_path / "server.crt", tmp_path / "server.key")
    files = TlsFiles("", f"{tmp_path}/server.crt", f"{tmp_path}/server.key")
    etcd = own_etcd(layout=PlainLayout(files), client_tls=TlsFiles(f"{tmp_path}/ca.crt"))
    report, code = doctor(etcd)
    assert (found(report), code) == ({("certificate", "etcd-1")}, 1)
    assert finding(report, "certificate")["severity"] == severity
    assert (
        f"the certificate of {etcd.endpoint} ends on" in finding(report, "certificate")["measured"]
    )


def test_slow_fsync_is_found(own_etcd):
    etcd = own_etcd(flags=("--unsafe-no-fsync=false",))
    with stalling_log(etcd.members[0], 0.6), writes(etcd):
        # A busy machine writes less: then a short window has too few samples to judge.
        for window in ("4s", "15s", "60s"):
            report, code = doctor(etcd, "--for", window)
            if ("wal-fsync-p99", "etcd-1") in found(report):
                break
    slow = finding(report, "wal-fsync-p99")
    assert (slow["subject"], code) == ("etcd-1", 1)
    assert slow["samples"] >= 100
    # A machine that is late makes a stall longer, never shorter.
    severities = {"512 ms to 1.02 s": "warning", "1.02 s to 2.05 s": "critical"}
    (severity,) = {each for size, each in severities.items() if size in slow["measured"]}
    assert slow["severity"] == severity
    assert slow["source"].startswith("etcd mixin etcdHighFsyncDurations")


def test_a_record_of_a_removed_member_is_found(own_etcd):
    etcd = own_etcd()
    member = etcd.members[0]
    folder = str(member.site.data_folder)
    report, code = doctor(etcd, "--data-dir", folder)
    assert ("zombie-record", "cluster") in {
        (each["check"], each["subject"]) for each in report["passed"]
    }
    member.stop()
    add_record(member, 0xDEAD)
    member.start()
    member.wait_until_healthy()
    report, code = doctor(etcd, "--data-dir", folder)
    assert (found(report), code) == ({("zombie-record", "cluster")}, 1)
    assert "record of member dead" in finding(report, "zombie-record")["measured"]


def test_a_voter_that_is_recorded_as_a_learner_is_found():
    with running() as etcd:
        number = member_id(etcd, 0)
        database = etcd.members[0].site.data_folder / "member/snap/db"
        etcd.etcdctl("put", "k", "written-to-the-database", check=True)
        until(lambda: b"written-to-the-database" in database.read_bytes())  # the member, too
        etcd.members[0].stop()
        urls = [f"http://127.0.0.1:{etcd.members[0].site.peer_port}"]
        add_record(etcd.members[0], number, peerURLs=urls, isLearner=True, name="etcd-1")
        etcd.members[0].start()
        etcd.members[0].wait_until_healthy()
        report, code = doctor(etcd, "--data-dir", str(etcd.members[0].site.data_folder))
    assert (found(report), code) == ({("learner-record", "cluster")}, 1)
    assert "has etcd-1, which votes, as a learner" in finding(report, "learner-record")["measured"]


def test_a_fragmented_file_is_found(own_etcd):
    """By the mixin's own rule: more than 100 MiB in use, and less than half of the file."""
    etcd = own_etcd()
    with connected(etcd) as connection:
        for number in range(152):
            put(connection, b"filler-%03d" % number, b"x" * 1_500_000)
    etcd.etcdctl("del", "filler-072", "filler-2", check=True)
    revision = statuses(etcd)[0]["header"]["revision"]
    etcd.etcdctl("compaction", str(revision), "--physical", check=True)

    def is_fragmented():  # as etcd counts at its next write
        etcd.etcdctl("put", "x", "y", check=True)
        return statuses(etcd)[0]["dbSizeInUse"] < statuses(etcd)[0]["dbSize"] / 2

    until(is_fragmented)
    report, code = doctor(etcd)
    assert (found(report), code) == ({("in-use", "etcd-1")}, 1)
    assert finding(report, "in-use")["next"] == "pyetcdctl defrag --cluster --dry-run"
