"""Words of the command line become values as Go's parsers read them."""

import pytest

from pyetcdctl.cli.flags import values
from pyetcdctl.cli.flags.values import ValueRefused
from pyetcdctl.errors import BadArguments


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("42", 42),
        ("-7", -7),
        ("+7", 7),
        ("0x1f", 31),
        ("0X1F", 31),
        ("0b101", 5),
        ("0o17", 15),
        ("017", 15),
        ("1_000", 1000),
        ("0x_1f", 31),
        ("9223372036854775807", (1 << 63) - 1),
        ("-9223372036854775808", -(1 << 63)),
    ],
)
def test_a_number_is_read_in_any_base_that_go_knows(text, value):
    assert values.int64(text) == value


@pytest.mark.parametrize(
    "text", ["", "abc", "1.5", "0x", "08", "1__0", "_1", "1_", "--1", " 1", "\u0661"]
)
def test_what_is_no_number_is_refused_in_gos_words(text):
    with pytest.raises(ValueRefused) as refused:
        values.int64(text)
    assert str(refused.value) == f'strconv.ParseInt: parsing "{text}": invalid syntax'


def test_a_number_beyond_64_bits_is_out_of_range():
    with pytest.raises(ValueRefused, match='parsing "9223372036854775808": value out of range'):
        values.int64("9223372036854775808")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5s", 5),
        ("1h30m", 5400),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("5.s", 5),
        ("100ms", 0.1),
        ("2us", 2e-6),
        ("2µs", 2e-6),
        ("7ns", 7e-9),
        ("-1m", -60),
        ("0", 0),
        ("9223372036854775807ns", values.FOREVER_SECONDS),
        ("-9223372036854775808ns", -9223372036.854775808),
    ],
)
def test_a_duration_is_read_as_go_reads_it(text, seconds):
    assert values.duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5", 'time: missing unit in duration "5"'),
        ("5x", 'time: unknown unit "x" in duration "5x"'),
        ("", 'time: invalid duration ""'),
        ("abc", 'time: invalid duration "abc"'),
        ("-", 'time: invalid duration "-"'),
        ("1s2", 'time: missing unit in duration "1s2"'),
        ("9999999999h", 'time: invalid duration "9999999999h"'),
        ("9223372036854775808ns", 'time: invalid duration "9223372036854775808ns"'),
    ],
)
def test_what_is_no_duration_is_refused_in_gos_words(text, message):
    with pytest.raises(ValueRefused) as refused:
        values.duration(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a", ("a",)),
        ("a,b", ("a", "b")),
        ("", ()),
        ('"a,b",c', ("a,b", "c")),
        ("a,,b", ("a", "", "b")),
    ],
)
def test_a_list_is_one_csv_record(text, items):
    assert values.comma_separated(text) == items


def test_a_lease_id_is_hexadecimal_and_may_be_negative():
    assert values.lease_id("2431a209399e2747") == 0x2431A209399E2747
    assert values.lease_id("-1") == -1


def test_a_lease_id_with_a_prefix_is_a_bad_argument():
    with pytest.raises(BadArguments) as refused:
        values.lease_id("0x12")
    assert refused.value.message == (
        'bad lease ID (strconv.ParseInt: parsing "0x12": invalid syntax), expecting ID in Hex'
    )


def test_bytes_that_are_no_utf8_pass_unharmed():
    assert values.raw(b"\xff\xfe/k".decode("utf-8", "surrogateescape")) == b"\xff\xfe/k"


@pytest.mark.parametrize("text", ["a\x1b", "\udcff", 'a"', "é"])
def test_what_is_refused_is_quoted_as_go_quotes_it(text):
    quoted = {"a\x1b": r'"a\x1b"', "\udcff": r'"\xff"', 'a"': r'"a\""', "é": '"é"'}[text]
    with pytest.raises(ValueRefused) as refused:
        values.int64(text)
    assert str(refused.value) == f"strconv.ParseInt: parsing {quoted}: invalid syntax"


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("٣s", r'time: invalid duration "\xd9\xa3s"'),
        ("5é", r'time: unknown unit "\xc3\xa9" in duration "5\xc3\xa9"'),
        ('\udcff"', r'time: invalid duration "\xff\""'),
    ],
)
def test_a_duration_is_ascii_and_is_quoted_as_gos_time_package_does(text, reported):
    with pytest.raises(ValueRefused) as refused:
        values.duration(text)
    assert str(refused.value) == reported


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", ()),
        ("a,b", ("a", "b")),
        (",", ("", "")),
        ('"a,b",c', ("a,b", "c")),
        ('"a""b"', ('a"b',)),
        ('"",', ("", "")),
    ],
)
def test_a_list_is_a_csv_record(text, items):
    assert values.comma_separated(text) == items


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ('"a', 'column 3: extraneous or missing " in quoted-field'),
        ('"a""b', 'column 6: extraneous or missing " in quoted-field'),
        ('"a"b', 'column 3: extraneous or missing " in quoted-field'),
        ('a"b', 'column 2: bare " in non-quoted-field'),
        ('é, "b"', 'column 5: bare " in non-quoted-field'),
    ],
)
def test_a_list_that_is_no_csv_is_refused_in_gos_words(text, reported):
    with pytest.raises(ValueRefused) as refused:
        values.comma_separated(text)
    assert str(refused.value) == f"parse error on line 1, {reported}"
