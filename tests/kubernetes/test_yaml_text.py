"""YAML as kubectl prints it, against PyYAML's emitter (libyaml) and against its reader."""

import random
import re

import pytest
import yaml

from pyetcdctl.kubernetes.codec import yaml_reading
from pyetcdctl.kubernetes.codec.natural_order import natural_order
from pyetcdctl.kubernetes.codec.yaml_scalars import is_no_string
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.objects import Literal

PIECES = [
    *("a", "b", "Z", "0", "1", "9", " ", "  ", "-", ":", "#", "'", '"', "\n", "\n\n", ", ", "{"),
    *("[", "é", "한", "😀", "\u2028", "\t", "%", "@", "y", "no", "true", "1e3", "0x1f", "~", "."),
    *("2001-01-01", "null", "word ", "some words in a row ", "?", "&x", "*", "|", ">", "<<", "\\"),
    *("\x07", "\x7f", "\x85", "\r", "---", "...", "=", "!"),
]


class LibYaml(yaml.CSafeDumper):
    """libyaml, configured to quote the same strings as kubectl's encoder."""

    yaml_implicit_resolvers = {}  # noqa: RUF012

    def ignore_aliases(self, data):
        return True


def represent_string(dumper, text):
    style = "|" if "\n" in text else '"' if is_no_string(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def represent_dict(dumper, entries):
    pairs = [
        (dumper.represent_data(key), dumper.represent_data(entries[key]))
        for key in natural_order(entries)
    ]
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=False)


LibYaml.add_representer(str, represent_string)
LibYaml.add_representer(dict, represent_dict)
LibYaml.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("-?[0-9]+$"), None)
LibYaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), None)
LibYaml.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("null$"), None)


def random_text(dice):
    text = "".join(dice.choice(PIECES) for _ in range(dice.choice((0, 1, 1, 2, 3, 5, 8, 20, 60))))
    # Behind such an end libyaml begins a new line before the closing quote; kubectl's does not.
    return text.rstrip("\u2028")


def random_value(dice, depth=0):
    kind = dice.random()
    if depth < 5 and kind < 0.25:
        keys = (
            random_text(dice) if dice.random() < 0.5 else f"k{dice.randrange(30)}" for _ in "abcd"
        )
        return {key: random_value(dice, depth + 1) for key in list(keys)[: dice.randrange(5)]}
    if depth < 5 and kind < 0.4:
        return [random_value(dice, depth + 1) for _ in range(dice.randrange(4))]
    scalars = (None, True, False, dice.randrange(-99, 9999))
    return dice.choice(scalars) if dice.random() < 0.4 else random_text(dice)


@pytest.mark.parametrize("seed", range(8))
def test_random_structures_are_as_libyaml_writes_them(seed):
    dice = random.Random(seed)
    for _ in range(150):
        obj = {"k": random_value(dice), "z": random_value(dice, 1)}
        expected = yaml.dump(
            obj, Dumper=LibYaml, allow_unicode=True, width=80, default_flow_style=False
        )
        # A document that ends in a block is closed by libyaml, not by kubectl.
        assert yaml_text(obj) == re.sub(r"(?m)^\.\.\.\n\Z", "", expected)


@pytest.mark.parametrize("seed", range(8))
def test_random_structures_are_read_back(seed):
    dice = random.Random(1000 + seed)
    for _ in range(150):
        obj = {"k": random_value(dice), "z": random_value(dice, 1)}
        assert yaml_reading.parse(yaml_text(obj)) == obj


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("", '""'),
        ("y", '"y"'),
        ("No", '"No"'),
        ("nO", "nO"),
        ("~", '"~"'),
        ("null", '"null"'),
        ("123", '"123"'),
        ("0x1F", '"0x1F"'),
        ("0o17", '"0o17"'),
        ("0b2", "0b2"),
        ("1_000", '"1_000"'),
        ("1e3", '"1e3"'),
        ("1e999", "1e999"),
        (".5", '".5"'),
        (".inf", '".inf"'),
        (".", "."),
        ("1:30", '"1:30"'),
        ("1:99", "1:99"),
        ("2001-01-01", '"2001-01-01"'),
        ("2001-02-29", "2001-02-29"),
        ("2001-1-1T1:2:3Z", '"2001-1-1T1:2:3Z"'),
        ("2001-01-01 10:00:00.5", '"2001-01-01 10:00:00.5"'),
        ("-", "'-'"),
        ("-a", "-a"),
        ("- a", "'- a'"),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("a:", "'a:'"),
        ("a #b", "'a #b'"),
        ("a#b", "a#b"),
        (" a", "' a'"),
        ("a ", "'a '"),
        ("it's", "it's"),
        ("'it's", "'''it''s'"),
        ("@x", "'@x'"),
        ("---x", "'---x'"),
        ("<<", "<<"),
        ("a\tb", '"a\\tb"'),
        ("\0", '"\\0"'),
        ("\x7f", '"\\x7F"'),
        ("한국", "한국"),
        ("한국😀", '"한국\\U0001F600"'),
        ("a\u2028b", "'a\u2028  b'"),
        ("\ufeffa b", '"\\uFEFF\\x61\\x20\\x62"'),
    ],
)
def test_strings(text, written):
    assert yaml_text({"k": text}) == f"k: {written}\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb", "|-\n  a\n  b\n"),
        ("a\nb\n", "|\n  a\n  b\n"),
        ("a\n\n", "|+\n  a\n\n"),
        ("\n", "|2+\n\n"),
        (" a\nb", "|2-\n   a\n  b\n"),
        ("a\n\nb", "|-\n  a\n\n  b\n"),
        ("a \nb", '"a \\nb"\n'),
        ("a\nb ", '"a\\nb "\n'),
        ("a\tb\nc", '"a\\tb\\nc"\n'),
    ],
)
def test_blocks(text, written):
    assert yaml_text({"k": text, "l": 1}) == f"k: {written}l: 1\n"


