"""lease."""

from __future__ import annotations

from tests.parity.invocation import Invocation, lines


def both() -> list[Invocation]:
    """Return the invocations in which 3.5.1 and 3.7 agree."""
    return [
        *lines(_LIFE_OF_ONE),
        *(each for name in _FORMATS for each in lines(_IN_EVERY_FORMAT.replace("FORMAT", name))),
        *lines(_REFUSED),
        Invocation(("put", b"\xff", "v", "--lease", "{lease}")),
        *lines("lease timetolive {lease} --keys -w json"),
        *lines("lease timetolive {lease} --keys -w fields"),
        *lines("lease revoke {lease} -w json"),
    ]


def newer() -> list[Invocation]:
    """Return the invocations that are compared with the recorded 3.7."""
    return [
        *lines(_TOO_LARGE),
        *lines(_LIFE_OF_ONE),
        *(each for name in _FORMATS for each in lines(_IN_EVERY_FORMAT.replace("FORMAT", name))),
        *lines(_HEX),
        *lines(_REFUSED),
        *lines("lease --bogus\nlease grant --bogus 5\nlease timetolive --key 5"),
        *lines("lease --keys"),
    ]


_FORMATS = ("simple", "json", "fields")
_LIFE_OF_ONE = """
lease list
lease list -w json
lease grant 100
lease timetolive {lease}
lease timetolive {lease} --keys
put k1 v --lease {lease}
put k1 w --lease={lease}
lease timetolive {lease} --keys
lease timetolive --keys=false {lease}
lease keep-alive --once {lease}
lease list
lease list surplus words
lease revoke {lease}
get k --prefix
lease revoke {lease}
lease timetolive {lease}
lease timetolive {lease} --keys
lease keep-alive {lease}
lease keep-alive {lease} -w json
lease keep-alive {lease} -w fields
lease keep-alive --once {lease}
"""
_IN_EVERY_FORMAT = """
lease grant 200 -w FORMAT
put leased v --lease {lease}
lease timetolive {lease} -w FORMAT
lease timetolive --keys {lease} -w FORMAT
lease timetolive 1234 -w FORMAT
lease timetolive 1234 --keys -w FORMAT
lease keep-alive --once -w FORMAT {lease}
lease list -w FORMAT
lease revoke 1234 -w FORMAT
lease grant 300 -w FORMAT
lease revoke {lease} -w FORMAT
"""
_HEX = """
lease grant 400 --hex
lease grant 500 --hex -w fields
lease timetolive {lease} --hex -w fields
lease keep-alive --once {lease} --hex -w fields
lease list --hex -w fields
lease list --hex -w json
lease revoke {lease} --hex -w fields
"""
_TOO_LARGE = """
lease list --max-recv-bytes 2 --max-request-bytes 2
lease timetolive 12 --max-recv-bytes 9 --max-request-bytes 9
lease revoke 12 --max-recv-bytes 1 --max-request-bytes 1
"""
_REFUSED = """
lease grant
lease grant 1 2
lease grant abc
lease grant 0x10
lease grant 1.5
lease grant 99999999999999999999
lease grant 9999999999999
lease grant 10s
lease revoke
lease revoke 1 2
lease revoke zz
lease revoke 0x12
lease revoke ffffffffffffffffffff
lease revoke 12ab
lease revoke -- -12
lease timetolive
lease timetolive 1 2
lease timetolive zz
lease timetolive zz -w nonsense
lease timetolive -- -12
lease keep-alive
lease keep-alive 1 2
lease keep-alive zz
lease keep-alive zz -w nonsense
lease keep-alive --once zz
lease keep-alive --once 12
lease grant 0
lease grant -- -5
lease grant 600 -w table
lease list -w table
lease timetolive 12 -w table
lease grant 5 -w nonsense
lease grant nonsense -w nonsense
lease list -w protobuf
lease timetolive 12 -w protobuf
lease grant 700
lease keep-alive --once {lease} -w protobuf
lease keep-alive --once {lease} -w table
lease revoke {lease} -w table
lease grant 800
lease t {lease}
lease k {lease} --once
"""
