"""What keys go on with is found from the newest revision back, and as far as time allows."""

from itertools import pairwise

import pytest

from pyetcdctl.completion.values import MOST_CANDIDATES, file_candidates
from pyetcdctl.storage.database import Database
from pyetcdctl.storage.mvcc.branches import branches
from pyetcdctl.storage.mvcc.model import Model
from pyetcdctl.storage.mvcc.revisions import Delete
from tests.runner import run_here
from tests.storage.memory import InMemory

LONG = 300.0
PREFIXES = [b"", b"/", b"/reg", b"/registry/", b"/registry/s", b"/registry/services/specs/", b"c"]


@pytest.fixture
def model(sample_database):
    return Model(Database(InMemory(sample_database), len(sample_database), "sample"))


def expected(model, typed):
    keys = [key for key in model.newest_keys().between(b"\0", b"\0") if key.startswith(typed)]
    slashes = [key.find(b"/", max(len(typed), 1)) for key in keys]
    found = {key[: at + 1] if at >= 0 else key for key, at in zip(keys, slashes, strict=True)}
    return sorted(found)


@pytest.mark.parametrize("typed", [*PREFIXES, b"/nothing/"])
def test_all_branches_of_a_prefix_are_found(model, typed):
    found = branches(model, typed, LONG)
    assert found == (expected(model, typed), True)
    assert bool(found.found) == (typed != b"/nothing/")


@pytest.mark.parametrize("typed", PREFIXES)
def test_a_search_without_time_reports_that_it_found_only_some(model, typed):
    found = branches(model, typed, 0.0)
    assert not found.is_whole
    assert {*found.found} <= {*expected(model, typed)}
    assert found.found or typed == b"c"


def test_what_was_deleted_since_is_no_candidate(model):
    typed = b"/registry/services/specs/default/kub"
    assert branches(model, typed, LONG).found == [typed + b"ernetes"]
    model.write([Delete(typed + b"ernetes")])
    for seconds in (LONG, 0.0):
        assert branches(model, typed, seconds).found == []


def test_one_is_enough_to_know_that_there_is_any(model):
    assert len(branches(model, b"/registry/", LONG, most=1).found) >= 1
    assert branches(model, b"/other/", LONG, most=1) == ([], True)


def test_a_list_that_was_cut_short_has_nothing_in_common_beyond_what_was_typed():
    found = [b"/registry/pods/a", b"/registry/pods/b"]
    assert file_candidates(found, b"/reg", is_whole=True) == [each.decode() for each in found]
    assert file_candidates(found, b"/reg", is_whole=False)[0] == "/reg"
    assert file_candidates(found, b"/registry/pods/", is_whole=False) == [
        each.decode() for each in found
    ]
    assert file_candidates([], b"/reg", is_whole=False) == []


def test_a_long_list_shows_where_names_part():
    same = [b"k/same-%04d" % number for number in range(MOST_CANDIDATES + 100)]
    shown = file_candidates([*same, b"k/say", b"k/z/"], b"k/", is_whole=True)
    assert len(shown) < MOST_CANDIDATES + 10
    assert shown[-2:] == ["k/say", "k/z/"]
    assert all(one < other for one, other in pairwise(shown))


def test_long_keys_and_deleted_ones_and_many_branches_are_found_as_by_reading_all(
    etcd, prefix, tmp_path
):
    names = [f"{prefix}/{'n' * number * 20}/{each}" for number in range(20) for each in "abc"]
    names += [f"{prefix}/{number}/x" for number in range(30)] + [prefix, f"{prefix}/", f"{prefix}x"]
    lines = [f"put {name} a/value/with/slashes" for name in names]
    lines += [f"del {name}" for name in names[::5]] + [f"put {name} b" for name in names[::15]]
    assert run_here("batch", input="\n".join(lines).encode(), env=etcd.environment).exit_code == 0
    saved = tmp_path / "saved.db"
    assert run_here("snapshot", "save", str(saved), env=etcd.environment).exit_code == 0
    data = saved.read_bytes()[:-32]
    model = Model(Database(InMemory(data), len(data), "saved"))
    for typed in (prefix, f"{prefix}/", f"{prefix}/n", f"{prefix}/{'n' * 300}/", f"{prefix}/1"):
        found = branches(model, typed.encode(), LONG)
        assert found == (expected(model, typed.encode()), True)
        assert found.found