def test_long_lines_are_folded():
    words = "word " * 20 + "end"
    assert yaml_text({"k": words}) == f"k: {'word ' * 15}word\n  {'word ' * 4}end\n"
    assert yaml_text({"k": [words]}) == f"k:\n- {'word ' * 15}word\n  {'word ' * 4}end\n"


@pytest.mark.parametrize(("size", "mark"), [(77, " "), (78, "\n  ")])
def test_a_space_in_column_80_stays_and_the_next_one_breaks(size, mark):
    word = "w" * size
    assert yaml_text({"k": f"{word} x"}) == f"k: {word}{mark}x\n"


@pytest.mark.parametrize(("size", "mark"), [(76, " "), (77, "\n  ")])
def test_quoted_strings_are_folded_one_earlier(size, mark):
    word = "w" * size
    assert yaml_text({"k": f"{word} :"}) == f"k: '{word}{mark}:'\n"
    assert yaml_text({"k": f"{word} \0"}) == f'k: "{word}{mark}\\0"\n'


def test_letters_come_after_everything_else():
    assert natural_order(["a", "~", "A", "_", "é"]) == ["_", "~", "A", "a", "é"]


def test_lists_are_not_indented_and_lists_in_lists_share_lines():
    obj = {"a": [{"b": [1, {"c": None}]}, [[], {}], [["x"], "y"]]}
    assert yaml_text(obj) == ('a:\n- b:\n  - 1\n  - c: null\n- - []\n  - {}\n- - - x\n  - "y"\n')


def test_long_keys_and_keys_with_newlines_have_lines_of_their_own():
    long = "k" * 129
    obj = {long: {"a": 1}, "n\nl": [1]}
    assert yaml_text(obj) == f"? {long}\n: a: 1\n? |-\n  n\n  l\n: - 1\n"
    assert yaml_text({"k" * 128: 1}) == f"{'k' * 128}: 1\n"
    assert yaml_text({"": 1, "y": 2, "a: b": 3}) == '"": 1\n\'a: b\': 3\n"y": 2\n'


def test_keys_are_in_natural_order():
    keys = ["a10", "a2", "a-b", "ab", "A", "$ref", "a01", "a1", "x.1.b", "x.1.10", "x.1.9"]
    assert natural_order(keys) == [
        *("$ref", "A", "a-b", "a1", "a01", "a2", "a10", "ab", "x.1.9", "x.1.10", "x.1.b")
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1.50", "1.5"),
        ("1E3", "1000"),
        ("1e-9", "1e-09"),
        ("1000000.0", "1e+06"),
        ("123456.7", "123456.7"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("-0.0", "-0"),
        ("1e21", "1e+21"),
        ("1e999", "1e999"),
        ('{"b":[1.50],"a":"y"}', '\n  a: "y"\n  b:\n  - 1.5'),
        ("null", "null"),
        ("[]", "[]"),
    ],
)
def test_literals(text, written):
    assert yaml_text({"k": Literal(text)}) == f"k: {written}\n".replace(": \n", ":\n")


def test_integers_beyond_64_bits_are_floats():
    assert yaml_text({"k": [2**64 - 1, 2**64, -(2**63) - 1]}) == (
        "k:\n- 18446744073709551615\n- 1.8446744073709552e+19\n- -9.223372036854775808e+18\n"
    ).replace("-9.223372036854775808e+18", "-9.223372036854776e+18")
