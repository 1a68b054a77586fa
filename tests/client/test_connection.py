"""Calls over one endpoint, against a real server."""

import os
import re
import subprocess
import sys
import time

import pytest

from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.errors import CallFailed, DeadlineExceeded, MethodUnknown
from pyetcdctl.rpc.kv import PutRequest, RangeRequest, RangeResponse
from pyetcdctl.sandbox.sites import PlainLayout
from pyetcdctl.settings import ConnectionSettings
from tests.server import freeze

RANGE, PUT = "/etcdserverpb.KV/Range", "/etcdserverpb.KV/Put"
SLACK_SECONDS = 4


def soon():
    return Deadline.after(5)


def test_what_is_written_can_be_read(etcd, open_connection, read, write, prefix):
    connection = open_connection(etcd.endpoint)

    write(connection, prefix.encode(), b"value")

    assert read(connection, prefix.encode()) == b"value"


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_an_endpoint_may_be_bare_or_http(etcd, open_connection, read, scheme):
    assert read(open_connection(scheme + etcd.address), b"nothing") is None


def test_responses_of_any_size_arrive(own_etcd, open_connection, read, write):
    server = own_etcd(flags=["--max-request-bytes=9000000"])
    connection = open_connection(server.endpoint, max_request_bytes=9_000_000)

    write(connection, b"large", b"x" * 6_000_000)

    assert len(read(connection, b"large")) == 6_000_000


def test_a_receive_limit_is_kept(etcd, open_connection, read, write, prefix):
    connection = open_connection(etcd.endpoint, max_receive_bytes=100_000)
    write(connection, prefix.encode(), b"x" * 200_000)

    with pytest.raises(CallFailed) as caught:
        read(connection, prefix.encode())

    reported = r"grpc: received message larger than max \(200\d\d\d vs\. 100000\)"
    assert re.fullmatch(
        f"rpc error: code = ResourceExhausted desc = {reported}", caught.value.message
    )


@pytest.mark.parametrize(("limit", "reported"), [(0, 2097152), (-1, 2097152), (1000, 1000)])
def test_a_request_too_large_to_send_is_reported_in_etcdctls_words(
    etcd, open_connection, limit, reported
):
    request = PutRequest(key=b"key", value=b"x" * 2_600_000).encode()
    connection = open_connection(etcd.endpoint, max_request_bytes=limit)

    with pytest.raises(CallFailed) as caught:
        connection.unary(PUT, request, deadline=soon(), repeatable=False)

    assert caught.value.message == (
        "rpc error: code = ResourceExhausted desc = "
        f"trying to send message larger than max ({len(request)} vs. {reported})"
    )


def test_what_etcd_says_is_shown_alone(etcd, open_connection):
    request = RangeRequest(key=b"a", revision=10**9).encode()

    with pytest.raises(CallFailed) as caught:
        open_connection(etcd.endpoint).unary(RANGE, request, deadline=soon(), repeatable=True)

    assert caught.value.message == "etcdserver: mvcc: required revision is a future revision"
    assert caught.value.code == "OUT_OF_RANGE"


def test_an_unknown_method_is_the_servers_age(etcd, open_connection):
    with pytest.raises(MethodUnknown, match="code = Unimplemented desc = unknown method") as caught:
        open_connection(etcd.endpoint).unary(
            "/etcdserverpb.KV/Nonsense", b"", deadline=soon(), repeatable=True
        )

    assert "older" in caught.value.advice[0]


def test_a_stream_brings_all_its_messages(etcd, open_connection):
    stream = open_connection(etcd.endpoint).stream(
        "/etcdserverpb.Maintenance/Snapshot", b"", deadline=soon()
    )

    assert sum(map(len, stream)) > 16_000


def test_a_stream_that_is_left_early_ends(etcd, open_connection, read):
    connection = open_connection(etcd.endpoint)
    stream = connection.stream("/etcdserverpb.Maintenance/Snapshot", b"", deadline=soon())

    next(stream)
    stream.close()

    assert read(connection, b"nothing") is None


def test_a_streams_error_is_translated(etcd, open_connection):
    with pytest.raises(MethodUnknown):
        list(open_connection(etcd.endpoint).stream("/etcdserverpb.KV/X", b"", deadline=soon()))


def test_calls_overlap(etcd, open_connection, write, prefix):
    connection = open_connection(etcd.endpoint)
    for number in range(5):
        write(connection, f"{prefix}{number}".encode(), str(number).encode())

    requests = [RangeRequest(key=f"{prefix}{number}".encode()).encode() for number in range(5)]
    pending = [connection.future(RANGE, request, deadline=soon()) for request in requests]

    values = [RangeResponse.decode(response.result()).kvs[0].value for response in pending]
    assert values == [b"0", b"1", b"2", b"3", b"4"]


def test_an_overlapping_calls_error_is_translated(etcd, open_connection):
    request = RangeRequest(key=b"a", revision=10**9).encode()
    pending = open_connection(etcd.endpoint).future(RANGE, request, deadline=soon())

    with pytest.raises(CallFailed, match="etcdserver: mvcc: required revision is a future"):
        pending.result()


def test_a_closed_connection_opens_again(etcd, open_connection, read):
    connection = open_connection(etcd.endpoint)
    read(connection, b"nothing")

    connection.close()

    assert read(connection, b"nothing") is None


