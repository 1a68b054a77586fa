"""Many invocations in one process: the same bytes as processes of their own, one connection."""

from __future__ import annotations

import pytest

from pyetcdctl.cli.main import invoke
from pyetcdctl.cli.session.process import Process
from pyetcdctl.cli.session.streams import Buffer, Streams
from tests.runner import run_here

LINES = [
    ("get", "/", "--prefix", "--keys-only"),
    ("get", "/registry/ranges/serviceips", "-w", "json"),
    ("tree", "/registry", "--depth", "1", "--counts"),
    ("kubernetes", "get", "nodes"),
    ("get", "-w", "nonsense", "k"),
    ("gte",),
    ("get", "--help"),
]


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_an_invocation_prints_what_a_process_prints(sample_etcd, line):
    own = run_here(*line, env=sample_etcd.environment)
    assert run_here(*line, env=sample_etcd.environment) == own


def test_a_text_on_standard_input_is_read():
    assert run_here("tree", "-", input="/a/b\n").stdout == b"/a/\n/a/b\n"


def test_invocations_share_one_connection(etcd, prefix):
    out = Buffer()
    process = Process(Streams(etcd.environment, out=out, err=Buffer()))
    for words in (("put", prefix, "v"), ("get", prefix), ("del", prefix)):
        assert invoke(words, process) == 0
    process.streams.out.flush()
    assert out.data.decode().split() == ["OK", prefix, "v", "1"]
    assert len(process._connections) == 1
    process.close()
    assert not process._connections
