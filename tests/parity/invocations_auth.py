"""auth, user and role, before and after authentication was turned on."""

from __future__ import annotations

from tests.parity.invocation import Invocation, lines

# Hashing is slow on purpose; here it need not be.
FLAGS = ("--bcrypt-cost=4",)


def both() -> list[Invocation]:
    """Return the invocations in which 3.5.1 and 3.7 agree."""
    return [
        *lines(_WRONG_WORDS),
        *_users(),
        *_roles(),
        *(each for name in _FORMATS for each in lines(_IN_EVERY_FORMAT.replace("FORMAT", name))),
        *lines(_TURNED_ON),
        *_with_variables(),
        *lines(_TURNED_OFF),
    ]


def newer() -> list[Invocation]:
    """Return the invocations that are compared with the recorded 3.7."""
    return [
        *both(),
        *lines(_NEWER),
        Invocation(("role", "add", b"\xff")),
        Invocation(("user", "add", b"\xff:pw")),
        Invocation(("user", "get", b"\xff")),
        Invocation(("user", "add", "u9", "--new-user-password", b"\xff")),
    ]


def _users() -> list[Invocation]:
    """Return what can be said of users; passwords come from every place that may have one."""
    from_input = ("--interactive=false",)
    return [
        *lines(_USERS),
        Invocation(("user", "add", "u4", *from_input), b"secret\n"),
        Invocation(("user", "add", "u5", *from_input), b" \t secret rest\nmore"),
        Invocation(("user", "add", "u6", *from_input), b"\nsecret\n"),
        Invocation(("user", "add", "u7", *from_input)),
        Invocation(("user", "add", "u8", *from_input), b"\xff\xfe\n"),
        Invocation(("user", "add", "u4:other", *from_input), b"secret\n"),
        Invocation(("user", "add", "", *from_input), b"secret\n"),
        Invocation(("user", "passwd", "u4", *from_input), b"changed\r\n"),
        Invocation(("user", "passwd", "nobody", *from_input), b"secret\n"),
        Invocation(("user", "passwd", "u4", *from_input, "-w", "json"), b"secret"),
        Invocation(("user", "passwd", "u4", *from_input, "-w", "fields"), b"secret"),
        Invocation(("user", "add", "ü名", *from_input), "pässwörd\n".encode()),
        *lines("user get ü名\nuser list\nuser list -w json"),
    ]


def _roles() -> list[Invocation]:
    return [
        *lines(_ROLES),
        Invocation(("role", "grant-permission", "r1", "read", b"\xff\xfe")),
        Invocation(("role", "grant-permission", "r1", "read", b"\xff", "--prefix")),
        Invocation(("role", "grant-permission", "r1", "write", b"a\xff", "--prefix")),
        Invocation(("role", "grant-permission", "r1", "write", "key with blanks\nand lines")),
        Invocation(("role", "grant-permission", "r1", "write", "<&>", "é")),
        *lines(_ROLE_SHOWN),
        Invocation(("role", "revoke-permission", "r1", b"\xff\xfe")),
        Invocation(("role", "revoke-permission", "r1", b"\xff", "--prefix")),
        Invocation(("role", "revoke-permission", "r1", b"a\xff", "--prefix")),
        *lines(_ROLES_REVOKED),
    ]


def _with_variables() -> list[Invocation]:
    alice, root, wrong = (
        (("ETCDCTL_USER", user),) for user in ("alice:pw", "root:rootpw", "alice:wrong")
    )
    return [
        Invocation(("get", "a1"), env=alice),
        Invocation(("get", "b1"), env=alice),
        Invocation(("get", "a1"), env=wrong),
        Invocation(("user", "list"), env=alice),
        Invocation(("user", "list"), env=root),
        Invocation(("get", "a1"), env=(("ETCDCTL_USER", "alice"), ("ETCDCTL_PASSWORD", "pw"))),
        Invocation(("get", "a1"), env=(("ETCDCTL_PASSWORD", "pw"),)),
    ]


