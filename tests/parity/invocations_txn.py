"""txn and compaction."""

from __future__ import annotations

from tests.parity.invocation import Invocation, lines


def both() -> list[Invocation]:
    """Return the invocations in which 3.5.1 and 3.7 agree."""
    return [
        *lines("put key1 one\nput key2 two\nput key3 three\nput numbers 1"),
        *(_txn(text) for text in _SCRIPTS.strip("\n").split("\n--\n")),
        *(_txn(_MIXED, *flags) for flags in _FORMATS),
        *(_txn(text) for text in _MALFORMED),
        *(Invocation(("txn",), text) for text in _CUT_SHORT),
        Invocation(("txn", "-i"), b'ver("key1") > "0"\n\nget key1\n\nget key2\n\n'),
        Invocation(("txn", "--interactive"), b"\n\n\n"),
        Invocation(("txn", "-i"), b"nonsense\n"),
        Invocation(("txn", "-i"), b"\nget\n"),
        Invocation(("txn", "surplus"), b"\n\n\n"),
        Invocation(("tx",), b"\n\n\n"),
        Invocation(("t",), b"\n\n\n"),
        Invocation(
            ("txn",), "\nput o\x85p\xa0q\u2003r v\vw\xa0\nput o\x1c v\x1c\n\x85\n\n".encode()
        ),
        Invocation(("get", "o", "--prefix", "-w", "fields")),
        Invocation(("txn",), b"\n" + b"get key1\n" * 129 + b"\n\n"),
        Invocation(("txn",), 'ver("a")\t=\xa0"1"\nver( "a") \v\u2003<\x85"1" x\n\n\n\n'.encode()),
        Invocation(("txn",), b'ver("a")\t="1"\n'),
        Invocation(("txn", "--cert", "/nope"), b"nonsense\n"),
        Invocation(("txn",), b'val("raw") = "\\xff"\n\nput raw yes\n\nput raw "\\xff\\x00"\n\n'),
        Invocation(("txn",), b'val("raw") = "\\xff\\x00"\n\nget raw -w\n\n\n'),
        Invocation(("txn", "-w", "json"), b'val("raw") = "\\xff\\x00"\n\nget raw\n\n\n'),
        Invocation(("txn",), b"\r\n\r\n\r\n"),
        Invocation(("txn",), b"   \n\t\n \n trailing text is never read"),
        *lines(_COMPACTIONS),
        # We refuse it before it is done: nothing after it may depend on that.
        _txn(_MIXED, "-w", "table"),
    ]


def newer() -> list[Invocation]:
    """Return the invocations that are compared with the recorded 3.7."""
    return [
        *lines("put key1 one\nput key2 two"),
        *(_txn(text) for text in _SCRIPTS_OF_37.strip("\n").split("\n--\n")),
        *(_txn(_MIXED, *flags) for flags in [*_FORMATS, ("--hex", "-w", "fields")]),
        Invocation(("txn", "--bogus"), b"\n\n\n"),
        *lines(_COMPACTIONS),
        _txn(_MIXED, "-w", "table"),
    ]


def _txn(text: str, *flags: str) -> Invocation:
    return Invocation(("txn", *flags), f"{text}\n\n".encode())


_FORMATS = [
    (),
    ("-w", "json"),
    ("-w", "fields"),
    ("-w", "protobuf"),
    ("--hex",),
    ("-w", "nonsense"),
]
_MIXED = """ver("mixed") = "0"

put mixed first --prev-kv
put other "sec ond"
get key1
get key --prefix --keys-only
get missing
get key --prefix --limit 1
del key3 --prev-kv
del nothing

del mixed --prev-kv
get other
put key3 back --prev-kv
"""
_SCRIPTS = r"""


--
ver("key1") > "0"

get key1

get key2
--
ver("key1") = "7"

get key1

get key2
--
version("key1") < "9"
create("key1") > "1"
c("key1") != "1"
mod("key1") > "1"
m("key1") < "900"
value("key1") = "one"
val("key1") > "aaa"

get key1

put failed it
--
val("key1") = ""

put wrong 1

get key1
--
value(`key1`) = `one`

get key1 key3

--
val("key1") !=    "one"

get key1

get key2
--
val("key1") = "one" trailing words

get key1

--
ver("a\x62\tc") = "0"

put "a\x62\tc" "tab\there\nand more"
get "a\x62\tc"

--
ver("key1") = "+1"

get key1

--

put d1 "double quoted"
put d2 f"g"h
put d3 -- -5
get d --prefix

--

p k9 v9
g k9
d k9

--

put k10 v --lease 0
put k10 --ignore-value
put k10 w --ignore-lease --prev-kv

--

put k11 v

--

get key --prefix --order DESCEND --sort-by KEY
get key --prefix --sort-by MODIFY --order ASCEND --limit 2
get key1 --rev 2
get key1 --consistency s
get "" --from-key --limit 1
get key --prefix --count-only
get key1 --print-value-only

--

put dup 1
put dup 2

--

del key9 --prefix
del zz --from-key

--

put x1 --lease 1234 value

--

get key1 --rev 100000

--
"""
_SCRIPTS_OF_37 = r"""

put s1 'single quoted'
put s2 'it "is" so' --prev-kv
put 's 3' ''
get s --prefix

--

put 's4' 'a b' --prev-kv
get 's4'

--
val("s1") = "single quoted"

get key --prefix --min-mod-rev 3
get key --prefix --max-create-rev 2 --keys-only

--

del key1 key2 --range
get key --prefix

--
ver("key1") = "0"

get key1 --stream

"""
_MALFORMED = [
    "bad",
    'ver("a") = 1',
    "ver(a) = 1",
    'ver(a) = "1"',
    'ver("a" = "1"',
    'ver("a")= "1"',
    'ver("a") ="1"',
    'ver("a") = ',
    'ver("a")',
    'ver( "a") = "0"',
    'ver ("a") = "0"',
    'foo("a") = "1"',
    'ver("a") = "z"',
    'mod("a") = "1.5"',
    'c("a") = ""',
    'ver("a") = "99999999999999999999"',
    'ver("a\\q") = "1"',
    'ver("") = "1"',
    "\nget\n",
    "\nfoo bar\n",
    "\nfoo\n",
    "\nget key1 -w json\n",
    "\nget key1 --endpoints x\n",
    "\nget key1 --bogus\n",
    "\nget key1 --limit x\n",
    "\nput onlykey\n",
    "\nput k v --lease zz\n",
    "\nput k v --ignore-value\n",
    "\nget k --prefix --from-key\n",
    "\nget k l --prefix\n",
    "\nget k --keys-only --count-only\n",
    "\nget k --consistency x\n",
    "\nget k --order sideways\n",
    "\nget k --sort-by colour\n",
    "\ndel a b c\n",
    "\ndel a --prefix --from-key\n",
    '\nput "a\\qb" c\n',
    '\nput "" x\n',
    "\nput 'open quote\n",
    '\nput "open quote\n',
    "\nget key1\n\nnonsense here\n",
]
_CUT_SHORT = [b"", b"\n", b"\n\n", b"\n\nget key1", b'ver("key1") = "1"', b"\nget key1\n\n"]
_COMPACTIONS = """
put a 1
put a 2
put a 3
compaction
compaction 1 2
compaction abc
compaction 0x5
compaction -- -3
compaction 99999999999999999999
compaction 100000
compaction 5
compaction 5
compact 6 -w json
compaction 7 --physical
compaction 8 --physical=false -w table
compaction 9 -w nonsense
get a --rev 3
"""
