"""The same question to every endpoint, each with the settings that it has as one of the list."""

from threading import Event

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.each import call_as_completed, call_each
from pyetcdctl.client.endpoints import parse_endpoint, wants_tls
from pyetcdctl.errors import BadArguments, CallFailed
from pyetcdctl.settings import ConnectionSettings

THREE = ("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3")


@pytest.fixture
def connection():
    return Connection(ConnectionSettings(endpoints=THREE))


def is_secure(connection):
    (endpoint,) = connection.endpoints
    return wants_tls(parse_endpoint(endpoint), connection.settings)


def test_outcomes_are_in_the_order_of_the_endpoints(connection):
    first_is_asked = Event()

    def question(own):
        if own.endpoint == THREE[0]:
            assert first_is_asked.wait(10)
        else:
            first_is_asked.set()
        return own.endpoint

    outcomes = call_each(connection, THREE, question)
    assert [outcome.response for outcome in outcomes] == list(THREE)


def test_a_caller_with_enough_responses_does_not_wait_for_the_slow(connection):
    released = Event()

    def question(own):
        if own.endpoint != THREE[2]:
            assert released.wait(10)
        return own.endpoint

    responses = call_as_completed(connection, THREE, question)
    assert next(responses).response == THREE[2]
    responses.close()
    assert not released.is_set()
    released.set()


def test_a_failure_is_its_endpoints_outcome(connection):
    def question(own):
        if own.endpoint == THREE[1]:
            raise CallFailed("no")
        return own.endpoint

    first, second, third = call_each(connection, THREE, question)
    assert (first.failure, third.failure) == (None, None)
    assert second.failure.message == "no"
    assert (second.endpoint, second.response) == (THREE[1], None)


def test_a_mistake_in_the_settings_is_raised(connection):
    def question(own):
        raise BadArguments("no such file")

    with pytest.raises(BadArguments):
        call_each(connection, THREE, question)


def test_no_prompt_appears_where_there_is_no_endpoint(connection):
    assert call_each(connection, (), lambda own: own.endpoint) == []


def test_a_bare_endpoint_behind_one_with_https_is_never_asked_in_the_clear():
    settings = ConnectionSettings(endpoints=("https://a:1", "b:2", "http://c:3"))
    connection = Connection(settings)
    alone = [connection.for_endpoint(endpoint) for endpoint in connection.endpoints]
    assert [is_secure(each) for each in alone] == [True, True, False]


def test_blanks_and_empty_items_are_no_endpoints():
    connection = Connection(ConnectionSettings(endpoints=(" a:1 ", "", " ", "b:2")))
    assert connection.endpoints == ("a:1", "b:2")


def test_a_file_is_named_only_as_the_source_of_its_own_endpoints():
    connection = Connection(ConnectionSettings(endpoints=("a:1",), found_in="/etc/etcd.yaml"))
    assert connection.for_endpoint("a:1").settings.found_in == "/etc/etcd.yaml"
    assert connection.for_endpoint("http://10.0.0.1:2379").settings.found_in == ""
