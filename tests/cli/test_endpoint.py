"""Health, status and hash of every endpoint, also where some are dead, frozen or without rights."""

import json
from contextlib import closing, contextmanager

import pytest

from tests.concurrency.lossy import LossyWay
from tests.runner import run_here
from tests.server import freeze, thaw

DEAD = "127.0.0.1:1"
SHORT = ("--command-timeout", "1s")
# HTTP/2: a HEADERS frame that is whole, of the second call on its connection.
SECOND_CALL = bytes((1, 4, 0, 0, 0, 3))


def at(*endpoints):
    return {"ETCDCTL_ENDPOINTS": ",".join(endpoints)}


@contextmanager
def frozen(member):
    freeze(member)
    try:
        yield
    finally:
        thaw(member)


@contextmanager
def killed(member):
    member.kill()
    try:
        yield
    finally:
        member.start()
        member.wait_until_healthy()


def lines(text):
    return text.splitlines()


def test_every_release_is_healthy_and_says_its_status(every_etcd):
    env = every_etcd.environment
    healthy = run_here("endpoint", "health", env=env)
    assert healthy.stdout.startswith(f"{every_etcd.endpoint} is healthy: successfully".encode())
    status = json.loads(run_here("endpoint", "status", "-w", "json", env=env).stdout)
    assert status[0]["Status"]["version"] == every_etcd.version
    shown = run_here("endpoint", "status", env=env).stdout.decode().rstrip("\n").split(", ")
    assert (len(shown), shown[2], shown[8]) == (16, every_etcd.version, "true")
    hashes = json.loads(run_here("endpoint", "hashkv", "-w", "json", env=env).stdout)
    assert hashes[0]["HashKV"]["hash"] > 0


def test_endpoints_are_listed_in_the_order_in_which_they_were_given(three_members):
    for order in (three_members.client_urls, three_members.client_urls[::-1]):
        for subcommand in ("health", "status", "hashkv"):
            result = run_here("endpoint", subcommand, env=at(*order))
            found = [line.replace(" ", ",").split(",")[0] for line in lines(result.stdout.decode())]
            assert found == list(order)


def test_one_endpoint_is_enough_to_find_the_cluster(three_members):
    result = run_here(
        "endpoint", "status", "--cluster", "-w", "json", env=at(three_members.address)
    )
    found = {row["Endpoint"] for row in json.loads(result.stdout)}
    assert found == set(three_members.client_urls)
    (leader,) = {row["Status"]["leader"] for row in json.loads(result.stdout)}
    assert leader in {row["Status"]["header"]["member_id"] for row in json.loads(result.stdout)}


def test_members_have_one_hash_at_one_revision(three_members):
    run_here("put", "hashed", "value", env=three_members.environment)
    result = run_here(
        "endpoint", "hashkv", "--rev", "1", "-w", "json", env=three_members.environment
    )
    assert len({row["HashKV"]["hash"] for row in json.loads(result.stdout)}) == 1


def test_blanks_and_empty_items_between_endpoints_do_not_count(etcd):
    result = run_here("endpoint", "status", "--endpoints", f" {etcd.address} ,,")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{etcd.address}, ".encode())


def test_a_dead_endpoint_is_reported_and_the_others_are_shown(etcd):
    result = run_here("endpoint", "status", *SHORT, env=at(DEAD, etcd.address))
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{etcd.address}, ".encode())
    assert lines(result.stderr)[:2] == [
        f"Failed to get the status of endpoint {DEAD} (context deadline exceeded)",
        f"  {DEAD} refused the connection: no server listens there.",
    ]
    assert "Error" not in result.stderr


def test_a_hash_that_is_missing_ends_with_the_last_error(etcd):
    result = run_here("endpoint", "hashkv", *SHORT, env=at(DEAD, etcd.address))
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{etcd.address}, ".encode())
    assert f"Failed to get the hash of endpoint {DEAD} (context deadline exceeded)" in result.stderr
    assert lines(result.stderr)[-1] == "Error: context deadline exceeded"


def test_an_unhealthy_endpoint_is_reported_on_standard_error(etcd):
    result = run_here("endpoint", "health", *SHORT, env=at(DEAD, etcd.address))
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{etcd.address} is healthy: ".encode())
    assert lines(result.stderr) == [
        f"{DEAD} is unhealthy: failed to commit proposal: context deadline exceeded",
        "Error: unhealthy cluster",
        f"  {DEAD} refused the connection: no server listens there.",
    ]


def test_an_unhealthy_endpoint_is_a_row_of_a_table(etcd):
    result = run_here("endpoint", "health", "-w", "table", *SHORT, env=at(etcd.address, DEAD))
    top, titles, _, healthy, unhealthy, _ = lines(result.stdout.decode())
    assert set(map(len, (titles, healthy, unhealthy))) == {len(top)}
    assert [cell.strip() for cell in titles.strip("│").split("│")] == [
        "ENDPOINT",
        "HEALTH",
        "TOOK",
        "ERROR",
    ]
    assert "true" in healthy
    assert "context deadline exceeded" in unhealthy


def test_all_endpoints_are_asked_at_the_same_time(etcd):
    dead = [f"127.0.0.1:{port}" for port in range(1, 41)]
    for subcommand in ("health", "status", "hashkv"):
        run_here("endpoint", subcommand, *SHORT, env=at(*dead, etcd.address), seconds=20)


