"""Flags win over the environment, the environment over discovery, that over defaults."""

import pytest

from pyetcdctl.cli.session.configuration import configuration, connection_settings
from pyetcdctl.errors import BadArguments, ConnectionFailed
from pyetcdctl.settings import Credentials

OFF = {"PYETCDCTL_DISCOVERY": "off"}


def settings(flags=(), environment=(), password="asked"):
    environment = {**OFF, **dict(environment)}
    found = configuration(dict(flags), environment)
    return connection_settings(found, environment, lambda: password)


def test_without_anything_given_the_defaults_are_etcdctls():
    plain = settings()
    assert plain.endpoints == ("127.0.0.1:2379",)
    assert (plain.dial_timeout, plain.command_timeout) == (2.0, 5.0)
    assert plain.insecure_transport
    assert not plain.tls


def test_a_variable_stands_for_its_flag():
    given = settings(environment={"ETCDCTL_ENDPOINTS": "a:1,b:2", "ETCDCTL_COMMAND_TIMEOUT": "1s"})
    assert given.endpoints == ("a:1", "b:2")
    assert given.command_timeout == 1.0


def test_a_flag_wins_over_its_variable_without_a_word():
    environment = {"ETCDCTL_ENDPOINTS": "a:1"}
    found = configuration({"endpoints": ("b:2",)}, environment)
    assert found.values["endpoints"] == ("b:2",)
    assert found.warnings == ()


def test_the_api_variable_of_old_recipes_is_taken_in_silence():
    assert configuration({}, {"ETCDCTL_API": "3"}).warnings == ()


def test_an_unknown_variable_is_named_but_its_value_is_not():
    found = configuration({}, {"ETCDCTL_PASSWROD": "secret"})
    assert found.warnings == ("unrecognized environment variable ETCDCTL_PASSWROD",)


def test_a_variable_that_does_not_parse_is_ignored_with_a_warning():
    found = configuration({}, {"ETCDCTL_DIAL_TIMEOUT": "abc"})
    assert found.values["dial-timeout"] == 2.0
    assert found.warnings == ('ignoring ETCDCTL_DIAL_TIMEOUT: time: invalid duration "abc"',)


@pytest.mark.parametrize(
    ("flags", "credentials"),
    [
        ({"user": "u:p"}, Credentials("u", "p")),
        ({"user": "u:p:q"}, Credentials("u", "p:q")),
        ({"user": "u:p", "password": "q"}, Credentials("u:p", "q")),
        ({"user": "u"}, Credentials("u", "asked")),
        ({"user": "u:"}, Credentials("u", "")),
        ({"password": "p"}, Credentials()),
        ({"auth-jwt-token": "t", "user": "u:p"}, Credentials(token="t")),
    ],
)
def test_credentials_are_read_as_etcdctl_reads_them(flags, credentials):
    assert settings(flags).credentials == credentials


def test_a_password_never_shows_in_a_representation():
    assert "secret" not in repr(settings({"user": "u:secret"}))


@pytest.mark.parametrize("name", ["cacert", "cert", "key"])
def test_an_empty_certificate_option_is_a_bad_argument(name):
    with pytest.raises(BadArguments) as refused:
        settings({name: ""})
    assert refused.value.message == f"empty string is passed to --{name} option"


@pytest.mark.parametrize(("send", "receive"), [(101, 100), (1, 0), (-5, 1), (100, 100)])
def test_more_may_not_be_sent_than_received(send, receive):
    flags = {"max-request-bytes": send, "max-recv-bytes": receive}
    if 0 < receive < send:
        with pytest.raises(ConnectionFailed) as refused:
            settings(flags)
        assert refused.value.message == (
            "gRPC message recv limit (100 bytes) must be greater than send limit (101 bytes)"
        )
    else:
        assert settings(flags).max_request_bytes == send
