"""get, put and del."""

from __future__ import annotations

from tests.parity.invocation import Invocation, lines


def both() -> list[Invocation]:
    """Return the invocations in which 3.5.1 and 3.7 agree."""
    return [
        *lines(_WRITES),
        Invocation(("put", "from-stdin"), b"a value\nof two lines\n"),
        Invocation(("put", "from-stdin", "--prev-kv"), b"\x00\xff\xfe"),
        Invocation(("put", "empty-stdin"), b""),
        Invocation(("put", "too-large-for-the-server"), bytes(1_600_000)),
        Invocation(("put", "too-large-to-be-sent"), bytes(2_100_000)),
        Invocation(("put", b"binary/\xff\x00\x01"[:8], b"\x80\x81")),
        Invocation(("put", "text", 'quotes " and \\ and \t tab')),
        Invocation(("put", "text/é", "日本 \u2028 <&>")),
        Invocation(("put", "empty", "")),
        *lines(_READS),
        Invocation(("get", b"binary/\xff", "-w", "json")),
        Invocation(("get", "binary", "--prefix")),
        Invocation(("get", "text", "--prefix", "-w", "fields")),
        Invocation(("get", "text/é", "-w", "json")),
        Invocation(("get", "empty", "-w", "json")),
        *lines(_DELETES),
    ]


def newer() -> list[Invocation]:
    """Return the invocations that are compared with the recorded 3.7."""
    return [*lines(_WRITES), *lines(_READS_OF_37), *lines(_DELETES_OF_37)]


_WRITES = """
put foo bar
put foo bar2 --prev-kv
put foo bar3 --prev-kv -w json
put foo bar4 --prev-kv -w fields
put foo bar5 -w json
put foo bar6 -w fields
put foo bar7 -w protobuf
put foo bar8 --prev-kv -w protobuf
put new v --prev-kv
put new v2 --prev-kv --hex
put k1 v1
put k2 v2
put k3 v3
put k2 v2b
put /a/b/c 1
put /a/b/d 2
put /a/e 3
put /ab 4
put key extra words are ignored
put k9 --ignore-value
put k1 --ignore-value
put k1 --ignore-value --prev-kv
put k1 x --ignore-value
put k1 x --ignore-lease
put nokey x --ignore-lease
put k1 x --lease zz
put k1 x --lease 0x12
put k1 x --lease ffffffffffffffffff
put k1 x --lease 1234
put k1 x --lease 1234 --ignore-lease
put k1
put
put '' x
put -w json k4 v4
--write-out=json put k5 v5
put k6 v6
put k7 v7 -w nonsense
put -- -dash -value
"""

