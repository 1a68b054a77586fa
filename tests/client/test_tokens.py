"""Logging in, and logging in again."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pyetcdctl.client import auth
from pyetcdctl.client.connection import Deadline
from pyetcdctl.client.tokens import MOST_RENEWALS
from pyetcdctl.errors import CallFailed, ConnectionFailed, ExitCode
from pyetcdctl.settings import Credentials
from tests.server import enable_authentication, running, running_with_tls

RANGE = "/etcdserverpb.KV/Range"
NOTHING = b"\x0a\x07nothing"
ROOT = Credentials(user="root", password="rootpw")


@pytest.fixture(scope="module")
def forgetful_etcd():
    """A server that forgets a token which was not used for a second."""
    with running(flags=["--auth-token-ttl=1"]) as server:
        yield enable_authentication(server)


def token_of(connection):
    return dict(connection.metadata())["token"]


def wait_until_forgotten(server, token, seconds=30):
    """Wait until the server's log reports that the token is deleted; a call would keep it alive."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for line in server.members[0].log.read_text(errors="replace").splitlines():
            if "deleted a simple token" in line and token in line:
                return
    raise AssertionError("the token was never forgotten")


def test_a_user_with_the_right_password_is_served(auth_etcd, open_connection, read):
    assert read(open_connection(auth_etcd.endpoint, credentials=ROOT), b"nothing") is None


def test_a_wrong_password_is_a_bad_connection(auth_etcd, open_connection, read):
    credentials = Credentials(user="root", password="wrong")

    with pytest.raises(ConnectionFailed) as caught:
        read(open_connection(auth_etcd.endpoint, credentials=credentials), b"a")

    expected = "etcdserver: authentication failed, invalid user ID or password"
    assert caught.value.message == expected
    assert caught.value.exit_code == ExitCode.BAD_CONNECTION


@pytest.mark.parametrize("credentials", [Credentials(), Credentials(user="root")])
def test_no_password_makes_no_login(auth_etcd, open_connection, read, credentials):
    with pytest.raises(CallFailed, match=r"^etcdserver: user name is empty") as caught:
        read(open_connection(auth_etcd.endpoint, credentials=credentials), b"a")

    assert caught.value.exit_code == ExitCode.ERROR


def test_a_server_without_authentication_is_served(etcd, open_connection, read):
    assert read(open_connection(etcd.endpoint, credentials=ROOT), b"nothing") is None


def test_a_ready_token_is_used_and_never_replaced(auth_etcd, open_connection, read):
    token = dict(open_connection(auth_etcd.endpoint, credentials=ROOT).metadata())["token"]
    ready = Credentials(user="root", password="rootpw", token=token)
    stale = Credentials(user="root", password="rootpw", token="stale.1")

    assert read(open_connection(auth_etcd.endpoint, credentials=ready), b"nothing") is None
    with pytest.raises(CallFailed, match=r"^etcdserver: invalid auth token"):
        read(open_connection(auth_etcd.endpoint, credentials=stale), b"nothing")


def test_an_unreachable_server_ends_the_login_by_the_dial_timeout(open_connection, read, free_port):
    connection = open_connection(f"127.0.0.1:{free_port}", credentials=ROOT, dial_timeout=0.3)
    started = time.monotonic()

    with pytest.raises(ConnectionFailed, match=r"^context deadline exceeded") as caught:
        read(connection, b"a", seconds=60)

    assert time.monotonic() - started < 20
    assert "refused" in caught.value.advice[0]


def test_the_commands_deadline_bounds_the_login_too(open_connection, read, mute_port):
    connection = open_connection(f"127.0.0.1:{mute_port}", credentials=ROOT, dial_timeout=60.0)
    started = time.monotonic()

    with pytest.raises(ConnectionFailed, match=r"^context deadline exceeded"):
        read(connection, b"a", seconds=0.3)

    assert time.monotonic() - started < 20


def test_a_token_whose_time_is_over_is_no_longer_taken(forgetful_etcd, open_connection, read):
    token = token_of(open_connection(forgetful_etcd.endpoint, credentials=ROOT))
    wait_until_forgotten(forgetful_etcd, token)

    with pytest.raises(CallFailed, match=r"^etcdserver: invalid auth token"):
        read(open_connection(forgetful_etcd.endpoint, credentials=Credentials(token=token)), b"a")


