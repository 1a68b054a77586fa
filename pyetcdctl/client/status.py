"""Convert a gRPC status to our errors, with etcdctl's texts.

A text of etcd itself is printed alone (``etcdserver: permission denied``); every other status is
written as Go's gRPC writes it, with Go's names of the codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed, DeadlineExceeded, MethodUnknown, PyetcdctlError

if TYPE_CHECKING:
    import grpc

DEADLINE_TEXT = "context deadline exceeded"
CANCELED_TEXT = "context canceled"
NOT_UTF8 = "grpc: error while marshaling: string field contains invalid UTF-8"
INVALID_TOKEN = "etcdserver: invalid auth token"
OLD_AUTH_REVISION = "etcdserver: revision of auth store is old"
# What early releases of 3.4 and 3.5 report instead where the change came before the call.
OVERTAKEN = "auth: revision in header is old"
USER_EMPTY = "etcdserver: user name is empty"
AUTH_NOT_ENABLED = "etcdserver: authentication is not enabled"
COMPACTED = "etcdserver: mvcc: required revision has been compacted"
LEARNER = "etcdserver: rpc not supported for learner"
UNHEALTHY = "etcdserver: unhealthy cluster"
NO_SPACE = "etcdserver: mvcc: database space exceeded"
WITHOUT_QUORUM = frozenset(
    f"etcdserver: {text}"
    for text in (
        "no leader",
        "request timed out",
        "request timed out, possibly due to previous leader failure",
        "request timed out, possibly due to connection lost",
    )
)
"""Texts of a member whose cluster has no quorum."""
REFUSALS = frozenset({LEARNER, UNHEALTHY})
"""Texts of a member that responds but applied nothing; UNHEALTHY refuses a change of the members
before it is proposed to the others.
"""

PERHAPS_APPLIED = "The write may have been applied: look before you repeat it."

KNOWN = frozenset(
    "etcdserver: " + text
    for text in (
        "key is not provided",
        "key not found",
        "value is provided",
        "lease is provided",
        "too many operations in txn request",
        "duplicate key given in txn request",
        "invalid client api version",
        "invalid sort option",
        "mvcc: required revision has been compacted",
        "mvcc: required revision is a future revision",
        "mvcc: database space exceeded",
        "requested lease not found",
        "lease already exists",
        "too large lease TTL",
        "watch canceled",
        "member ID already exist",
        "Peer URLs already exists",
        "re-configuration failed due to not enough started members",
        "given member URLs are invalid",
        "member not found",
        "can only promote a learner member",
        "can only promote a learner member which is in sync with leader",
        "too many learner members in cluster",
        "cluster ID mismatch",
        "request is too large",
        "too many requests",
        "root user does not exist",
        "root user does not have root role",
        "user name already exists",
        "user name is empty",
        "user name not found",
        "role name already exists",
        "role name not found",
        "role name is empty",
        "authentication failed, invalid user ID or password",
        "permission not given",
        "permission denied",
        "role is not granted to the user",
        "permission is not granted to the role",
        "authentication is not enabled",
        "invalid auth token",
        "invalid auth management",
        "revision of auth store is old",
        "no leader",
        "not leader",
        "leader changed",
        "not capable",
        "server stopped",
        "request timed out",
        "request timed out, possibly due to previous leader failure",
        "request timed out, possibly due to connection lost",
        "request timed out, waiting for the applied index took too long",
        "unhealthy cluster",
        "corrupt cluster",
        "rpc not supported for learner",
        "bad leader transferee",
        "wrong downgrade target version format",
        "invalid downgrade target version",
        "cluster version not found during downgrade",
        "cluster has a downgrade job in progress",
        "no inflight downgrade job",
        "request canceled",
        "context deadline exceeded",
    )
)

# The texts of gRPC's core, in the releases since 1.59, for a call without a connection.
NEVER_LEFT = (
    "failed to connect to all addresses",
    "errors resolving ",
    "DNS resolution failed",
    "name resolution failure",
)
TOO_LARGE = "Received message larger than max"
CERTIFICATE_ADVICE = (
    "It may demand a client certificate, and none was given.",
    "Try:  --cert FILE --key FILE",
)
HTTP_STATUS = "Received http2 header with status: "


FIRST_RELEASES = {"AuthStatus": "3.5", "Downgrade": "3.5", "RangeStream": "3.7"}
"""The releases of etcd that introduced calls which the oldest supported release lacks."""


def code_name(error: grpc.RpcError) -> str:
    """Return the status code's name, such as UNAVAILABLE."""
    return str(error.code().name)


