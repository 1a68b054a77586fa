"""Records behave as frozen data classes do."""

import pytest

from pyetcdctl.records import Record


class Point(Record):
    """A place."""

    x: int
    y: int = 7


class Named(Point):
    """A place with a name."""

    name: str = ""


def test_fields_are_given_by_place_or_by_name_and_may_have_defaults():
    assert (Point(1).x, Point(1).y) == (1, 7)
    assert Point(1, y=2) == Point(1, 2)
    assert Named(1, 2, "here").name == "here"


def test_a_field_that_is_declared_again_keeps_its_place():
    class Narrow(Named):
        x: bool
        size: int

    assert Narrow(True, 2, "here", size=3) == Narrow(True, 2, "here", 3)


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), ((1, 2, 3), {}), ((1,), {"x": 2}), ((1,), {"z": 2})]
)
def test_what_does_not_fit_the_fields_is_refused(values, named):
    with pytest.raises(TypeError):
        Point(*values, **named)


def test_a_record_cannot_be_changed():
    with pytest.raises(AttributeError):
        Point(1).x = 2


def test_records_are_equal_by_class_and_values():
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(2, 1)
    assert Point(1, 2) != Named(1, 2)
    assert len({Point(1, 2), Point(1, 2)}) == 1


def test_a_record_shows_its_fields():
    assert repr(Point(1)) == "Point(x=1, y=7)"
