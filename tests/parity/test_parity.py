"""Compare with etcdctl: the same bytes on stdout, the same error, the same exit code."""

import json
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from tests.parity.areas import areas
from tests.parity.batch_run import batch_run
from tests.parity.side_by_side import by_process, in_this_process, outcomes
from tests.server import distributed

AREAS = {area.name: area for area in areas()}


def cases(kind):
    return [
        pytest.param(area.name, number, id=f"{area.name}-{number}-{invocation}")
        for area in AREAS.values()
        for number, invocation in enumerate(getattr(area, kind))
    ]


@cache
def theirs_and_ours(name):
    etcdctl = by_process(str(distributed().beside("etcdctl")))
    area = AREAS[name]
    with ThreadPoolExecutor(1) as beside:  # each has a server of its own
        theirs = beside.submit(outcomes, etcdctl, area.both, area.flags)
        ours = outcomes(in_this_process, area.both, area.flags)
        return theirs.result(), ours


@cache
def recorded_and_ours(name):
    area = AREAS[name]
    return json.loads(area.recorded.read_text()), outcomes(in_this_process, area.newer, area.flags)


RUNS = {"both": theirs_and_ours, "newer": recorded_and_ours}


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


@pytest.mark.parametrize(("kind", "run_alone"), RUNS.items(), ids=list(RUNS))
@pytest.mark.parametrize("area", AREAS.values(), ids=list(AREAS))
def test_a_line_of_a_batch_does_what_the_command_alone_does(area, kind, run_alone):
    _, alone = run_alone(area.name)
    invocations = getattr(area, kind)
    with batch_run() as run:
        together = outcomes(run, invocations, area.flags)
    for invocation, one, other in zip(invocations, alone, together, strict=True):
        assert (other.stdout, other.error) == (one.stdout, one.error), str(invocation)
        assert other.exit_code == one.exit_code, str(invocation)