def details_of(error: grpc.RpcError) -> str:
    """Return the status message, empty when there is none."""
    return error.details() or ""


def never_left(error: grpc.RpcError) -> bool:
    """Whether the request certainly reached no server, because there was no connection."""
    return code_name(error) == "UNAVAILABLE" and details_of(error).startswith(NEVER_LEFT)


def deadline_exceeded(
    *advice: str, kind: type[DeadlineExceeded] = DeadlineExceeded
) -> DeadlineExceeded:
    """Return the error of a command whose deadline has passed."""
    return kind(DEADLINE_TEXT, *advice, code="DEADLINE_EXCEEDED")


def request_too_large(size: int, limit: int) -> CallFailed:
    """Return the error of Go's gRPC for a request that is too large to be sent."""
    details = f"trying to send message larger than max ({size} vs. {limit})"
    code = "RESOURCE_EXHAUSTED"
    return CallFailed(go_text(code, details), code=code, details=details)


def go_text(code: str, details: str) -> str:
    """Write a status as Go's gRPC does: ``rpc error: code = ... desc = ...``."""
    return f"rpc error: code = {go_name(code)} desc = {details}"


def go_name(code: str) -> str:
    """Write a code's name as Go does: ``ResourceExhausted`` for ``RESOURCE_EXHAUSTED``."""
    if code == "CANCELLED":
        return "Canceled"
    return code if code == "OK" else code.title().replace("_", "")


def error_from(error: grpc.RpcError) -> PyetcdctlError:
    """Return our error for a failed call, with the server's own text."""
    code, details = code_name(error), details_of(error)
    if details in KNOWN:
        return CallFailed(details, code=code, details=details)
    # A server knows the deadline and may report first that it has passed, without a code of its
    # own.
    if code == "DEADLINE_EXCEEDED" or details == DEADLINE_TEXT:
        return deadline_exceeded()
    if code == "CANCELLED" and _locally_cancelled(details):
        return CallFailed(CANCELED_TEXT, code=code, details=details)
    if details.startswith(HTTP_STATUS):
        return _from_proxy(code, details)
    if code == "UNIMPLEMENTED":
        return _unknown_method(details)
    if code == "RESOURCE_EXHAUSTED" and TOO_LARGE in details:
        # gRPC's core leaves out the opening bracket.
        details = "grpc: received" + details.partition("Received")[2].replace("))", ")")
    return CallFailed(go_text(code, details), code=code, details=details)


def _from_proxy(code: str, details: str) -> CallFailed:
    """Return the error for an HTTP status from a proxy; the server behind it may recover."""
    status = details.removeprefix(HTTP_STATUS)
    advice = f"A proxy responded with HTTP status {status}, not etcd: it does not reach the server."
    return CallFailed(go_text(code, details), advice, code="UNAVAILABLE", details=details)


def demands_certificate(error: grpc.RpcError) -> bool:
    """Whether a proxy's HTTP status is one that proxies give a client without a certificate."""
    return details_of(error).removeprefix(HTTP_STATUS) in ("400", "401", "403", "495", "496")


def _locally_cancelled(details: str) -> bool:
    return details in ("Locally cancelled by application!", "Channel closed!", "CANCELLED")


def _unknown_method(details: str) -> MethodUnknown:
    """Return the error for a call that the server does not implement, by the server's text."""
    method = details.removeprefix("unknown method ").partition(" ")[0]
    if details.startswith("unknown service "):
        advice = "The server does not have this part of etcd's API: it is not etcd itself."
    elif details.startswith("RangeStream does not support "):
        advice = "Try:  the same without --stream"
    elif method in FIRST_RELEASES:
        release = FIRST_RELEASES[method]
        advice = f"Etcd has this call from {release} on: the server is older, or it is not etcd."
    elif details.startswith("unknown method "):
        advice = "The server does not know this call: it is an older etcd, or it is not etcd."
    else:
        advice = "The server does not implement what was asked for: it is not etcd itself."
    text = go_text("UNIMPLEMENTED", details)
    return MethodUnknown(text, advice, code="UNIMPLEMENTED", details=details)
