"""watch. It ends by itself where its command fails: here, at the event whose value is ``end``."""

from __future__ import annotations

from tests.parity.invocation import Invocation, lines

_UNTIL_END = ("--", "sh", "-c", "test $ETCD_WATCH_VALUE != '\"end\"'")
_TELL = (
    "--",
    "sh",
    "-c",
    "echo $ETCD_WATCH_REVISION $ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_KEY $ETCD_WATCH_VALUE; "
    "test $ETCD_WATCH_VALUE != '\"end\"'",
)
_KEY, _RANGE = "ETCDCTL_WATCH_KEY", "ETCDCTL_WATCH_RANGE_END"


def both() -> list[Invocation]:
    """Return the invocations in which 3.5.1 and 3.7 agree."""
    return [
        *lines(_HISTORY),
        Invocation(("put", "w/quoted", 'a "q"\té\n')),
        Invocation(("put", b"w/raw\xff", b"\xfe\xff")),
        *lines("put w/last end"),
        *(_until_end(line) for line in _WATCHES.strip().splitlines()),
        *(
            Invocation(("watch", *line.split(), *_TELL))
            for line in ("w/ --rev 1 --prefix", "w/a --rev 5 w/z", "--rev 1 w/last")
        ),
        *lines(_REFUSED),
        Invocation(("watch", "w/a", "--rev", "1", "--", "/no/such"), b""),
        Invocation(("watch", "w/a", "--rev", "1", "--", "no-such-program", "a b")),
        Invocation(("watch", "w/a", "--rev", "1", "--", "/")),
        Invocation(("watch", "w/a", "--rev", "1", "--", "sh", "-c", "kill -TERM $$")),
        Invocation(("watch", "w/a", "--rev", "1", "--", "sh", "-c", "exit 3")),
        *_from_environment(),
        *(Invocation(("watch", "-i"), f"{line}\n".encode()) for line in _LINES.splitlines()),
        Invocation(("watch", "-i"), b"watch w/a"),
        Invocation(("watch", "-i", "--prefix", "ignored"), b""),
        *lines("compaction 5"),
        *lines("watch w/a --rev 2\nwatch w/a --rev 2 -w protobuf"),
        *lines("watch w/ --prefix --rev 4\nwatch w/a --rev 2 -- echo never"),
    ]


def newer() -> list[Invocation]:
    """Return the invocations that are compared with the recorded 3.7."""
    formats = ("json", "fields", "simple", "protobuf")
    return [
        *lines(_HISTORY),
        *lines("put w/last end"),
        *(_until_end(f"w/ --prefix --rev 1 -w {name}") for name in formats),
        *(_until_end(f"w/ --prefix --rev 3 --prev-kv -w {name}") for name in formats),
        *(_until_end(f"w/ --prefix --rev 3 --prev-kv --hex -w {name}") for name in formats),
        *lines(_REFUSED),
        *lines("watch w/a --rev x\nwatch w/a --bogus"),
        Invocation(("watch", "-i"), b"'watch'\n"),
        *lines("compaction 5"),
        *lines("watch w/a --rev 2 -w json\nwatch w/a --rev 2 -w fields\nwatch w/a --rev 1"),
    ]


def _until_end(line: str) -> Invocation:
    (words,) = lines(f"watch {line}")
    return Invocation((*words.args, *_UNTIL_END))


def _from_environment() -> list[Invocation]:
    key, until = (_KEY, "w/last"), _UNTIL_END
    return [
        Invocation(("watch", "--rev", "1", *until), b"", (key,)),
        Invocation(("watch", "--rev", "1", *_TELL), b"", ((_KEY, "w/a"), (_RANGE, "w/z"))),
        Invocation(("watch", "--rev", "1", "--prefix", *_TELL), b"", ((_KEY, "w/"),)),
        Invocation(("watch", "--rev", "1", "--prefix", *until), b"", (key, (_RANGE, "w/z"))),
        Invocation(("watch", "w/a"), b"", (key,)),
        Invocation(("watch", "w/a", *until), b"", (key,)),
        Invocation(("watch", "w/a", "--"), b"", (key,)),
        Invocation(("watch",), b"", ((_RANGE, "w/z"),)),
        Invocation(("watch", "w/a"), b"", ((_RANGE, 'w"z'),)),
        Invocation(("watch", "-i"), b"watch w/a\n", (key,)),
        Invocation(("watch", "-i"), b"", ((_RANGE, "w/z"),)),
    ]


_HISTORY = """
put w/a 1
put w/a 2
put w/b 1 --prev-kv
put outside x
del w/a
del w/none
put w/a ''
put w/c 3
del w/ --prefix
put w/a again
"""
_WATCHES = """
w/ --prefix --rev 1
w/ --prefix --rev 1 --prev-kv
w/ --prefix --rev 1 -w fields
w/ --prefix --rev 1 --prev-kv -w fields
w/ --prefix --rev 1 -w protobuf
w/ --prefix --rev 3 --prev-kv -w protobuf
w/ --prefix --rev 1 --hex
w/ --prefix --rev 5 --hex --prev-kv
w/ w/z --rev 1
w/ --rev 1 w/z --prev-kv
w/last w/z surplus --rev 1
w/last --rev 1
w/last --rev=0x1
w/last '' --rev 1
--rev 1 --prefix w/
--prefix=true w/ --rev 1 -w simple
--progress-notify w/last --rev 1
"""
_REFUSED = """
watch
watch --rev 1
watch --
watch w/a --
watch --rev 1 --
watch w/a w/b --prefix
watch w/a w/b --prefix -- echo
watch --prefix -- echo
watch w/a -w nonsense
watch w/a w/b --prefix -w nonsense
watch -i --cacert /nope
"""
_LINES = r"""
bogus x
watch
watch a b --prefix
watch k --bogus
watch k --
watch --prefix
watch -- echo
watch k -w json
watch "a\q"
watch k --rev x
watch k l --prefix -- echo
progress now
"""
