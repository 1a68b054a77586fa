"""Compare with etcdctl: the same bytes on stdout, the same error, the same exit code."""

import json
from base64 import b64decode
from functools import cache

import pytest

from tests.parity.areas import areas
from tests.parity.side_by_side import PYETCDCTL, by_process, in_this_process, outcomes
from tests.server import distributed

AREAS = {area.name: area for area in areas()}


def cases(kind):
    return [
        pytest.param(area.name, number, id=f"{area.name}-{number}-{invocation}")
        for area in AREAS.values()
        for number, invocation in enumerate(getattr(area, kind))
    ]


def ours(area):
    return PYETCDCTL if area.starts_commands else in_this_process


@cache
def theirs_and_ours(name):
    etcdctl = by_process(str(distributed().beside("etcdctl")))
    area = AREAS[name]
    return tuple(outcomes(each, area.both, area.flags) for each in (etcdctl, ours(area)))


@cache
def recorded_and_ours(name):
    area = AREAS[name]
    return json.loads(area.recorded.read_text()), outcomes(ours(area), area.newer, area.flags)


@pytest.mark.parametrize(("area", "number"), cases("both"))
def test_an_invocation_does_what_etcdctl_does(area, number):
    theirs, ours = (outcomes[number] for outcomes in theirs_and_ours(area))
    assert ours.stdout == theirs.stdout, ours.stderr
    assert ours.error == theirs.error
    assert ours.exit_code == theirs.exit_code


@pytest.mark.parametrize(("area", "number"), cases("newer"))
def test_an_invocation_does_what_etcdctl_37_does(area, number):
    recorded, ours = (outcomes[number] for outcomes in recorded_and_ours(area))
    assert recorded["invocation"] == str(AREAS[area].newer[number])
    assert ours.stdout == b64decode(recorded["stdout"]), ours.stderr
    assert ours.error.replace("pyetcdctl", "etcdctl") == recorded["error"]
    assert ours.exit_code == recorded["exit_code"]
