"""What etcdctl does: the same bytes on stdout, the same error, the same exit code."""

import json
from base64 import b64decode

import pytest

from tests.parity.invocations import both, newer
from tests.parity.record import RECORDED
from tests.parity.side_by_side import PYETCDCTL, outcomes
from tests.server import distributed

BOTH, NEWER = both(), newer()


@pytest.fixture(scope="module")
def theirs_and_ours():
    etcdctl = [str(distributed().beside("etcdctl"))]
    return outcomes(etcdctl, BOTH), outcomes(PYETCDCTL, BOTH)


@pytest.fixture(scope="module")
def ours_like_37():
    return outcomes(PYETCDCTL, NEWER)


def names(invocations):
    return [f"{number}-{invocation}" for number, invocation in enumerate(invocations)]


@pytest.mark.parametrize("number", range(len(BOTH)), ids=names(BOTH))
def test_an_invocation_does_what_etcdctl_does(theirs_and_ours, number):
    theirs, ours = (outcomes[number] for outcomes in theirs_and_ours)
    assert ours.stdout == theirs.stdout, ours.stderr
    assert ours.error == theirs.error
    assert ours.exit_code == theirs.exit_code


@pytest.mark.parametrize("number", range(len(NEWER)), ids=names(NEWER))
def test_an_invocation_does_what_etcdctl_37_does(ours_like_37, number):
    recorded, ours = json.loads(RECORDED.read_text())[number], ours_like_37[number]
    assert recorded["invocation"] == str(NEWER[number])
    assert ours.stdout == b64decode(recorded["stdout"]), ours.stderr
    assert ours.error.replace("pyetcdctl", "etcdctl") == recorded["error"]
    assert ours.exit_code == recorded["exit_code"]
