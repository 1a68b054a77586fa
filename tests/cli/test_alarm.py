"""A full database raises an alarm; it is listed and ended."""

import json
from contextlib import closing

import pytest

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.rpc import etcdserverpb_pb2 as api
from pyetcdctl.settings import ConnectionSettings
from tests.runner import run_here

ALARM = "/etcdserverpb.Maintenance/Alarm"


@pytest.fixture(scope="module")
def full_etcd():
    from tests.server import running

    # The sample alone has more than the quota: how many puts fit in before depends on commits.
    with running(sample=True, flags=("--quota-backend-bytes=65536",)) as server:
        raise_alarm(server)
        yield server


def raise_alarm(etcd):
    while run_here("put", "filler", "x" * 20000, env=etcd.environment).exit_code == 0:
        pass


def member_id(etcd):
    status = run_here("endpoint", "status", "-w", "json", env=etcd.environment)
    return json.loads(status.stdout)[0]["Status"]["header"]["member_id"]


def test_an_alarm_is_listed_in_every_format(full_etcd):
    env, number = full_etcd.environment, member_id(full_etcd)
    plain = run_here("alarm", "list", env=env).stdout.decode()
    assert plain.split() == [f"memberID:{number}", "alarm:NOSPACE"]
    as_json = json.loads(run_here("alarm", "list", "-w", "json", env=env).stdout)
    assert as_json["alarms"] == [{"memberID": number, "alarm": 1}]
    fields = run_here("alarm", "list", "-w", "fields", env=env).stdout.decode()
    assert fields.endswith(f'"MemberID" : {number}\n"AlarmType" : NOSPACE\n\n')
    in_hex = run_here("alarm", "list", "-w", "fields", "--hex", env=env).stdout.decode()
    assert in_hex.endswith(f'"MemberID" : {number:x}\n"AlarmType" : NOSPACE\n\n')


def test_status_shows_the_alarm_among_the_errors(full_etcd):
    result = run_here("endpoint", "status", "-w", "json", env=full_etcd.environment)
    (error,) = json.loads(result.stdout)[0]["Status"]["errors"]
    assert "NOSPACE" in error


def test_a_refused_write_names_the_quota_and_the_way_back(full_etcd):
    for words in (("put", "k", "v"), ("lease", "grant", "60")):
        refused = run_here(*words, env=full_etcd.environment)
        first, size, *remedy = refused.stderr.splitlines()
        assert (refused.exit_code, "mvcc: database space exceeded" in first) == (1, True)
        assert size.startswith("  The database of etcd-1 has ")
        assert size.endswith(", its quota is 66 kB.")
        assert "pyetcdctl recover nospace" in remedy[0]
        assert "compaction REVISION, defrag --cluster, alarm disarm" in remedy[1]


def test_a_disarming_that_will_not_hold_is_reported(full_etcd):
    disarmed = run_here("alarm", "disarm", env=full_etcd.environment)
    assert b"NOSPACE" in disarmed.stdout
    assert "still has" in disarmed.stderr
    assert "the next write raises the alarm again" in disarmed.stderr
    assert run_here("put", "k", "v", env=full_etcd.environment).exit_code == 1
    assert b"NOSPACE" in run_here("alarm", "list", env=full_etcd.environment).stdout


def test_an_alarm_that_is_disarmed_is_over(full_etcd):
    raise_alarm(full_etcd)
    env, number = full_etcd.environment, member_id(full_etcd)
    disarmed = run_here("alarm", "disarm", "-w", "json", env=env)
    assert json.loads(disarmed.stdout) == {"alarms": [{"memberID": number, "alarm": 1}]}
    assert run_here("alarm", "list", env=env).stdout == b""
    assert run_here("alarm", "disarm", env=env).stdout == b""


def test_a_cluster_that_is_called_corrupt_takes_no_writes(own_etcd):
    server = own_etcd()
    env, number = server.environment, member_id(server)
    alarm = api.AlarmRequest(action=api.AlarmRequest.ACTIVATE, memberID=number, alarm=api.CORRUPT)
    with closing(Connection(ConnectionSettings(endpoints=server.client_urls))) as connection:
        request = alarm.SerializeToString()
        connection.unary(ALARM, request, deadline=Deadline.after(30), repeatable=True)
    for line, reported in (
        ("put k v", "etcdserver: corrupt cluster"),
        ("lease grant 5", "failed to grant lease (etcdserver: corrupt cluster)"),
    ):
        refused = run_here(*line.split(), env=env)
        assert (refused.stderr, refused.exit_code) == (f"Error: {reported}\n", 1)
    health = run_here("endpoint", "health", "-w", "json", env=env)
    assert json.loads(health.stdout)[0]["error"] == "Active Alarm(s): CORRUPT "
    ended = run_here("alarm", "disarm", env=env).stdout.decode()
    assert ended.split() == [f"memberID:{number}", "alarm:CORRUPT"]
    assert run_here("put", "k", "v", env=env).stdout == b"OK\n"


def test_every_release_has_no_alarm(every_etcd):
    for subcommand in ("list", "disarm"):
        result = run_here("alarm", subcommand, env=every_etcd.environment)
        assert (result.exit_code, result.stdout, result.stderr) == (0, b"", "")


def test_only_root_ends_alarms(auth_etcd):
    auth_etcd.etcdctl("user", "add", "guest:pw", check=True)
    env = auth_etcd.environment | {"ETCDCTL_USER": "guest:pw"}
    ours = run_here("alarm", "list", env=env)
    theirs = auth_etcd.etcdctl("alarm", "list", env={"ETCDCTL_USER": "guest:pw"})
    assert ours.exit_code == theirs.returncode
