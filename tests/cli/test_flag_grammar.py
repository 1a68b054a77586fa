"""The command line is read as pflag and cobra read it."""

import pytest

from pyetcdctl.cli.flags.grammar import Flag, FlagSet, find_command_word, parse_line
from pyetcdctl.cli.flags.values import comma_separated, int64
from pyetcdctl.errors import FlagError

FLAGS = FlagSet(
    [
        Flag("write-out", "w", str),
        Flag("limit", "", int64),
        Flag("prefix", "", str, is_boolean=True),
        Flag("interactive", "i", str, is_boolean=True),
        Flag("endpoints", "", comma_separated, appends=True),
    ]
)


@pytest.mark.parametrize(
    ("line", "values", "words"),
    [
        ("get k", {}, ["get", "k"]),
        ("--write-out json k", {"write-out": "json"}, ["k"]),
        ("--write-out=json k", {"write-out": "json"}, ["k"]),
        ("-w json k", {"write-out": "json"}, ["k"]),
        ("-wjson k", {"write-out": "json"}, ["k"]),
        ("-w=json k", {"write-out": "json"}, ["k"]),
        ("-iw json", {"interactive": True, "write-out": "json"}, []),
        ("k --prefix false", {"prefix": True}, ["k", "false"]),
        ("k --prefix=false", {"prefix": False}, ["k"]),
        ("-w json -w fields", {"write-out": "fields"}, []),
        ("--limit 0x10", {"limit": 16}, []),
        ("--limit -1", {"limit": -1}, []),
        ("--endpoints a,b --endpoints=c", {"endpoints": ("a", "b", "c")}, []),
        ("a - b", {}, ["a", "-", "b"]),
        ("a --prefix b", {"prefix": True}, ["a", "b"]),
    ],
)
def test_flags_stand_anywhere_and_in_every_spelling(line, values, words):
    parsed = parse_line(line.split(" "), FLAGS)
    assert (parsed.values, parsed.words) == (values, words)


def test_two_dashes_end_the_flags_and_are_remembered():
    parsed = parse_line(["k", "--", "echo", "--prefix", "--"], FLAGS)
    assert parsed.words == ["k", "echo", "--prefix", "--"]
    assert parsed.words_before_dashes == 1
    assert not parsed.values


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--bogus", "unknown flag: --bogus"),
        ("--pre", "unknown flag: --pre"),
        ("-v", "unknown shorthand flag: 'v' in -v"),
        ("-iv", "unknown shorthand flag: 'v' in -v"),
        ("--limit", "flag needs an argument: --limit"),
        ("-w", "flag needs an argument: 'w' in -w"),
        ("---limit", "bad flag syntax: ---limit"),
        ("--=x", "bad flag syntax: --=x"),
        (
            "--limit abc",
            'invalid argument "abc" for "--limit" flag: '
            'strconv.ParseInt: parsing "abc": invalid syntax',
        ),
        (
            "-i=maybe",
            'invalid argument "maybe" for "-i, --interactive" flag: '
            'strconv.ParseBool: parsing "maybe": invalid syntax',
        ),
    ],
)
def test_a_bad_flag_is_refused_in_pflags_words(line, message):
    with pytest.raises(FlagError) as refused:
        parse_line(line.split(" "), FLAGS)
    assert refused.value.message == message


@pytest.mark.parametrize("mistyped", ["--perfix", "--pre"])
def test_a_mistyped_flag_gets_a_suggestion(mistyped):
    with pytest.raises(FlagError) as refused:
        parse_line([mistyped], FLAGS)
    assert refused.value.advice == ("Did you mean --prefix?",)


@pytest.mark.parametrize(
    ("line", "index"),
    [
        ("get k", 0),
        ("-w json get k", 2),
        ("-wjson get k", 1),
        ("--prefix get k", 1),
        ("--consistency s get k", 2),
        ("--consistency=s get k", 1),
        ("--limit 1 -i get", 3),
        ("- get k", 1),
        (" -w json get", 3),
    ],
)
def test_a_commands_name_is_found_behind_flags_known_and_unknown(line, index):
    assert find_command_word(line.split(" "), FLAGS) == index


@pytest.mark.parametrize("line", ["", "-", "--prefix", "-- get", "--unknown value"])
def test_a_line_may_have_no_command(line):
    assert find_command_word(line.split(), FLAGS) is None
