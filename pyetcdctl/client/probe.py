"""Why a connection failed: a short probe of the endpoint by plain sockets and Python's own TLS.

It runs only after a failure, in a thread of its own, so that nothing (such as a name server) can
delay the command for longer than the time limit.
"""

from __future__ import annotations

import errno
import socket
import ssl
import threading
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.endpoints import Endpoint, wants_tls
from pyetcdctl.client.handshakes import (
    first_words,
    plain_socket,
    secure_socket,
    shake_hands,
    speaks_http2,
)
from pyetcdctl.client.verdicts import (
    Diagnosis,
    expects_tls,
    is_not_tls,
    not_etcd,
    outdated_tls,
    reachable,
    refused,
    silent,
    unexplained,
    unnamed,
    unreachable,
    without_http2,
)
from pyetcdctl.errors import PyetcdctlError

if TYPE_CHECKING:
    from pyetcdctl.settings import ConnectionSettings

LATE_SECONDS, EARLY_SECONDS = 0.5, 2.0
"""How long a probe may take: after the deadline, and before it."""

SHORTEST_SECONDS = 0.01
SOCKETS_SHARE = 0.6
MOST_ENDPOINTS_SHOWN = 3

# gRPC's texts for failures that may be transient: a server that restarts, a network error.
PASSING = ("Connection refused", "No such file", "resol", "o route", "unreachable", "imed out")


# OpenSSL's reasons where the server supports no version of TLS from 1.2 on.
OUTDATED = frozenset({"TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"})


class Verdict(NamedTuple):
    """The causes at all endpoints; ``permanent`` if waiting helps at none of them.

    ``reachable`` are those where etcd could be the server, and responded to a greeting.
    """

    advice: tuple[str, ...]
    permanent: bool
    reachable: tuple[Endpoint, ...] = ()


class Clock:
    """The time left for one endpoint; never zero, which would make a socket non-blocking."""

    def __init__(self, seconds: float) -> None:
        self._deadline = Deadline.after(seconds)

    def left(self) -> float:
        """Return the seconds left."""
        return max(SHORTEST_SECONDS, self._deadline.remaining() or 0.0)


def is_passing(details: str) -> bool:
    """Whether gRPC's details name a transient cause."""
    return any(words in details for words in PASSING)


def verdict(settings: ConnectionSettings, endpoints: list[Endpoint], seconds: float) -> Verdict:
    """Return why none of the endpoints responds, within a time limit."""
    found = _examine_all(settings, endpoints, seconds)
    shown = found[:MOST_ENDPOINTS_SHOWN]
    advice = list(dict.fromkeys(diagnosis.cause for diagnosis in shown))
    if len(found) > len(shown):
        advice.append(f"{len(found) - len(shown)} more endpoints do not respond either.")
    if settings.found_in:
        advice.append(f"The endpoint comes from {settings.found_in}.")
    advice += dict.fromkeys(line for diagnosis in shown for line in diagnosis.remedy)
    pairs = zip(endpoints, found, strict=True)
    reachable = tuple(endpoint for endpoint, diagnosis in pairs if diagnosis.is_reachable)
    return Verdict(tuple(advice), all(diagnosis.permanent for diagnosis in found), reachable)


def _examine_all(
    settings: ConnectionSettings, endpoints: list[Endpoint], budget: float
) -> list[Diagnosis]:
    """Probe all endpoints at the same time, each within a part of the time limit."""
    found = {endpoint: unexplained(endpoint) for endpoint in endpoints}
    ends = Deadline.after(budget)

    def examine(endpoint: Endpoint) -> None:
        found[endpoint] = _examine(endpoint, settings, Clock(budget * SOCKETS_SHARE))

    threads = [threading.Thread(target=examine, args=(one,), daemon=True) for one in endpoints]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(ends.remaining())
    return [found[endpoint] for endpoint in endpoints]


def _examine(endpoint: Endpoint, settings: ConnectionSettings, clock: Clock) -> Diagnosis:
    try:
        if wants_tls(endpoint, settings):
            return _examine_tls(endpoint, settings, clock)
        return _examine_plain(endpoint, clock)
    except PyetcdctlError as error:
        return Diagnosis(error.message, error.advice, permanent=True)
    except OSError as error:
        return _from_system(endpoint, error)


