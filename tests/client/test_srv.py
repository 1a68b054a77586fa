"""Endpoints from DNS, asked of a small name server of our own."""

import socket
import threading

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from pyetcdctl.cli.main import main
from pyetcdctl.client import srv
from pyetcdctl.client.connection import Connection
from pyetcdctl.errors import ExitCode, PyetcdctlError
from pyetcdctl.settings import ConnectionSettings, SrvDiscovery

SECURE, PLAIN = "_etcd-client-ssl._tcp.example.", "_etcd-client._tcp.example."


@pytest.fixture
def name_server():
    """A function that serves records, and returns a resolver which asks for them."""
    sockets, threads = [], []

    def serve(records):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=respond_with, args=(server, records))
        thread.start()
        sockets.append(server)
        threads.append(thread)
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.getsockname()[1]
        return resolver

    yield serve
    for server in sockets:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", server.getsockname())
    for thread in threads:
        thread.join()


def respond_with(server, records):
    """Answer questions until an empty one comes."""
    with server:
        while True:
            data, peer = server.recvfrom(4096)
            if not data:
                return
            question = dns.message.from_wire(data)
            name = question.question[0].name.to_text()
            reply = dns.message.make_response(question)
            if name in records:
                reply.answer.append(dns.rrset.from_text(name, 60, "IN", "SRV", *records[name]))
            else:
                reply.set_rcode(dns.rcode.NXDOMAIN)
            server.sendto(reply.to_wire(), peer)


def test_encrypted_endpoints_come_first(name_server):
    resolver = name_server({PLAIN: ["0 0 2379 b.example."], SECURE: ["0 0 2379 a.example."]})

    found = srv.look_up(SrvDiscovery("example"), resolver)

    assert found.endpoints == ("https://a.example.:2379", "http://b.example.:2379")


def test_a_service_name_is_appended(name_server):
    resolver = name_server({"_etcd-client-blue._tcp.example.": ["0 0 2379 b.example."]})

    found = srv.look_up(SrvDiscovery("example", "blue"), resolver)

    assert found.endpoints == ("http://b.example.:2379",)


def test_several_come_in_the_order_of_their_priority(name_server):
    resolver = name_server({PLAIN: ["20 0 1 b.example.", "10 1 2 c.example.", "10 9 3 a.example."]})

    found = srv.look_up(SrvDiscovery("example"), resolver)

    assert [text.rpartition(":")[2] for text in found.endpoints] == ["3", "2", "1"]


def test_plain_endpoints_are_ignored_when_discovery_must_be_secure(name_server):
    resolver = name_server({PLAIN: ["0 0 2379 b.example."], SECURE: ["0 0 2379 a.example."]})

    found = srv.look_up(SrvDiscovery("example", insecure=False), resolver)

    assert found.endpoints == ("https://a.example.:2379",)
    assert found.ignored == ("http://b.example.:2379",)


def test_a_domain_without_either_is_reported_as_etcdctl_does(name_server):
    resolver = name_server({})
    asked = f"on 127.0.0.1:{resolver.port}: no such host"

    with pytest.raises(PyetcdctlError) as caught:
        srv.look_up(SrvDiscovery("example"), resolver)

    assert caught.value.message == (
        f"dns lookup errors: lookup {SECURE.rstrip('.')} {asked} "
        f"and lookup {PLAIN.rstrip('.')} {asked}"
    )
    assert caught.value.exit_code == ExitCode.ERROR


def test_a_silent_name_server_does_not_hold_us_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], silent.getsockname()[1]

        with pytest.raises(PyetcdctlError, match="i/o timeout"):
            srv.look_up(SrvDiscovery("example"), resolver, seconds=0.1)


def test_a_connection_uses_what_dns_names(name_server, etcd, read, monkeypatch):
    port = etcd.address.rpartition(":")[2]
    resolver = name_server({PLAIN: [f"0 0 {port} localhost."]})
    monkeypatch.setattr(srv, "_system_resolver", lambda: resolver)
    settings = ConnectionSettings(endpoints=("127.0.0.1:1",), srv=SrvDiscovery("example"))

    connection = Connection(settings)
    assert read(connection, b"nothing") is None
    assert connection.endpoint == f"http://localhost.:{port}"
    assert connection.endpoints == (f"http://localhost.:{port}",)

    alone = connection.for_endpoint(etcd.endpoint)
    assert read(alone, b"nothing") is None
    alone.close()
    connection.close()


def test_endpoints_are_used_when_dns_names_none_that_may_be(name_server, etcd, read, monkeypatch):
    resolver = name_server({PLAIN: ["0 0 1 b.example."]})
    monkeypatch.setattr(srv, "_system_resolver", lambda: resolver)
    domain = SrvDiscovery("example", insecure=False)

    connection = Connection(ConnectionSettings(endpoints=(etcd.endpoint,), srv=domain))

    assert read(connection, b"nothing") is None
    assert connection.ignored_endpoints == ("http://b.example.:1",)
    connection.close()


def test_an_endpoint_that_is_ignored_is_reported(name_server, etcd, monkeypatch, capfd):
    resolver = name_server({PLAIN: ["0 0 1 b.example."]})
    monkeypatch.setattr(srv, "_system_resolver", lambda: resolver)
    flags = ("--discovery-srv=example", "--insecure-discovery=false", "--endpoints", etcd.address)
    assert main(["get", "nothing", *flags], {"PYETCDCTL_DISCOVERY": "off"}) == 0
    reported = 'ignoring discovered insecure endpoint "http://b.example.:1"\n'
    assert capfd.readouterr() == ("", reported)
