"""Endpoints as users write them."""

import pytest

from pyetcdctl.client.endpoints import parse_endpoint, parse_endpoints, split_port, wants_tls
from pyetcdctl.errors import ConnectionFailed, DeadlineExceeded, ExitCode
from pyetcdctl.settings import ConnectionSettings, TlsFiles


@pytest.mark.parametrize(
    ("text", "target", "authority", "secure"),
    [
        ("10.0.0.4:2379", "dns:///10.0.0.4:2379", "10.0.0.4:2379", None),
        ("http://node-1:2379", "dns:///node-1:2379", "node-1:2379", False),
        ("https://node-1:2379/v3/", "dns:///node-1:2379", "node-1:2379", True),
        ("[::1]:2379", "dns:///[::1]:2379", "[::1]:2379", None),
        ("https://[fd00::4]:2379", "dns:///[fd00::4]:2379", "[fd00::4]:2379", True),
        ("::1:2379", "dns:///[::1]:2379", "[::1]:2379", None),
        ("[0:0:0:0:0:0:0:1]:2379", "dns:///[::1]:2379", "[::1]:2379", None),
        ("https://[FD00:0::04]:2379", "dns:///[fd00::4]:2379", "[fd00::4]:2379", True),
        ("[fe80::1%eth0]:2379", "dns:///[fe80::1%eth0]:2379", "[fe80::1%eth0]:2379", None),
        ("HTTPS://node-1:2379", "dns:///node-1:2379", "node-1:2379", True),
        ("Unix:localhost:20000", "unix:localhost:20000", "localhost:20000", None),
        ("unix:localhost:20000", "unix:localhost:20000", "localhost:20000", None),
        ("unix://localhost:20000", "unix:localhost:20000", "localhost:20000", None),
        ("unix:///run/etcd.sock", "unix:/run/etcd.sock", "etcd.sock", None),
        ("unixs:///run/localhost:1", "unix:/run/localhost:1", "localhost:1", True),
    ],
)
def test_an_endpoint_is_read(text, target, authority, secure):
    endpoint = parse_endpoint(text)

    assert endpoint[1:4] == (target, authority, secure)
    assert endpoint.text == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("node-1", "no port"),
        ("http://node-1", "no port"),
        ("node-1:", "no port"),
        (":2379", "no host"),
        ("node-1:etcd", "'etcd' is not a port"),
        ("node-1:65536", "'65536' is not a port"),
        ("node-1:²", "is not a port"),
        ("ftp://node-1:2379", "'ftp' is not a way"),
        ("no de:2379", "'no de' is not a host"),
        ("root@node-1:2379", "'root@node-1' is not a host"),
        ("unix://", "names no socket"),
        ("unix:///" + "s" * 107, "at most 107 bytes"),
        ("node\udcff:2379", r"'node\xff:2379' cannot be used: it is not UTF-8"),
        ("unix:///\udcff", "not UTF-8"),
    ],
)
def test_an_endpoint_that_cannot_work_says_why(text, reason):
    with pytest.raises(DeadlineExceeded, match="context deadline exceeded") as caught:
        parse_endpoint(text)

    assert reason in caught.value.advice[0]
    assert caught.value.exit_code == ExitCode.ERROR


def test_a_user_in_a_url_is_not_used_and_a_password_not_shown():
    endpoint = parse_endpoint("https://root:secret@node-1:2379/")

    assert (endpoint.text, endpoint.host) == ("https://node-1:2379/", "node-1")


@pytest.mark.parametrize("texts", [(), ("",), ("  ", "")])
def test_no_endpoint_at_all_is_a_bad_connection(texts):
    with pytest.raises(ConnectionFailed, match="etcdclient: no available endpoints"):
        parse_endpoints(texts)


def test_blanks_around_endpoints_do_not_count():
    assert [endpoint.text for endpoint in parse_endpoints((" a:1 ", "b:2"))] == ["a:1", "b:2"]


@pytest.mark.parametrize(
    ("address", "parts"),
    [("a:1", ("a", "1")), ("a", ("a", "")), ("[::1]:1", ("::1", "1")), ("[::1]", ("::1", ""))],
)
def test_host_and_port_are_split(address, parts):
    assert split_port(address) == parts


@pytest.mark.parametrize(
    ("text", "settings", "secure"),
    [
        ("http://a:1", {"tls": TlsFiles(ca="ca.crt")}, False),
        ("https://a:1", {}, True),
        ("a:1", {}, False),
        ("a:1", {"tls": TlsFiles(ca="ca.crt")}, True),
        ("a:1", {"insecure_transport": False}, True),
        ("a:1", {"insecure_skip_tls_verify": True}, True),
        ("a:1", {"endpoints": ("https://b:1", "a:1")}, True),
        ("unix:a", {}, False),
        ("unix:a", {"tls": TlsFiles(ca="ca.crt")}, True),
        ("unixs:a", {}, True),
    ],
)
def test_who_decides_about_tls(text, settings, secure):
    assert wants_tls(parse_endpoint(text), ConnectionSettings(**settings)) is secure
