"""What is counted in bounded memory is right within the error that is stated."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from pyetcdctl.traffic.sketches import (
    KEYS_ERROR,
    MOST_EXACT,
    OF_A_GROUP,
    OF_ALL,
    Count,
    DistinctKeys,
    HeavyGroups,
)

STREAMS = {
    "a few that are written often": lambda chosen: chosen.paretovariate(0.8),
    "each once": lambda chosen: chosen.random(),
    "all alike": lambda chosen: chosen.randrange(150),
}


@pytest.mark.parametrize("stream", STREAMS)
def test_a_groups_writes_are_within_what_is_stated(stream):
    chosen, capacity = random.Random(stream), 50
    truth: Counter[str] = Counter()
    groups = HeavyGroups(capacity)
    for _ in range(10_000):
        name = str(STREAMS[stream](chosen))[:6]
        truth[name] += 1
        count = groups.get(name) or groups.new(name)
        count.writes += 1
        assert len(groups) <= 2 * capacity
    found = dict(groups.items())
    for name, writes in truth.items():
        count = found.get(name) or Count(groups.missed)
        assert count.writes <= writes <= count.writes + count.missed
    assert groups.missed <= 10_000 / capacity
    heavy = [name for name, writes in truth.items() if writes > groups.missed]
    assert set(heavy) <= set(found)


def test_counts_of_several_times_add_up_within_what_is_stated():
    chosen, truth, whole = random.Random(1), Counter(), HeavyGroups(20)
    for _ in range(5):
        part = HeavyGroups(20)
        for _ in range(2_000):
            name = str(int(chosen.paretovariate(0.7)))
            truth[name] += 1
            (part.get(name) or part.new(name)).writes += 1
        whole.update(part)
    found = dict(whole.items())
    assert len(found) <= 40
    for name, writes in truth.items():
        count = found.get(name) or Count(whole.missed)
        assert count.writes <= writes <= count.writes + count.missed


def hashes(count, start=0):
    return [random.Random(start + number).getrandbits(64) - 2**63 for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, MOST_EXACT])
def test_few_keys_are_counted_exactly(count):
    keys = DistinctKeys()
    for each in hashes(count) * 2:
        keys.add(each)
    assert keys.is_exact
    assert keys.count() == count


@pytest.mark.parametrize("bits", [OF_A_GROUP, OF_ALL])
@pytest.mark.parametrize("count", [MOST_EXACT + 1, 1_000, 3_000, 12_000])
def test_many_keys_are_estimated_within_four_standard_errors(count, bits):
    keys, others = DistinctKeys(bits), DistinctKeys(bits)
    limit = 4 * 1.04 / (1 << bits) ** 0.5 * count
    assert bits > OF_A_GROUP or limit == 4 * KEYS_ERROR * count
    for each in hashes(count):
        keys.add(each)
    for each in hashes(count // 2, start=count // 2):
        others.add(each)
    assert not keys.is_exact
    alone = keys.count()
    assert abs(alone - count) <= limit
    keys.update(others)
    assert abs(keys.count() - count) <= limit
    others.update(keys)
    assert others.count() == keys.count()
