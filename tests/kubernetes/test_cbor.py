"""CBOR as RFC 8949 spells it, and as far as the API server reads it."""

import pytest

from pyetcdctl.kubernetes.codec.cbor_reading import loads
from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.json_writing import json_text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("00", "0"),
        ("17", "23"),
        ("1818", "24"),
        ("1903e8", "1000"),
        ("1b7fffffffffffffff", "9223372036854775807"),
        ("20", "-1"),
        ("3b7fffffffffffffff", "-9223372036854775808"),
        ("f90000", "0"),
        ("f93e00", "1.5"),
        ("fa47c35000", "100000"),
        ("fb3ff199999999999a", "1.1"),
        ("f4", "false"),
        ("f5", "true"),
        ("f6", "null"),
        ("41c3", '"\ufffd"'),
        ("43e282ac", '"€"'),
        ("6449455446", '"IETF"'),
        ("5f42010243030405ff", '"\\u0001\\u0002\\u0003\\u0004\\u0005"'),
        ("d64401020304", '"AQIDBA=="'),
        ("d544fbff0304", '"-_8DBA"'),
        ("d7420aff", '"0AFF"'),
        ("d6824101a1416b4102", '["AQ==",{"k":"Ag=="}]'),
        ("c074323031332d30332d32315432303a30343a30305a", '"2013-03-21T20:04:00Z"'),
        ("83010203", "[1,2,3]"),
        ("9f0102ff", "[1,2]"),
        ("a2416202416101", '{"a":1,"b":2}'),
        ("bf416202416101ff", '{"a":1,"b":2}'),
        ("d9d9f7d9d9f701", "1"),
    ],
)
def test_values(written, text):
    plain, problem = loads(bytes.fromhex(written))
    assert problem is None
    assert json_text(plain) == text


@pytest.mark.parametrize(
    "written",
    ["", "18", "1c", "1bffffffffffffffff", "f97c00", "f97e00", "f0", "f800", "ff", "5f01ff", "1f"],
)
def test_a_value_without_json_is_reported(written):
    plain, problem = loads(bytes.fromhex(written))
    assert plain is None
    assert problem.startswith("not all of it is CBOR: ")


def test_a_cut_off_object_shows_what_was_read():
    value = bytes.fromhex("d9d9f7a2446b696e64414b4473706563a2416101416282014178")
    assert decode(value).object == {"kind": "K", "spec": {"a": 1, "b": [1, "x"]}}
    decoded = decode(value[:-1])
    assert decoded.object == {"kind": "K", "spec": {"a": 1, "b": [1]}}
    assert "cut off" in decoded.problem


def test_a_repeated_key_is_reported():
    assert "repeated" in loads(bytes.fromhex("a2416101416102"))[1]


def test_nesting_is_bounded():
    assert "nested deeper" in loads(b"\x81" * 100_000)[1]


def test_an_array_that_claims_to_be_huge_takes_no_memory():
    assert "cut off" in loads(bytes.fromhex("9bffffffffffffffff00"))[1]
