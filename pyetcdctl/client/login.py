"""The login of calls: a user with a token, the user that a certificate names, or no user."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pyetcdctl.client.status import OLD_AUTH_REVISION, OVERTAKEN, details_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import grpc

    from pyetcdctl.client.deadline import Deadline
    from pyetcdctl.client.tokens import Tokens
    from pyetcdctl.settings import Credentials

Metadata: TypeAlias = "tuple[tuple[str, str], ...]"

API_VERSION = ("client-api-version", "3.7")
LEADER_WANTED = ("hasleader", "true")
"""Lets a server without a leader end the call with an error instead of sending nothing."""


class Login:
    """The login of one connection."""

    def __init__(self, credentials: Credentials, token: str | None = None) -> None:
        """``token`` is one that the cluster has issued already."""
        self._credentials = credentials
        self._first_token = token
        self._tokens: Tokens | None = None

    def copy(self) -> Login:
        """Return the login of another connection to the same cluster, with the token of this one.

        Each renews its own: connections may be used in several threads.
        """
        token = self._tokens.token if self._tokens is not None else self._first_token
        return Login(self._credentials, token)

    def metadata(
        self, deadline: Deadline, authenticate: Callable[[bytes, Deadline], bytes]
    ) -> Metadata:
        """Return the metadata of calls; the first logs in by ``authenticate`` if needed."""
        if not self._credentials:
            return (API_VERSION,)
        if self._tokens is None:
            from pyetcdctl.client.tokens import Tokens

            self._tokens = Tokens(self._credentials, authenticate, self._first_token)
        token = self._tokens.current(deadline)
        return (API_VERSION, ("token", token)) if token else (API_VERSION,)

    def outlasts(self, error: grpc.RpcError, deadline: Deadline) -> bool:
        """Whether a call was refused for its token or for changed users and roles, and may be
        retried.

        A user of a client certificate has no token to renew: where users or roles changed during
        the call, it is retried as it is.
        """
        if self._tokens is not None:
            return self._tokens.renews_after(details_of(error), deadline)
        return details_of(error) in (OLD_AUTH_REVISION, OVERTAKEN)

    def accepted(self) -> None:
        """Record that a call was served with this token."""
        if self._tokens is not None:
            self._tokens.accepted()

    def forget(self) -> None:
        """Discard the token, so that the next call logs in again."""
        self._tokens = self._first_token = None
