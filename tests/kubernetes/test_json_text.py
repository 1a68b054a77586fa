"""JSON as the API machinery writes it."""

import json

import pytest

from pyetcdctl.kubernetes.codec.json_writing import PLACE, json_text
from pyetcdctl.kubernetes.objects import Literal, number


def test_html_and_line_separators_are_escaped():
    text = '<a href="x">&\u2028\u2029'
    assert json_text([text]) == '["\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\u2029"]'


def test_control_characters_have_gos_escapes():
    assert json_text("\0\b\f\n\r\t\x1f\x7fé😀") == '"\\u0000\\b\\f\\n\\r\\t\\u001f\x7fé😀"'


def test_literals_are_kept():
    obj = {"a": Literal("1.50"), "b": [Literal('{"x":"<"}'), Literal("1E3")], "c": "d"}
    assert json_text(obj) == '{"a":1.50,"b":[{"x":"\\u003c"},1E3],"c":"d"}'
    assert json_text(Literal("1.0")) == "1.0"


def test_a_string_like_the_place_of_a_literal_stays_itself():
    obj = {PLACE: PLACE, "a": Literal("1.50"), "b": [PLACE, None, True]}
    written = json_text(obj)
    assert json.loads(written) == {PLACE: PLACE, "a": 1.5, "b": [PLACE, None, True]}
    assert '"a":1.50,' in written


def test_what_is_not_plain_is_refused():
    with pytest.raises(TypeError):
        json_text({"a": b"bytes"})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (0.5, "0.5"),
        (-0.0, "-0"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.25e-9, "1.25e-9"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (123456789.125, "123456789.125"),
        (-2.5e-5, "-0.000025"),
    ],
)
def test_floats_are_written_as_go_writes_them(value, text):
    assert number(value) == Literal(text)
