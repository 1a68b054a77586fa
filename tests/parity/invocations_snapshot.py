"""The commands about snapshots, and what check refuses, as etcdctl takes them."""

from __future__ import annotations

from tests.parity.invocation import Invocation, lines

_TWO = (("ETCDCTL_ENDPOINTS", "127.0.0.1:1,127.0.0.1:2"),)
_NONE_THERE = (("ETCDCTL_ENDPOINTS", "127.0.0.1:1"),)


def both() -> list[Invocation]:
    """Return the invocations in which 3.5.1 and 3.7 agree."""
    return [
        *lines(_BOTH),
        *(Invocation(tuple(line.split()), env=_TWO) for line in _ON_TWO),
        Invocation(("put", "/etcdctl-check-perf/a", "b")),
        Invocation(("put", "/etcdctl-check-datascale/a", "b")),
        Invocation(("put", '/with "quotes"/a', "b")),
        *lines(_NOT_EMPTY),
        Invocation(("check", "perf", "--prefix", '/with "quotes"/')),
        Invocation(("check", "perf", "--prefix", "")),
    ]


def newer() -> list[Invocation]:
    """Return the invocations that are compared with the recorded 3.7."""
    return [
        *lines(_NEWER),
        *(Invocation(tuple(line.split()), env=_TWO) for line in _ON_TWO),
        Invocation(("snapshot", "save", "d.db", "--command-timeout=1s"), env=_NONE_THERE),
        *lines(_BOTH),
        *lines("put /etcdctl-check-perf/a b\nput /etcdctl-check-datascale/a b"),
        *lines(_NOT_EMPTY),
        *lines("del /etcdctl-check-datascale/a\ncheck datascale --auto-compact"),
        *lines("get /etcdctl-check-datascale/ --prefix --count-only -w fields"),
    ]


_BOTH = """\
snapshot save a.db
snapshot save a.db
snapshot save ./a.db
snapshot save a.db -w json
snapshot save a.db -w table
snapshot save a.db -w protobuf
snapshot save b.db -w nonsense
snapshot save b.db --command-timeout 30s
snap save c.db
snap sa c.db
snapshot save -- --odd.db
snapshot --debug=false save c.db
check perf --load bad
check perf --load S
check perf --load ''
check perf --load=xlarge
check p --load bad
check perf --load bad surplus words
check perf --load bad -w nonsense
check datascale --load bad
check datascale --load huge
check data --load bad
"""
_ON_TWO = ("snapshot save a.db", "snapshot save b.db -w json")
_NOT_EMPTY = """\
check perf
check perf --load s
check perf --load small
check perf --load m
check perf --load medium
check perf --load l
check perf --load large
check perf -w json
check perf --auto-compact --auto-defrag
check perf --prefix /etcdctl-check
check datascale
check datascale --load s
check datascale --load medium
check datascale --prefix /etcdctl-check-perf/
"""
_NEWER = """\
snapshot save
snapshot save a b
snapshot save --bogus
snapshot save a.db --endpoints
snapshot save a.db -w nonsense
check perf --bogus
check perf --load
check perf --auto-compact=maybe
check datascale --bogus
check datascale --prefix
"""
