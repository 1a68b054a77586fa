"""lock and elect, as far as they end by themselves."""

from __future__ import annotations

from tests.parity.invocation import Invocation, lines

_SHOW_KEY = "echo $ETCD_LOCK_KEY $ETCD_LOCK_REV"


def both() -> list[Invocation]:
    """Return the invocations in which 3.5.1 and 3.7 agree."""
    return [*_runs(), *lines(_ENDS), *lines(_REFUSED), *_keys_left()]


def newer() -> list[Invocation]:
    """Return the invocations that are compared with the recorded 3.7."""
    return [
        *_runs(),
        *lines(_ENDS),
        *lines(_REFUSED),
        *lines("lock n sh -c true\nlock --bogus\nelect --bogus\nlock --ttl n\nlock --ttl=x n true"),
        Invocation(("lock", "none", "")),
        *_keys_left(),
    ]


def _runs() -> list[Invocation]:
    """Commands that show what they are given."""
    shell = ("--", "sh", "-c")
    return [
        Invocation(("lock", "name", *shell, _SHOW_KEY)),
        Invocation(("lock", "name", *shell, _SHOW_KEY)),
        Invocation(("lock", "a/b/", *shell, _SHOW_KEY)),
        Invocation(("lock", "", *shell, _SHOW_KEY)),
        Invocation(("lock", "tab\tand space", *shell, _SHOW_KEY)),
        Invocation(("lock", b"\xff", *shell, _SHOW_KEY)),
        Invocation(("lock", "--", "dashes", "sh", "-c", _SHOW_KEY)),
        Invocation(("lock", "input", "--", "cat"), b"not read\n"),
        Invocation(("lock", "code", *shell, "exit 7")),
        Invocation(("lock", "code", *shell, "exit 255")),
        Invocation(("lock", "killed", *shell, "kill -9 $$")),
        Invocation(("lock", "killed", *shell, "kill -TERM $$")),
        Invocation(("lock", "killed", *shell, "kill -INT $$")),
        Invocation(("lock", "outer", *shell, _SHOW_KEY), env=(("ETCD_LOCK_KEY", "inherited"),)),
        Invocation(("lock", "env", *shell, "echo $MINE"), env=(("MINE", "yes"),)),
        Invocation(("lock", "words", "printf", "%s|", "one", "two three", "")),
    ]


def _keys_left() -> list[Invocation]:
    return lines("get '' --prefix --keys-only\nget '' --prefix --count-only -w fields")


_ENDS = """
lock name true
lock name false
lock name echo held
lock name echo held -w json
lock name echo held -w table
lock name --ttl 5 echo held
lock --ttl=0x10 name echo held
lock --ttl 0 name echo held
lock --ttl -3 name echo held
lock --ttl 99999999999 name echo held
lock name /nosuch
lock name /tmp
lock name ./nosuch
lock name nosuch
lock name nosuch -- --flag
lock name -- nosuch --flag
loc name echo held
lock -w simple name echo held
"""
_REFUSED = """
lock
lock --ttl 5
lock -w nonsense
lock name echo held -w nonsense
elect
elect a
elect a b c
elect -l
elect -l a b
elect --listen a b
elect --listen=false a
elect --listen=true a b
elect a -w nonsense
elect a b -l -w nonsense
ele a
"""
