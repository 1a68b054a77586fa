"""A range of keys that is read from a model, filtered, sorted and limited as a server would."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.rpc.key_values import without_value
from pyetcdctl.rpc.kv import (
    BY_CREATE,
    BY_KEY,
    BY_MOD,
    BY_VALUE,
    BY_VERSION,
    DESCEND,
    NO_ORDER,
    KeyValue,
)
from pyetcdctl.rpc.range_page import RangePage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyetcdctl.rpc.kv import RangeRequest, ResponseHeader

PAGE_KEYS = 1024
ENDLESS = (1 << 63) - 1
_OF_ENTRIES = ("_data", "_bodies", "_ends", "_start", "_end")
"""The parts of a page."""
_FIELDS = {
    BY_VERSION: "version",
    BY_CREATE: "create_revision",
    BY_MOD: "mod_revision",
    BY_VALUE: "value",
}


class FoundKeys(NamedTuple):
    """The keys of a range, and how to read the KeyValue of one of them."""

    keys: Sequence[bytes]
    read: Callable[[bytes], bytes]


class FileRange:
    """The response to a RangeRequest.

    ``drops_leases``: KeyValues without values have no lease, as from etcd 3.7 on. ``check`` raises
    where the file was changed while it was read.
    """

    def __init__(
        self,
        request: RangeRequest,
        header: ResponseHeader,
        found: FoundKeys,
        *,
        drops_leases: bool,
        check: Callable[[], None],
    ) -> None:
        self.request = request
        self.header = header
        self.count = len(found.keys)
        self._read = found.read
        self._drops_leases = drops_leases
        self._check = check
        keys = [] if request.count_only else _sorted(_limited(found, request), request)
        self.more = 0 < request.limit < len(keys)
        self._keys = keys[: request.limit] if self.more else keys

    def pages(self) -> Iterator[RangePage]:
        """Yield every page once; none is empty."""
        keys = iter(self._keys)
        while part := list(islice(keys, PAGE_KEYS)):
            yield self._page(part)

    def whole(self) -> RangePage:
        """Return all as one page, with header, count and more."""
        return self._page(self._keys)

    def _page(self, keys: Sequence[bytes]) -> RangePage:
        if self.request.keys_only:
            return _KeysPage(list(keys), self._without_values, self)
        page = self._whole(map(self._read, keys))
        self._check()
        return page

    def _without_values(self, keys: Sequence[bytes]) -> RangePage:
        entries = map(self._read, keys)
        page = self._whole(without_value(each, drops_lease=self._drops_leases) for each in entries)
        self._check()
        return page

    def _whole(self, entries: Iterable[bytes]) -> RangePage:
        return RangePage.of_entries(entries, self.header, count=self.count, more=self.more)


class _KeysPage(RangePage):
    """Known keys, whose KeyValues are read on the first use of more than the keys."""

    __slots__ = ("_load",)

    def __init__(
        self,
        keys: list[bytes],
        load: Callable[[Sequence[bytes]], RangePage],
        found: FileRange,
    ) -> None:
        self._known_keys = keys
        self._load = load
        self.header, self.count, self.more = found.header, found.count, found.more

    def __getattr__(self, name: str) -> Any:
        """Read the KeyValues on the first use of an attribute that needs them."""
        if name not in _OF_ENTRIES:
            raise AttributeError(name)
        page = self._load(self._known_keys or ())
        for each in _OF_ENTRIES:
            setattr(self, each, getattr(page, each))
        return getattr(self, name)

    def __len__(self) -> int:
        return len(self._known_keys or ())

    def key(self, index: int) -> bytes:
        """Return one entry's key."""
        return (self._known_keys or [])[index]

    @property
    def last_key(self) -> bytes:
        """The last entry's key; the page must not be empty."""
        return self.key(-1)


def _limited(found: FoundKeys, request: RangeRequest) -> FoundKeys:
    """Return the keys that a server would sort and then cut at the limit."""
    filtered = _filtered(found, request)
    # Without a sort order a server reads one key more than the limit, and sorts these.
    if request.limit > 0 and request.sort_order == NO_ORDER and filtered is found:
        return found._replace(keys=found.keys[: request.limit + 1])
    return filtered


def _filtered(found: FoundKeys, request: RangeRequest) -> FoundKeys:
    limits = (
        request.min_mod_revision,
        request.max_mod_revision or ENDLESS,
        request.min_create_revision,
        request.max_create_revision or ENDLESS,
    )
    if limits == (0, ENDLESS, 0, ENDLESS):
        return found
    least_mod, most_mod, least_create, most_create = limits

    def is_within(key: bytes) -> bool:
        entry = KeyValue.decode(found.read(key))
        is_changed_then = least_mod <= entry.mod_revision <= most_mod
        return is_changed_then and least_create <= entry.create_revision <= most_create

    return found._replace(keys=list(filter(is_within, found.keys)))


def _sorted(found: FoundKeys, request: RangeRequest) -> Sequence[bytes]:
    """Return the keys in the requested order; equal ones stay in the order of the keys."""
    descends = request.sort_order == DESCEND
    if request.sort_target == BY_KEY:
        return found.keys[::-1] if descends else found.keys
    name = _FIELDS[request.sort_target]

    def field(key: bytes) -> Any:
        return getattr(KeyValue.decode(found.read(key)), name)

    return sorted(found.keys, key=field, reverse=descends)
