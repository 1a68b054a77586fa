"""make-mirror: what it refuses, and how it ends by itself.

``{address}`` is the destination too: no invocation gets so far that it would mirror its own copy.
"""

from __future__ import annotations

from tests.parity.invocation import Invocation, lines

FLAGS = ("--max-txn-ops=3",)


def both() -> list[Invocation]:
    """Return the invocations in which 3.5.1 and 3.7 agree."""
    return [
        *lines("put m/a 1\nput m/b 2\nput m/ no-name"),
        *lines(_REFUSED),
        Invocation(("make-mirror", "--dest-prefix", "x", "--no-dest-prefix", "{address}")),
        Invocation(("make-mirror", "--dest-user", "u", "{address}", "more"), b"secret\n"),
        *lines("get m/ --prefix"),
        # The key "m/" itself has no name left; it is the first to be copied.
        *lines("make-mirror {address} --prefix m/ --no-dest-prefix"),
        *lines("make-mirror --no-dest-prefix=1 {address} --prefix=m/ --dest-prefix="),
        *lines("get '' --prefix"),
    ]


def newer() -> list[Invocation]:
    """Return the invocations that are compared with the recorded 3.7."""
    return [
        *lines("put m/a 1\nput m/b 2\nput m/c 3\nput m/d 4\ndel m/ --prefix\nput m/end 5"),
        *lines(_REFUSED),
        *lines(_REFUSED_BY_37),
        # One revision of four deletions is more than the server takes at a time.
        *lines("make-mirror {address} --prefix m/ --dest-prefix n/ --rev 2"),
        *lines("get n/ --prefix"),
        *lines("make-mirror {address} --prefix m/ --dest-prefix o/ --rev 4 --max-txn-ops 4"),
        *lines("get o/ --prefix"),
        *lines("make-mirror {address} --prefix m/ --dest-prefix p/ --rev 0x6 --max-txn-ops 0"),
        *lines("get p/ --prefix"),
        *lines("make-mirror {address} --prefix m/end --no-dest-prefix --rev 7"),
        *lines("compaction 9"),
        *lines("make-mirror {address} --prefix m/ --dest-prefix q/ --rev 2"),
        *lines("make-mirror {address} --prefix m/ --dest-prefix q/ --rev 8 --max-txn-ops 1"),
        *lines("make-mirror {address} --rev=3 --dest-user u:p"),
        *lines("get '' --prefix"),
    ]


_REFUSED = """
make-mirror
make-mirror a b
make-mirror a b c --prefix p
make-mirror --prefix p
make-mirror --prefix p --dest-prefix d
make-mirror --no-dest-prefix
make-mirror --dest-prefix d --no-dest-prefix
make-mirror --dest-prefix d --no-dest-prefix a b
make-mirror --dest-prefix d --no-dest-prefix {address}
make-mirror {address} --dest-prefix d --no-dest-prefix=true
make-mirror {address} --dest-prefix=d --no-dest-prefix=t --prefix d
make-mirror {address} --dest-prefix d --no-dest-prefix --dest-insecure-transport=false
make-mirror {address} --dest-prefix d --no-dest-prefix --dest-cert ''
make-mirror {address} --dest-prefix d --no-dest-prefix --dest-user u:p --dest-password ''
make-mirror {address} --dest-prefix d --no-dest-prefix --dest-user '' --dest-password p
make-mirror 127.0.0.1:1 --dest-prefix d --no-dest-prefix
make-mirror http://{address} --dest-prefix d --no-dest-prefix -w json
make-mirror {address} --dest-prefix d --no-dest-prefix -w nonsense
make-mirror --dest-cert /nope {address}
make-mirror --dest-key /nope {address}
make-mirror --dest-cert /nope --dest-key /nope {address}
make-mirror --dest-cacert /nope {address}
make-mirror --dest-cacert /nope
make-mirror --dest-cacert /nope --dest-prefix d --no-dest-prefix {address}
make-mirror --dest-cacert /nope {address} -w nonsense
make-mirror --dest-cacert /nope --dest-insecure-transport=false {address}
make-mirror --dest-cert /nope --dest-user u:p {address}
make-mirror {address} --cert /nope
make-mirror {address} --cacert /nope
make-mirror {address} --cacert /nope --dest-prefix d --no-dest-prefix
make-mirror {address} --cacert ''
make-mirror {address} --cacert '' --dest-cacert /nope
make-mirror {address} -w nonsense
"""
_REFUSED_BY_37 = """
make-mirror {address} --no-dest-prefix=maybe
make-mirror {address} --dest-insecure-transport=perhaps
make-mirror {address} --dest-prefix
make-mirror {address} --prefix
make-mirror {address} --dest-user
make-mirror --dest-password
make-mirror {address} --dest-insecure-skip-tls-verify
make-mirror {address} --dest-endpoints x
make-mirror {address} --bogus
make-mirror {address} -p x
make-mirror {address} --rev x
make-mirror {address} --rev
make-mirror {address} --rev 1.5
make-mirror {address} --rev 9223372036854775808
make-mirror {address} --max-txn-ops x
make-mirror {address} --max-txn-ops -1
make-mirror {address} --max-txn-ops 18446744073709551616
make-mirror {address} --max-txn-ops ''
make-mirror --rev 2 --max-txn-ops 1
make-mirror {address} --rev 2 --dest-prefix d --no-dest-prefix
"""
