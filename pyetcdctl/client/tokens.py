"""Log in: get a token for a name and a password, and a new one when the server has dropped it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pyetcdctl.client.calls import decoded
from pyetcdctl.client.status import (
    AUTH_NOT_ENABLED,
    INVALID_TOKEN,
    OLD_AUTH_REVISION,
    OVERTAKEN,
    USER_EMPTY,
)
from pyetcdctl.errors import CallFailed, ConnectionFailed, ResponseMakesNoSense
from pyetcdctl.rpc.wire import Field, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.settings import Credentials

RENEWED_BY_LOGIN = frozenset({INVALID_TOKEN, OLD_AUTH_REVISION, OVERTAKEN, USER_EMPTY})
MOST_RENEWALS = 3


class AuthenticateRequest(Message):
    """Name and password."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "name", "string"),
        Field(2, "password", "string"),
    )
    name: str = ""
    password: str = ""


class AuthenticateResponse(Message):
    """The token; the header is ignored."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(2, "token", "string"),)
    token: str = ""


class Tokens:
    """The token of one connection. ``login`` makes the Authenticate call on raw bytes."""

    def __init__(
        self,
        credentials: Credentials,
        login: Callable[[bytes, Deadline], bytes],
        token: str | None = None,
    ) -> None:
        """``token`` is one that the cluster has issued already."""
        self._credentials = credentials
        self._login = login
        self._token: str | None = credentials.token or token
        self._renewals = 0

    @property
    def token(self) -> str | None:
        """The token; None before the first login, empty where the server requires none."""
        return self._token

    def current(self, deadline: Deadline) -> str:
        """Return the token; the first call logs in. Empty where the server requires none."""
        if not _may_be_sent(self._credentials.token):
            raise CallFailed(INVALID_TOKEN, code="UNAUTHENTICATED", details=INVALID_TOKEN)
        if self._token is None:
            try:
                self._token = self._authenticate(deadline)
            except ResponseMakesNoSense:
                raise
            except CallFailed as error:
                raise ConnectionFailed(error.message, *error.advice) from error
        return self._token

    def renews_after(self, details: str, deadline: Deadline) -> bool:
        """Log in again if a call failed because of its token; return whether that was done.

        A ready-made token is never replaced.
        """
        if details not in RENEWED_BY_LOGIN or self._credentials.token:
            return False
        if self._renewals >= MOST_RENEWALS:
            return False
        self._renewals += 1
        self._token = self._authenticate(deadline)
        return True

    def accepted(self) -> None:
        """Record that a call was served, which resets the count of failed renewals."""
        self._renewals = 0

    def _authenticate(self, deadline: Deadline) -> str:
        request = AuthenticateRequest(
            name=self._credentials.user, password=self._credentials.password
        )
        try:
            data = self._login(request.encode(), deadline)
        except CallFailed as error:
            if error.details == AUTH_NOT_ENABLED:
                return ""
            raise
        token = decoded(AuthenticateResponse, data, deadline).token
        if not _may_be_sent(token):
            raise ResponseMakesNoSense("the token cannot be sent")
        return token


def _may_be_sent(token: str) -> bool:
    """Whether a token can be sent as an HTTP header."""
    return token.isascii() and token.isprintable()