_READS = """
get foo
get foo -w json
get foo -w fields
get foo -w protobuf
get foo -w table
get foo -w simple
get foo --hex
get foo --hex -w json
get foo --print-value-only
get foo --keys-only
get foo --keys-only -w json
get foo --keys-only -w fields
get k --prefix --keys-only --print-value-only
get foo --print-value-only -w json
get foo --count-only
get foo --count-only -w fields
get foo --count-only -w json
get missing
get missing -w json
get missing -w fields
get missing -w protobuf
get missing --keys-only
get k --prefix
get k --prefix --keys-only
get k --prefix --print-value-only
get k --prefix -w json
get k --prefix -w fields
get k --prefix -w protobuf
get k --prefix --hex
get k --prefix --count-only -w fields
get k --prefix --limit 1
get k --prefix --limit 1 -w json
get k --prefix --limit 2 -w fields
get k --prefix --limit 2 -w protobuf
get k --prefix --limit=0x2 --keys-only
get k --prefix --limit 100 -w json
get k --prefix --limit -1 -w json
get k1 k3
get k1 k3 -w json
get k1 ''
get k3 k1 -w json
get k1 k3 surplus
get '' --prefix --keys-only
get '' --prefix -w json
get '' --from-key --keys-only
get ''
get k2 --from-key
get k2 --from-key --limit 2 -w json
get / --prefix --keys-only
get /a/ --prefix
get /a --prefix --keys-only
get k --prefix --order ASCEND
get k --prefix --order DESCEND
get k --prefix --order descend -w json
get k --prefix --order DESCEND --limit 2 -w json
get k --prefix --sort-by KEY
get k --prefix --sort-by CREATE
get k --prefix --sort-by CREATE --order DESCEND
get k --prefix --sort-by MODIFY --order ASCEND
get k --prefix --sort-by modify --order DESCEND
get k --prefix --sort-by VALUE --order ASCEND
get k --prefix --sort-by VERSION --order DESCEND --limit 1
get k --prefix --sort-by VERSION --limit 2 -w fields
get k --prefix --order sideways
get k --prefix --sort-by colour
get foo --rev 3
get foo --rev 3 -w json
get k --prefix --rev 12 -w json
get foo --rev 0
get foo --rev -5
get foo --rev 100000
get foo --consistency s
get foo --consistency l -w json
get foo --consistency x
get foo --consistency "é
get foo --cert /etc/passwd --key /etc/passwd
get foo --cacert /
get foo --cert '' --key /etc/passwd
get foo --key '' --cert /etc/passwd
get foo --cert /etc/passwd
get foo --dial-timeout -1s
get foo --command-timeout 9223372036854775807ns --dial-timeout 2562047h
get foo --keepalive-time 2562047h --keepalive-timeout 9223372036854775807ns
--consistency s get foo
get --prefix k --keys-only
-w json get foo
get -w fields foo -w json
get foo --write-out=json
ge foo
- get foo
'' get zz
'' - get -w json k1
get
get k --prefix --from-key
get k l --prefix
get k l --from-key
get k --keys-only --count-only
get k -w nonsense
"""

_DELETES = """
del
del a b c
del k --prefix --from-key
del k l --prefix
del missing
del missing -w json
del missing -w fields
del k1
del k2 --prev-kv
del k3 --prev-kv -w json
del k4 --prev-kv -w fields
del k5 --prev-kv -w protobuf
del k6
del k7 -w json
del new --prev-kv --hex
del /a/ --prefix
del /ab --prefix -w json
del text --prefix --prev-kv -w json
del from --from-key -w fields
del '' --prefix
del '' --from-key
get '' --prefix -w json
"""

_READS_OF_37 = """
get foo --hex -w fields
get k --prefix --hex -w fields
get k --prefix --min-create-rev 12 --keys-only
get k --prefix --max-create-rev 12 --keys-only
get k --prefix --min-mod-rev 13 -w json
get k --prefix --max-mod-rev 13 -w json
get k --prefix --min-mod-rev 12 --max-mod-rev 13 -w fields
get k --prefix --min-mod-rev 12 --limit 1 -w json
get k --prefix --min-create-rev 5 --max-create-rev 3
get k --prefix --min-mod-rev 5 --max-mod-rev 3
get k --prefix --min-mod-rev 5 --max-mod-rev -3 --keys-only
get foo --stream
get --bogus
get foo --limit abc
get foo --limit
get foo -v
gte foo
get foo --prefix=maybe
get foo --prefix=false
get foo --max-recv-bytes 0 --max-request-bytes 0
get foo --max-recv-bytes x
get foo --max-recv-bytes 10
get foo --max-recv-bytes 100 --max-request-bytes 101
get foo --max-recv-bytes 100 --max-request-bytes 100
get foo --max-recv-bytes -1 --max-request-bytes -1
get foo --command-timeout 5é
get foo --command-timeout ٣s
get foo --limit "é
get foo --endpoints "a
get foo --endpoints "a"b
get foo --endpoints a"b
put foo x --hex -w fields --prev-kv
"""

_DELETES_OF_37 = """
del k1 k3 --range
del k4 k6 --range --prev-kv -w json
del foo '' --range
del k k --range
del foo --range --prev-kv --hex -w fields
del --range
"""