def test_nothing_at_all_is_null(etcd):
    for subcommand in ("status", "hashkv"):
        result = run_here("endpoint", subcommand, "-w", "json", *SHORT, env=at(DEAD))
        assert (result.exit_code, result.stdout) == (1, b"null\n")


def test_a_frozen_member_does_not_hold_up_the_others(three_members):
    first, second, _ = three_members.client_urls
    with frozen(three_members.members[1]):
        result = run_here(
            "endpoint", "health", "-w", "json", *SHORT, env=at(first, second), seconds=10
        )
    rows = {row["endpoint"]: row for row in json.loads(result.stdout)}
    assert rows[first]["health"] is True
    assert rows[second]["error"] == "context deadline exceeded"
    assert f"{second} accepted the connection and then sent nothing" in result.stderr


def test_a_cluster_without_quorum_can_be_looked_at(three_members):
    first = three_members.client_urls[0]
    with killed(three_members.members[1]), killed(three_members.members[2]):
        result = run_here("endpoint", "status", "--cluster", *SHORT, env=at(first))
        health = run_here("endpoint", "health", *SHORT, env=at(first))
    assert f"Warning: {first} alone was asked for the members" in result.stderr
    assert result.stdout.startswith(f"{first}, ".encode())
    assert b"no leader" in result.stdout
    assert result.stderr.count("Failed to get the status of endpoint") == 2
    assert f"{first} is unhealthy: failed to commit proposal: context deadline" in health.stderr


def test_the_member_list_that_cannot_be_had_is_named():
    result = run_here("endpoint", "status", "--cluster", *SHORT, env=at(DEAD))
    assert result.exit_code == 1
    assert lines(result.stderr)[0] == (
        "Error: failed to fetch endpoints from etcd cluster member list: context deadline exceeded"
    )


def test_an_alarm_makes_every_endpoint_unhealthy(own_etcd):
    server = own_etcd(flags=("--quota-backend-bytes=65536",))
    fill(server)
    for form, found in (
        ("simple", lambda result: result.stderr.split("proposal: ")[1].split("\n")[0]),
        ("json", lambda result: json.loads(result.stdout)[0]["error"]),
    ):
        result = run_here("endpoint", "health", "-w", form, env=server.environment)
        assert (result.exit_code, found(result)) == (1, "Active Alarm(s): NOSPACE ")


@pytest.mark.parametrize("form", ["simple", "json"])
def test_an_endpoint_whose_alarms_cannot_be_had_is_unhealthy(etcd, form):
    with closing(LossyWay(etcd.address, SECOND_CALL, loses="request")) as way:
        result = run_here("endpoint", "health", "-w", form, *SHORT, env=at(way.endpoint))
        assert way.lost.is_set()
    assert result.exit_code == 1
    reported, where = (
        "Unable to fetch the alarm list",
        f"{way.endpoint} is unhealthy: failed to commit",
    )
    if form == "json":
        (row,) = json.loads(result.stdout)
        assert (row["health"], row["error"]) == (False, reported)
        assert row["took"].endswith("s")
        assert lines(result.stderr)[:2] == [
            "Error: unhealthy cluster",
            "  context deadline exceeded",
        ]
    else:
        assert lines(result.stderr)[:2] == [
            f"{where} proposal: {reported}",
            "Error: unhealthy cluster",
        ]


def test_over_mutual_tls_every_endpoint_is_asked(secure_etcd):
    for subcommand in ("health", "status", "hashkv"):
        result = run_here("endpoint", subcommand, "--cluster", env=secure_etcd.environment)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith(secure_etcd.endpoint.encode())


def test_a_user_without_rights_on_the_key_finds_the_endpoint_healthy(auth_etcd):
    auth_etcd.etcdctl("user", "add", "nobody:pw", check=True)
    env = auth_etcd.environment | {"ETCDCTL_USER": "nobody:pw"}
    result = run_here("endpoint", "health", env=env)
    assert result.exit_code == 0
    assert b"is healthy" in result.stdout


def test_without_a_user_an_endpoint_with_authentication_is_unhealthy(auth_etcd):
    result = run_here("endpoint", "health", "-w", "json", env=at(auth_etcd.address))
    (row,) = json.loads(result.stdout)
    assert (row["health"], row["error"]) == (False, "etcdserver: user name is empty")


def test_a_login_that_fails_concerns_its_endpoint_alone(auth_etcd, etcd):
    env = at(auth_etcd.address, etcd.address) | {"ETCDCTL_USER": "root:wrong"}
    health = run_here("endpoint", "health", "-w", "json", env=env)
    refused, healthy = json.loads(health.stdout)
    assert refused == {
        "endpoint": auth_etcd.address,
        "health": False,
        "took": "",
        "error": "etcdserver: authentication failed, invalid user ID or password",
    }
    assert healthy["health"] is True
    status = run_here("endpoint", "status", env=env)
    assert status.exit_code == 1
    assert "authentication failed" in status.stderr
    assert status.stdout.startswith(f"{etcd.address}, ".encode())


@pytest.mark.parametrize("subcommand", ["health", "status", "hashkv"])
def test_a_certificate_that_is_not_there_is_no_endpoints_fault(subcommand):
    result = run_here("endpoint", subcommand, "--cacert", "/nonexistent/ca.crt", env=at(DEAD))
    assert result.exit_code == 128
    assert result.stdout == b""


def fill(server):
    """Write until the server raises its alarm."""
    for number in range(100):
        value = "x" * 20000
        if run_here("put", f"filler-{number}", value, env=server.environment).exit_code:
            return
    raise AssertionError("the database is not full")
