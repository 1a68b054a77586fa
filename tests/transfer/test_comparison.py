"""Which keys are new, different, the same, or in the target alone."""

import pytest

from pyetcdctl.transfer.comparison import Comparison, Deletion
from pyetcdctl.transfer.entries import TransferEntry


def entries(text, revision=0):
    """Return entries of words such as a1: key a, value 1."""
    return [TransferEntry(word[:1].encode(), word[1:].encode(), revision) for word in text.split()]


def compared(source, target, prune=True):
    def is_same(one, other):
        return one.value == other.value

    comparison = Comparison(entries(source), entries(target, 7), is_same=is_same, prune=prune)
    rows = "".join(f"{change.mark}{change.key.decode()}" for change in comparison.changes())
    return comparison, rows


@pytest.mark.parametrize(
    ("source", "target", "rows"),
    [
        ("", "", ""),
        ("a1", "", "+a"),
        ("", "a1", "-a"),
        ("a1", "a1", "=a"),
        ("a1", "a2", "~a"),
        ("b1 d1", "a1 c1 e1", "-a+b-c+d-e"),
        ("a1 b1 c1", "b2 c1 d1", "+a~b=c-d"),
    ],
)
def test_rows_are_in_key_order(source, target, rows):
    assert compared(source, target)[1] == rows


def test_nothing_is_deleted_that_is_not_to_be():
    comparison, rows = compared("b1", "a1 c1", prune=False)

    assert rows == "+b"
    assert (comparison.deletions, comparison.writes) == ([], 1)


def test_the_plan_guards_every_key_by_what_was_compared():
    comparison, _ = compared("a1 b1 c1", "b2 c1 d1")

    assert [(entry.key, guard) for entry, guard in comparison.planned(entries("a1 b1 c1"))] == [
        (b"a", 0),
        (b"b", 7),
    ]
    assert comparison.deletions == [Deletion(b"d", 7)]
    assert comparison.writes == 3
