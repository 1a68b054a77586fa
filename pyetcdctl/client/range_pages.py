"""A range by one call for each page, for servers without RangeStream.

The next page is asked for before the last one is handed out, so that the server reads while the
consumer prints. Pages have a size in bytes; the first is small, so that the first line comes soon
and large values are noticed while they are few. Only the first lets the server count the range.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.key_distance import KeyDistance
from pyetcdctl.errors import CallFailed
from pyetcdctl.rpc.kv import RANGE
from pyetcdctl.rpc.range_page import RangePage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.client.connection import Answer, Connection
    from pyetcdctl.client.range_rest import RangeRest

FIRST_PAGE_KEYS = 64
MOST_PAGE_KEYS = 50_000
PAGE_BYTES = 2 << 20
GROWTH = 8
WINDOW = 2
"""How many times more keys are looked through than a page takes: counting is cheaper than a call
that finds too few."""

NO_END = b"\0"

FIRST_END = b"/registry/b"
"""Where the first page of everything ends, before anything is counted: in Kubernetes' keys little,
but something, stands before it."""


class Question(NamedTuple):
    """A page that was asked for: by a call that is under way, or not yet."""

    request: bytes
    start: bytes
    end: bytes
    limit: int
    answer: Answer | None


class PageReader:
    """Reads the rest of a range; ``unlimited`` takes an entry too large for ``connection``."""

    def __init__(
        self, connection: Connection, unlimited: Connection, rest: RangeRest, timeout: float
    ) -> None:
        self._connection = connection
        self._unlimited = unlimited
        self._rest = rest
        self._timeout = timeout
        self._limit = FIRST_PAGE_KEYS
        self._distance: KeyDistance | None = None

    def pages(self, deadline: Deadline) -> Iterator[RangePage]:
        """Yield the pages; the first comes by the deadline, each other within the timeout."""
        question = self._question()
        while True:
            question, page = self._answer(question, deadline)
            self._take(question, page)
            if self._rest.is_done:
                yield page
                return
            question = self._question()
            question = question._replace(
                answer=self._connection.future(
                    RANGE, question.request, deadline=Deadline.after(self._timeout), patient=False
                )
            )
            yield page
            deadline = Deadline.after(self._timeout)

    def _question(self) -> Question:
        rest, end = self._rest, self._rest.range_end
        limit = min(self._limit, rest.limit) if rest.limit else self._limit
        if rest.next_key < FIRST_END and not rest.read and not rest.limit:
            if end == NO_END or end > FIRST_END:
                end = FIRST_END
        elif self._distance is not None and rest.count - rest.read > WINDOW * limit:
            guess = self._distance.beyond(rest.next_key, WINDOW * limit)
            if guess is not None and (end == NO_END or guess < end):
                end = guess
        return Question(rest.request(limit, end).encode(), rest.next_key, end, limit, None)

    def _answer(self, question: Question, deadline: Deadline) -> tuple[Question, RangePage]:
        """Return the page, and the question that it answers: a smaller one where it must be."""
        connection = self._connection
        while True:
            try:
                return question, RangePage.parse(_data(connection, question, deadline))
            except CallFailed as error:
                if not is_too_large(error):
                    raise
                if question.limit == 1:
                    if connection is self._unlimited:
                        raise
                    connection = self._unlimited
            self._limit = max(1, question.limit // GROWTH)
            question, deadline = self._question(), Deadline.after(self._timeout)

    def _take(self, question: Question, page: RangePage) -> None:
        rest = self._rest
        if question.end == rest.range_end:
            rest.count = rest.read + page.count
        rest.take(page)
        self._limit = self._next_limit(page)
        if page.more:
            self._distance = KeyDistance(
                page.key(len(page) // 2), page.last_key, len(page) // 2 + 1
            )
        elif question.end == rest.range_end:
            rest.is_done = True
        else:
            rest.next_key = question.end
            self._learn_from_window(question, len(page))

    def _next_limit(self, page: RangePage) -> int:
        if not len(page):
            return self._limit
        fitting = PAGE_BYTES * len(page) // page.size
        return max(1, min(fitting, self._limit * GROWTH, MOST_PAGE_KEYS))

    def _learn_from_window(self, question: Question, found: int) -> None:
        """Choose how far to look next after a window that held fewer keys than were wanted."""
        if not found and self._distance is not None:
            self._distance.look_further(question.start, WINDOW * question.limit)
        else:
            # A few keys in a wide window tell little: their number is taken with a grain of salt.
            found = max(found, question.limit // GROWTH, 1)
            self._distance = KeyDistance(question.start, question.end, found)


def _data(connection: Connection, question: Question, deadline: Deadline) -> bytes:
    if question.answer is not None:
        try:
            return question.answer.result()
        except CallFailed as error:
            if error.code != "UNAVAILABLE":
                raise
    return connection.unary(RANGE, question.request, deadline=deadline, repeatable=True)


def is_too_large(error: CallFailed) -> bool:
    """Whether an answer was refused here for its size."""
    return error.code == "RESOURCE_EXHAUSTED" and "received message larger" in error.details
