"""member, endpoint, alarm, defrag, move-leader and downgrade."""

from __future__ import annotations

from tests.parity.invocation import Invocation, lines

# The member's id begins with zeros, so that it is listed before every member that is added.
FLAGS = ("--initial-cluster-token=cluster-206796", "--quota-backend-bytes=65536")
RAISES_AN_ALARM = Invocation(("put", "big"), b"x" * 60000)


def both() -> list[Invocation]:
    """Return the invocations in which 3.5.1 and 3.7 agree."""
    return [
        *lines(_WRONG_WORDS),
        *lines(_MEMBERS),
        *lines(_ENDPOINTS),
        *_at("127.0.0.1:1", "endpoint health"),
        *_at("127.0.0.1:1", "endpoint hashkv"),
        *_at("127.0.0.1:1,{address}", "endpoint hashkv -w json"),
        *_at("127.0.0.1:1,{address}", "endpoint status -w json"),
        *_at("127.0.0.1:1", "endpoint status --cluster"),
        RAISES_AN_ALARM,
        *lines(_ALARMS),
    ]


def newer() -> list[Invocation]:
    """Return the invocations that are compared with the recorded 3.7."""
    return [
        *lines(_NEWER),
        *_at("127.0.0.1:1", "endpoint status -w json"),
        *_at("127.0.0.1:1", "endpoint status -w table"),
        *_at("127.0.0.1:1", "endpoint status -w protobuf"),
        *_at("127.0.0.1:1", "endpoint hashkv -w json"),
        *_at("127.0.0.1:1", "endpoint hashkv -w table"),
        *_at("127.0.0.1:1", "defrag"),
        *_at("127.0.0.1:1,{address}", "endpoint status"),
        *_at("127.0.0.1:1,{address}", "defrag"),
        *_at("127.0.0.1:1", "move-leader 1"),
        RAISES_AN_ALARM,
        *lines(_NEWER_ALARMS),
        RAISES_AN_ALARM,
        *lines("alarm disarm -w fields"),
    ]


def _at(endpoints: str, words: str) -> list[Invocation]:
    """Return an invocation for endpoints of which some are dead."""
    args = (*words.split(), "--command-timeout", "300ms")
    return [Invocation(args, env=(("ETCDCTL_ENDPOINTS", endpoints),))]


_WRONG_WORDS = """
member add
member add --peer-urls http://127.0.0.1:9
member add n1
member add n1 http://127.0.0.1:9
member add n1 HTTPS://127.0.0.1:9 more
member add n1 n2 --peer-urls http://127.0.0.1:9
member add n1 --peer-urls bad
member add n1 --peer-urls http://127.0.0.1
member add n1 --peer-urls http://127.0.0.1:9/path
member add n1 --peer-urls 127.0.0.1:9
member add n1 --peer-urls http://127.0.0.1:9,bad
member add n1 --peer-urls http://127.0.0.1:port
member add n1 --peer-urls http://[::1
member add n1 --peer-urls http://[::1]
member add n1 --peer-urls :9
member add n1 --peer-urls ftp://127.0.0.1:9
member add n1 --peer-urls bad -w nonsense
member remove
member remove 1 2
member remove zz
member remove ''
member remove 0x1
member remove 1ffffffffffffffff
member remove 1
member update
member update zz
member update 1
member update 1 --peer-urls bad
member update 1 --peer-urls http://127.0.0.1:9
member update zz --peer-urls bad
member promote
member promote zz
member promote 1
member promote 1 2
member add n1 --peer-urls http://127.0.0.1:2380
alarm list surplus
alarm disarm surplus
move-leader
move-leader 1 2
move-leader zz
endpoint health -w nonsense
defrag -w nonsense
"""

_MEMBERS = """
member list
member list -w json
member list -w protobuf
member list surplus words
mem l
-w json member list
member -w json list
member --write-out=json list
member promote 377ac2f881b2
member update 377ac2f881b2 --peer-urls http://127.0.0.1:2380
member update 377ac2f881b2 --peer-urls http://127.0.0.1:2380 -w json
member update 377ac2f881b2 --peer-urls http://127.0.0.1:2380 -w protobuf
member update 377ac2f881b2 --peer-urls http://127.0.0.1:2380 -w fields
member update 377ac2f881b2 --peer-urls http://127.0.0.1:2380 -w table
alarm list
alarm list -w json
alarm list -w protobuf
alarm list -w table
alarm disarm
alarm disarm -w json
alarm disarm -w protobuf
"""

