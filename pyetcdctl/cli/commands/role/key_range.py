"""The keys of a permission, as the command line names them."""

from __future__ import annotations

from pyetcdctl.cli.flags.parameters import FromKey, Prefix
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.errors import UsageError
from pyetcdctl.keyspace.ranges import FIRST_KEY, NO_END, prefix_end


class PermissionFlags(Flags):
    """The flags that make a range of a key."""

    prefix: Prefix = False
    from_key: FromKey = False


def key_range(keys: list[str], flags: PermissionFlags) -> tuple[bytes, bytes]:
    """Return (key, range_end); an empty key ignores the end that is given. Raises UsageError."""
    key, prefix, from_key = raw(keys[0]), flags.prefix, flags.from_key
    if prefix and from_key and (not key or len(keys) == 1):
        raise UsageError("--from-key and --prefix flags are mutually exclusive")
    if not key:
        return FIRST_KEY, NO_END if prefix or from_key else b""
    if len(keys) > 1:
        if prefix or from_key:
            flag = "--prefix" if prefix else "--from-key"
            raise UsageError(f"unexpected endkey argument with {flag} flag")
        return key, raw(keys[1])
    if prefix:
        return key, prefix_end(key)
    return key, NO_END if from_key else b""
