"""Whatever a log's bytes are, it is read to an end or refused; see tests/storage/fuzz.py."""

from tests.storage import fuzz


def test_mutated_logs_are_refused_or_read_but_never_crash_or_hang(tmp_path):
    kind = fuzz.KINDS["log"]
    assert fuzz.run(kind, kind.make(), range(60), tmp_path) < fuzz.MOST_SECONDS