_ENDPOINTS = """
endpoint health
endpoint health -w json
endpoint health -w fields
endpoint health -w protobuf
endpoint health --cluster
endpoint --cluster health -w json
endpoint health surplus
endpoint status -w json
endpoint status -w protobuf
endpoint status --cluster -w json
endpoint hashkv -w json
endpoint hashkv -w protobuf
endpoint hashkv --rev 1 -w json
endpoint hashkv --cluster -w json
endp hashk -w json
"""

_ALARMS = """
put small value
alarm list -w json
alarm list -w protobuf
endpoint health
endpoint health -w json
endpoint health -w fields
endpoint status -w json
alarm disarm -w json
alarm disarm
alarm list
endpoint health
"""

_NEWER_ALARMS = """
alarm list
alarm list -w fields
alarm list -w fields --hex
alarm list -w table
endpoint status
endpoint status -w table
endpoint status -w fields
alarm disarm
"""

_NEWER = """
endpoint status
endpoint status -w table
endpoint status -w fields
endpoint status -w fields --hex
endpoint status --cluster
endpoint health -w fields
endpoint hashkv
endpoint hashkv -w table
endpoint hashkv -w fields
endpoint hashkv -w fields --hex
endpoint hashkv --rev 9 -w json
defrag
defrag --cluster
defrag surplus
member list -w table
member list -w fields
member list -w fields --hex
member list -w json --hex
member list --hex
member list --consistency s
member list --consistency l -w json
member list --consistency x
member add n2 --peer-urls http://127.0.0.1:9,http://127.0.0.1:10 --learner
member list
member list -w json --hex
member add n3 --peer-urls http://127.0.0.1:11 --learner
member promote {new}
member promote {new} -w json
member update {new} --peer-urls http://127.0.0.1:12
member update {new} --peer-urls http://127.0.0.1:13 -w json --hex
member update {new} --peer-urls http://127.0.0.1:2380
member list -w json
member remove {new}
member remove {new}
member remove {new} -w json --hex
member add n4 --peer-urls http://127.0.0.1:14 --learner -w json
member list -w fields
member remove {new} -w json
member add n5 --peer-urls http://127.0.0.1:15 --learner -w json --hex
member remove {new} -w json --hex
member add n6 --peer-urls unix://n6 --learner
alarm list -w fields
alarm list -w fields --hex
alarm disarm -w fields
move-leader 377ac2f881b2
move-leader 377ac2f881b2 -w json
move-leader 377ac2f881b2 -w protobuf
move-leader 377ac2f881b2 -w table
move-leader 1
downgrade validate
downgrade enable
downgrade validate 1 2
downgrade enable 1 2
downgrade validate ''
downgrade enable ''
downgrade validate bad
downgrade validate 3.5.0
downgrade validate 3.3
downgrade validate 3.4
downgrade validate 3.4.0 -w json
downgrade validate 3.4.0 -w table
downgrade enable 3.5
downgrade cancel
downgrade cancel surplus -w json
member add --bogus
member list --consistency
endpoint hashkv --rev many
member add n8 --learner --peer-urls http://%zz:1
member add n8 --learner --peer-urls http://h%41:1
member add n8 --learner --peer-urls http://[fe80::1%eth0]:1
member add n8 --learner --peer-urls http://[h]:1
member add n8 --learner --peer-urls http://[127.0.0.1]:1
member add n8 --learner --peer-urls http://h[:1
member add n8 --learner --peer-urls http://h:1:2
member add n8 --learner --peer-urls http://u%zz@h:1
member add n8 --learner --peer-urls http://[@h:1
member add n8 --learner --peer-urls http://h:1/%
member add n8 --learner --peer-urls http://h:1#%zz
member add n8 --learner --peer-urls unixs://h%4:1\\
member add n8 --learner --peer-urls http://h\x7f:1
member update 1 --peer-urls http://h`:1
endpoint --rev=1
endpoint health --cluster --key /nope
endpoint health --key /nope
defrag --cluster --cert /nope
endpoint --rev 1
member add n7 --peer-urls http://127.0.0.1:16 --learner -w table
"""
