"""Write requests of etcd's API for etcdctl: as a command line, or a transaction on standard input.

Only flags that etcdctl has had since 3.4 are used. Words of a command line pass through URLs and
JSON on their way into a pod, so that they must be UTF-8 without NUL; a transaction takes any bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import BadFeature
from pyetcdctl.rpc.kv import ASCEND, BY_CREATE, BY_MOD, BY_VALUE, BY_VERSION, DESCEND, RangeRequest
from pyetcdctl.rpc.txn import CREATE, EQUAL, GREATER, LESS, MOD, NOT_EQUAL, VALUE, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest
    from pyetcdctl.rpc.txn import Compare, RequestOp, TxnRequest

FIRST_KEY = NO_END = b"\0"
_ORDERS = {ASCEND: b"--order=ASCEND", DESCEND: b"--order=DESCEND"}
_TARGETS = {
    BY_VERSION: b"--sort-by=VERSION",
    BY_CREATE: b"--sort-by=CREATE",
    BY_MOD: b"--sort-by=MODIFY",
    BY_VALUE: b"--sort-by=VALUE",
}
_OPERATORS = {EQUAL: "=", NOT_EQUAL: "!=", GREATER: ">", LESS: "<"}
_PLAIN = frozenset(range(0x20, 0x7F)) - set(b'"\\')
_ESCAPES = [chr(byte) if byte in _PLAIN else f"\\x{byte:02x}" for byte in range(256)]
CANNOT_SAY = "the etcdctl in the pod has no words for {}"


def range_words(request: RangeRequest) -> list[bytes]:
    """Return the words of ``get``; the response to a request for one key has the count, too."""
    words = [b"get"]
    limit = 1 if request.count_only else request.limit
    words += [b"--limit=%d" % limit] if limit else []
    words += [b"--rev=%d" % request.revision] if request.revision > 0 else []
    words += [b"--consistency=s"] if request.serializable else []
    words += [b"--keys-only"] if request.keys_only or request.count_only else []
    words += [_ORDERS[request.sort_order]] if request.sort_order in _ORDERS else []
    words += [_TARGETS[request.sort_target]] if request.sort_target in _TARGETS else []
    return words + _interval(request.key, request.range_end)


def put_words(request: PutRequest) -> list[bytes]:
    """Return the words of ``put``."""
    words = [b"put"]
    words += [b"--lease=%x" % request.lease] if request.lease else []
    words += [b"--prev-kv"] if request.prev_kv else []
    words += [b"--ignore-lease"] if request.ignore_lease else []
    if request.ignore_value:
        return [*words, b"--ignore-value", b"--", request.key]
    return [*words, b"--", request.key, request.value]


def delete_words(request: DeleteRangeRequest) -> list[bytes]:
    """Return the words of ``del``."""
    words = [b"del"]
    words += [b"--prev-kv"] if request.prev_kv else []
    return words + _interval(request.key, request.range_end)


def fits_command_line(words: Iterable[bytes]) -> bool:
    """Whether words arrive unchanged as arguments of a program in a pod."""
    try:
        return not any("\0" in word.decode() for word in words)
    except UnicodeDecodeError:
        return False


def transaction_text(request: TxnRequest) -> bytes:
    """Return what ``etcdctl txn`` reads. Raises BadFeature for a request that its grammar cannot
    express.
    """
    lines = [
        *map(_compare_line, request.compare),
        "",
        *map(_operation_line, request.success),
        "",
        *map(_operation_line, request.failure),
        "",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def reading_text(requests: Sequence[RangeRequest]) -> bytes:
    """Return a transaction that only reads."""
    lines = ["", *(_line(range_words(each)) for each in requests), "", ""]
    return "".join(f"{line}\n" for line in lines).encode()


def quoted(word: bytes) -> str:
    """Write bytes in Go's double quotes."""
    return f'"{"".join([_ESCAPES[byte] for byte in word])}"'


def _interval(key: bytes, range_end: bytes) -> list[bytes]:
    """Return the words for a range; etcdctl writes the first of all keys as an empty word."""
    if range_end == NO_END:
        return [b"--from-key", b"--", b"" if key == FIRST_KEY else key]
    return [b"--", key, range_end] if range_end else [b"--", key]


def _line(words: Sequence[bytes]) -> str:
    """Write an operation's line: flags as they are, what follows ``--`` quoted."""
    flags = words[: words.index(b"--") + 1]
    return " ".join([*(flag.decode() for flag in flags), *map(quoted, words[len(flags) :])])


def _operation_line(operation: RequestOp) -> str:
    if operation.request_range is not None:
        _check_filters(operation.request_range)
        return _line(range_words(operation.request_range))
    if operation.request_put is not None:
        return _line(put_words(operation.request_put))
    if operation.request_delete_range is not None:
        return _line(delete_words(operation.request_delete_range))
    raise BadFeature(CANNOT_SAY.format("a transaction within a transaction"))


def _compare_line(compare: Compare) -> str:
    numbers = {
        VERSION: ("version", compare.version),
        CREATE: ("create", compare.create_revision),
        MOD: ("mod", compare.mod_revision),
    }
    if compare.target == VALUE:
        name, operand = "value", quoted(compare.value)
    elif compare.target in numbers:
        name, number = numbers[compare.target]
        operand = f'"{number}"'
    else:
        raise BadFeature(CANNOT_SAY.format("the comparison of a lease"))
    return f"{name}({quoted(compare.key)}) {_OPERATORS[compare.result]} {operand}"


def _check_filters(request: RangeRequest) -> None:
    """Raise for a count or a filter, which only the reader of the response could apply."""
    if request.count_only or has_revision_filters(request):
        raise BadFeature(CANNOT_SAY.format("a count or a filter by revisions in a transaction"))


def has_revision_filters(request: RangeRequest) -> bool:
    """Whether a range leaves out keys by their revisions; etcdctl can since 3.6 only."""
    return any(
        (
            request.min_mod_revision,
            request.max_mod_revision,
            request.min_create_revision,
            request.max_create_revision,
        )
    )
