"""What is printable is what Go's tables of Unicode 15.0 say, whatever Python runs us."""

import sys
import unicodedata

import pytest

from pyetcdctl.output.printable import is_printable
from pyetcdctl.output.quoting import go_quoted

COUNTED_BY_GO = 148_998
CHARACTERS = list(map(chr, range(sys.maxunicode + 1)))


def test_as_many_characters_are_printable_as_in_go():
    assert sum(map(is_printable, CHARACTERS)) == COUNTED_BY_GO


def test_python_agrees_on_the_characters_that_both_know():
    ours = set(filter(is_printable, CHARACTERS))
    pythons = set(filter(str.isprintable, CHARACTERS))
    assert ours <= pythons or pythons <= ours
    unknown = {each for each in ours ^ pythons if unicodedata.category(each) == "Cn"}
    assert ours - pythons == unknown


@pytest.mark.parametrize(
    ("character", "quoted"),
    [
        ("\U0001fae8", '"\U0001fae8"'),  # new in Unicode 15.0
        ("\U0001fae9", '"\\U0001fae9"'),  # new in Unicode 16.0
        ("\u2ffc", '"\\u2ffc"'),  # new in Unicode 15.1
        ("\u00a0", '"\\u00a0"'),
        ("\u00e9", '"\u00e9"'),
        ("\x7f", '"\\x7f"'),
        (" ", '" "'),
    ],
)
def test_a_character_is_quoted_as_go_quotes_it(character, quoted):
    assert go_quoted(character.encode()) == quoted