def test_a_read_and_a_write_renew_a_token(forgetful_etcd, open_connection, read, write):
    connection = open_connection(forgetful_etcd.endpoint, credentials=ROOT)
    first = token_of(connection)
    wait_until_forgotten(forgetful_etcd, first)

    write(connection, b"key", b"value")
    second = token_of(connection)
    wait_until_forgotten(forgetful_etcd, second)

    assert read(connection, b"key") == b"value"
    assert len({first, second, token_of(connection)}) == 3


def test_an_overlapping_call_renews_a_token(forgetful_etcd, open_connection):
    connection = open_connection(forgetful_etcd.endpoint, credentials=ROOT)
    wait_until_forgotten(forgetful_etcd, token_of(connection))

    assert connection.future(RANGE, NOTHING, deadline=Deadline.after(5)).result()


def test_a_stream_renews_a_token(forgetful_etcd, open_connection):
    connection = open_connection(forgetful_etcd.endpoint, credentials=ROOT)
    wait_until_forgotten(forgetful_etcd, token_of(connection))

    assert len(list(connection.stream(RANGE, NOTHING, deadline=Deadline.after(5)))) == 1


def test_changed_users_do_not_stop_a_session(own_etcd, open_connection, read):
    """etcd responds to an old token with: revision of auth store is old."""
    server = enable_authentication(own_etcd())
    connection = open_connection(server.endpoint, credentials=ROOT)
    read(connection, b"nothing")

    server.etcdctl("user", "add", "somebody:secret", check=True)

    assert read(connection, b"nothing") is None


def test_a_password_is_in_no_error(auth_etcd, open_connection, read):
    credentials = Credentials(user="root", password="hunter2-secret")

    with pytest.raises(ConnectionFailed) as caught:
        read(open_connection(auth_etcd.endpoint, credentials=credentials), b"a")

    assert "hunter2" not in f"{caught.value!r} {caught.value.advice} {credentials!r}"


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_dial_timeout_of_nothing_bounds_nothing(auth_etcd, open_connection, read, seconds):
    connection = open_connection(auth_etcd.endpoint, credentials=ROOT, dial_timeout=seconds)
    assert read(connection, b"no such key") is None


def test_a_long_lived_connection_renews_its_token_each_time_it_is_gone(
    forgetful_etcd, open_connection, read
):
    connection = open_connection(forgetful_etcd.endpoint, credentials=ROOT)
    for _ in range(MOST_RENEWALS + 1):
        assert read(connection, b"nothing") is None
        wait_until_forgotten(forgetful_etcd, token_of(connection))

    assert read(connection, b"nothing") is None


def test_a_user_known_by_its_certificate_is_served_while_users_are_changed(
    tmp_path, open_connection, write
):
    flags = ("--client-cert-auth", "--bcrypt-cost=4")
    with running_with_tls(tmp_path, flags=flags) as server:
        settings = {"tls": server.tls}
        changing, writing = (open_connection(server.endpoint, **settings) for _ in range(2))
        for name in ("root", "client"):
            auth.add_user(changing, name, None, Deadline.after(5))
        auth.add_role(changing, "root", Deadline.after(5))
        for name in ("root", "client"):
            auth.grant_role(changing, name, "root", Deadline.after(5))
        auth.enable(changing, Deadline.after(5))

        with ThreadPoolExecutor() as pool:
            changes = pool.submit(change_users, changing, 100)
            while not changes.done():
                write(writing, b"key", b"value")
            changes.result()


def change_users(connection, times):
    for number in range(times):
        auth.add_user(connection, f"user-{number}", None, Deadline.after(5))
        auth.delete_user(connection, f"user-{number}", Deadline.after(5))


@pytest.mark.parametrize("token", ["\udcff", "é", "a\nb"])
def test_a_token_that_no_header_can_carry_is_an_invalid_one(etcd, open_connection, read, token):
    connection = open_connection(etcd.endpoint, credentials=Credentials(token=token))

    with pytest.raises(CallFailed, match="etcdserver: invalid auth token"):
        read(connection, b"key")