def test_a_connection_for_one_endpoint_keeps_the_settings(etcd, open_connection, read):
    connection = open_connection("127.0.0.1:1", "127.0.0.1:2", command_timeout=3.0)

    alone = connection.for_endpoint(etcd.endpoint)

    assert alone.settings.command_timeout == 3.0
    assert alone.endpoint == etcd.endpoint
    assert read(alone, b"nothing") is None
    alone.close()


def test_a_channel_for_other_stubs_is_ready(etcd, open_connection):
    channel = open_connection(etcd.endpoint).channel(soon())

    assert channel.unary_unary(RANGE)(RangeRequest(key=b"nothing").encode(), timeout=5)


def test_a_refused_connection_is_waited_for_until_the_deadline(open_connection, read, free_port):
    started = time.monotonic()

    with pytest.raises(DeadlineExceeded, match=r"^context deadline exceeded$") as caught:
        read(open_connection(f"127.0.0.1:{free_port}"), b"a", seconds=0.5)

    assert 0.5 <= time.monotonic() - started < 0.5 + SLACK_SECONDS
    assert caught.value.advice == (
        f"127.0.0.1:{free_port} refused the connection: no server listens there.",
    )


def test_a_server_that_starts_while_a_call_waits_serves_it(own_etcd, open_connection, read):
    server = own_etcd()
    member = server.members[0]
    connection = open_connection(server.endpoint)
    member.kill()
    member.start()

    assert read(connection, b"nothing", seconds=20) is None


def test_a_read_outlives_a_restart_of_its_server(own_etcd, open_connection, read, write):
    server = own_etcd()
    connection = open_connection(server.endpoint)
    write(connection, b"key", b"value")

    server.members[0].restart()

    assert read(connection, b"key", seconds=20) == b"value"


@pytest.mark.parametrize("kind", ["mute_port", "black_hole_port"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_server_ends_a_call_by_its_deadline(kind, scheme, request, open_connection, read):
    port = request.getfixturevalue(kind)
    started = time.monotonic()

    with pytest.raises(DeadlineExceeded) as caught:
        read(open_connection(f"{scheme}://127.0.0.1:{port}"), b"a", seconds=0.5)

    assert time.monotonic() - started < 0.5 + SLACK_SECONDS
    expected = "sent nothing" if kind == "mute_port" else "did not respond"
    assert expected in caught.value.advice[0]


def test_a_frozen_server_ends_calls_streams_and_futures_by_their_deadline(
    own_etcd, open_connection, read
):
    server = own_etcd()
    connection = open_connection(server.endpoint)
    read(connection, b"a")
    freeze(server.members[0])
    started = time.monotonic()

    with pytest.raises(DeadlineExceeded, match="context deadline exceeded") as caught:
        read(connection, b"a", seconds=2)
    with pytest.raises(DeadlineExceeded):
        connection.future(RANGE, b"\x0a\x01a", deadline=Deadline.after(0.5)).result()
    with pytest.raises(DeadlineExceeded):
        list(connection.stream(RANGE, b"\x0a\x01a", deadline=Deadline.after(0.5)))

    assert time.monotonic() - started < 3 + 3 * SLACK_SECONDS
    assert "sent nothing" in caught.value.advice[0]


@pytest.mark.parametrize("seconds", [0, -1])
def test_time_that_is_over_fails_at_once(etcd, open_connection, read, seconds):
    with pytest.raises(DeadlineExceeded, match=r"^context deadline exceeded$"):
        read(open_connection(etcd.endpoint), b"a", seconds=seconds)


def test_each_way_to_write_an_address_has_its_authority(
    own_etcd, open_connection, read, tmp_path, free_port
):
    """etcd's HTTP/2 log shows what was really sent."""
    socket_name = f"localhost:{free_port}"
    server = own_etcd(
        layout=PlainLayout(more_client_urls=(f"unix://{socket_name}",)),
        environment={"GODEBUG": "http2debug=2"},
    )
    member = server.members[0]
    port = server.address.rpartition(":")[2]
    path = f"/proc/{member.process_id}/cwd/{socket_name}"

    for endpoint in (f"localhost:{port}", f"http://127.0.0.1:{port}", f"unix://{path}"):
        assert read(open_connection(endpoint), b"nothing") is None

    log = member.log.read_text(errors="replace")
    for authority in (f"localhost:{port}", f"127.0.0.1:{port}", socket_name):
        assert f'":authority" = "{authority}"' in log
    assert '"client-api-version" = "3.7"' in log


COLD = """
import sys
from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.settings import ConnectionSettings
connection = Connection(ConnectionSettings(endpoints=(sys.argv[1],)))
request = RangeRequest(key=b"nothing").encode()
connection.unary("/etcdserverpb.KV/Range", request, deadline=Deadline.after(5), repeatable=True)
heavy = {"google", "etcd3", "cryptography", "dns", "yaml", "rich", "typer"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
unused = ("racing", "tls", "relay", "probe", "tokens", "srv", "client")
print([name for name in unused if f"pyetcdctl.client.{name}" in sys.modules])
"""


def test_a_plain_read_loads_nothing_that_it_does_not_need(etcd):
    done = subprocess.run(
        [sys.executable, "-c", COLD, etcd.endpoint], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n[]\n"


def test_proxies_of_the_environment_are_not_used(etcd):
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "grpc_proxy"), "http://127.0.0.1:1")

    done = subprocess.run([sys.executable, "-c", COLD, etcd.endpoint], env=os.environ | proxies)

    assert done.returncode == 0


def test_nothing_is_dialled_before_the_first_call(free_port):
    Connection(ConnectionSettings(endpoints=(f"127.0.0.1:{free_port}", "not an endpoint"))).close()