def _from_system(endpoint: Endpoint, error: OSError) -> Diagnosis:
    """Explain an error of the operating system before the first byte was received."""
    if isinstance(error, socket.gaierror):
        return unnamed(endpoint, error.strerror or str(error))
    if isinstance(error, TimeoutError):
        return silent(endpoint)
    if isinstance(error, ConnectionRefusedError | FileNotFoundError):
        return refused(endpoint)
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return unreachable(endpoint, error.strerror or "")
    return unreachable(endpoint, (error.strerror or str(error)).lower())


def _examine_plain(endpoint: Endpoint, clock: Clock) -> Diagnosis:
    with plain_socket(endpoint, clock.left()) as connected:
        try:
            words = first_words(connected)
        except TimeoutError:
            return silent(endpoint, connected=True)
    if speaks_http2(words):
        return reachable(endpoint)
    if words.startswith(b"HTTP/") and b"HTTPS" not in words:
        return not_etcd(endpoint)
    if _shakes_hands(endpoint, clock):
        return expects_tls(endpoint)
    return not_etcd(endpoint)


def _shakes_hands(endpoint: Endpoint, clock: Clock) -> bool:
    """Whether a TLS server responds; an alert, such as for a missing certificate, counts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        secure_socket(endpoint, context, clock.left(), endpoint.host).close()
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")
    except OSError:
        return False
    return True


def _examine_tls(endpoint: Endpoint, settings: ConnectionSettings, clock: Clock) -> Diagnosis:
    from pyetcdctl.client.tls import client_context, server_name

    context = client_context(settings.tls, verify=not settings.insecure_skip_tls_verify)
    plain = plain_socket(endpoint, clock.left())
    plain.settimeout(clock.left())
    try:
        connected = shake_hands(plain, context, server_name(endpoint, settings))
    except ssl.SSLCertVerificationError as error:
        from pyetcdctl.client.certificate_verdicts import certificate_refused

        return certificate_refused(endpoint, settings, error, _presented(endpoint, settings, clock))
    except TimeoutError:
        return silent(endpoint, connected=True)
    except OSError as error:
        return _broken_handshake(endpoint, settings, error, clock)
    with connected:
        return _after_handshake(endpoint, settings, connected)


def _after_handshake(
    endpoint: Endpoint, settings: ConnectionSettings, connected: ssl.SSLSocket
) -> Diagnosis:
    """With TLS 1.3 the server judges the client's certificate only now, by an alert or an end."""
    try:
        words = first_words(connected)
    except TimeoutError:
        return silent(endpoint, connected=True)
    if speaks_http2(words):
        return reachable(endpoint)
    if not words and (connected.selected_alpn_protocol() or not settings.tls.certificate):
        return _client_refused(endpoint, settings)
    return not_etcd(endpoint) if connected.selected_alpn_protocol() else without_http2(endpoint)


def _broken_handshake(
    endpoint: Endpoint, settings: ConnectionSettings, error: OSError, clock: Clock
) -> Diagnosis:
    reason = error.reason or "" if isinstance(error, ssl.SSLError) else ""
    if reason in OUTDATED:
        return outdated_tls(endpoint)
    if "NO_APPLICATION_PROTOCOL" in reason:
        return without_http2(endpoint)
    if "ALERT" in reason:
        return _client_refused(endpoint, settings)
    if reason == "HTTP_REQUEST" or _is_plain(endpoint, clock):
        return is_not_tls(endpoint)
    return not_etcd(endpoint)


def _client_refused(endpoint: Endpoint, settings: ConnectionSettings) -> Diagnosis:
    from pyetcdctl.client.certificate_verdicts import client_refused

    return client_refused(endpoint, settings)


def _is_plain(endpoint: Endpoint, clock: Clock) -> bool:
    try:
        with plain_socket(endpoint, clock.left()) as connected:
            words = first_words(connected)
    except OSError:
        return False
    return speaks_http2(words) or words.startswith(b"HTTP/")


def _presented(endpoint: Endpoint, settings: ConnectionSettings, clock: Clock) -> bytes:
    """Return the server's certificate without verifying it; empty if it cannot be fetched."""
    from pyetcdctl.client.tls import client_context

    context = client_context(settings.tls, verify=False)
    try:
        with secure_socket(endpoint, context, clock.left(), endpoint.host) as connected:
            return connected.getpeercert(binary_form=True) or b""
    except OSError:
        return b""