_FORMATS = ("simple", "json", "fields", "protobuf")
_WRONG_WORDS = """
auth enable surplus
auth disable surplus
auth status surplus
user add
user add a b
user add :pw
user add a:b -w nonsense
user delete
user delete a b
user get
user get a b
user list surplus
user passwd
user passwd a b
user grant-role
user grant-role a
user grant-role a b c
user revoke-role
user revoke-role a
user revoke-role a b c
role add
role add a b
role delete
role delete a b
role get
role get a b
role list surplus
role grant-permission
role grant-permission r
role grant-permission r read
role grant-permission r bogus k
role grant-permission r '' k
role grant-permission r read k --prefix --from-key
role grant-permission r read '' --prefix --from-key
role grant-permission r read k end --prefix
role grant-permission r read k end --from-key
role grant-permission r read k end --prefix --from-key
role grant-permission r read k '' --prefix
role grant-permission r bogus k --prefix --from-key
role revoke-permission
role revoke-permission r
role revoke-permission r k --prefix --from-key
role revoke-permission r '' --prefix --from-key
role revoke-permission r k end --prefix
role revoke-permission r k end --from-key
"""
_USERS = """
auth status
auth status -w json
auth status -w protobuf
auth status -w fields
auth status -w table
auth enable
auth disable
auth disable -w table
auth enable -w nonsense
user list
user list -w json
user add u1:pw
user add u1:pw
user add u2:pw:with:colons
user add u2:x --new-user-password pw
user get u2:x
user add u3:x --no-password
user add u0: -w json
user get u3:x
user get nobody
user delete nobody
user grant-role u1 norole
user grant-role nobody norole
user revoke-role u1 norole
user revoke-role nobody norole
user delete u2
user del u3:x
us lis
user passwd --interactive=false
"""
_ROLES = """
role list
role list -w json
role list -w fields
role add r1
role add r1
role add ''
role add r2
role list
role get r1
role get r1 -w fields
role get norole
role delete norole
role grant-permission norole read k
role grant-permission r1 READ a
role grant-permission r1 read pfx --prefix
role grant-permission r1 Write b d
role grant-permission r1 write zed --from-key
role grant-permission r1 READWRITE foo ''
role grant-permission --from-key r1 readwrite x
role grant-permission r1 readwrite e f surplus words
role grant-permission r1 read k l
role grant-permission r1 write k l
role grant-permission r1 read z a
role revoke-permission r1 nokey
role revoke-permission norole k
"""
_ROLE_SHOWN = """
role get r1
role get r1 -w json
role get r1 -w fields
role get r1 -w protobuf
role get r1 -w table
"""
_ROLES_REVOKED = """
role revoke-permission r1 a
role revoke-permission r1 pfx --prefix
role revoke-permission r1 b d
role revoke-permission r1 zed --from-key
role revoke-permission r1 foo ''
role revoke-permission --from-key r1 x
role revoke-permission r1 e
role revoke-permission r1 e f
role get r1
user grant-role u1 r1
user grant-role u1 r2
user grant-role u1 r2
user get u1
user get u1 --detail
user get u1 --detail -w json
user get u1 --detail -w fields
user revoke-role u1 r2
user revoke-role u1 r2
role delete r1
user get u1 --detail
user get u1
"""
_IN_EVERY_FORMAT = """
role add f -w FORMAT
role grant-permission f read k --prefix -w FORMAT
user add f:pw -w FORMAT
user grant-role f f -w FORMAT
user get f -w FORMAT
role get f -w FORMAT
role list -w FORMAT
user list -w FORMAT
user revoke-role f f -w FORMAT
role revoke-permission f k --prefix -w FORMAT
user delete f -w FORMAT
role delete f -w FORMAT
"""
_TURNED_ON = """
put a1 v
put b1 w
user add root:rootpw
user add alice:pw
role add reader
role grant-permission reader read a b
user grant-role alice reader
get a1 --user root:wrong
auth enable
auth status --user root:rootpw
auth enable --user root:rootpw
get a1
put a1 v
del a1
user list
role list
role get reader
auth disable
lease grant 100
get a1 --user root:rootpw
get a1 --user root --password rootpw
get a1 --user alice:pw
get a1 a3 --user alice:pw
get a c --user alice:pw
get b1 --user alice:pw
put a1 w --user alice:pw
del a1 --user alice:pw
get a1 --user alice:wrong
get a1 --user nobody:pw
get a1 --user alice:
get a1 --password pw
user list --user alice:pw
user add bob:pw --user alice:pw
user delete root --user root:rootpw
user revoke-role root root --user root:rootpw
role delete root --user root:rootpw
user get alice --user alice:pw
user get root --user alice:pw
role get reader --user alice:pw
user get alice --detail --user root:rootpw
user get root --user root:rootpw
role list --user root:rootpw
auth disable --user alice:pw
role grant-permission reader write a1 --user root:rootpw
put a1 w --user alice:pw
role revoke-permission reader write a1 --user root:rootpw
user grant-role alice root --user root:rootpw
get b1 --user alice:pw
user revoke-role alice root --user root:rootpw
get b1 --user alice:pw
user delete alice --user root:rootpw
get a1 --user alice:pw
user add alice:pw --user root:rootpw
user grant-role alice reader --user root:rootpw
"""
_TURNED_OFF = """
auth disable --user root:rootpw
auth status
get b1
get b1 --user alice:wrong
auth enable
auth disable --user root:rootpw
user revoke-role root root
auth enable
user delete root
auth enable
"""
_NEWER = """
role get root
role get root -w json
role get root -w fields
role grant-permission root read k
role get root
role add all
role grant-permission all readwrite '' --prefix
role get all
role get all -w fields
role revoke-permission all '' --from-key
role grant-permission all read '' ignored
role get all
role get all -w json
role revoke-permission all ''
role grant-permission all write '' end --from-key
role get all
auth status -w json --hex
role list -w fields --hex
user add --bogus
role grant-permission r read k --prefix=maybe
user add a --interactive=perhaps
"""
