"""Scrape the members' metrics: from the client URL, or from a URL of metrics alone."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import TYPE_CHECKING

from pyetcdctl.client.metrics import metrics_page
from pyetcdctl.diagnosis.facts import ClockOffset
from pyetcdctl.diagnosis.metrics import parse_metrics
from pyetcdctl.errors import PyetcdctlError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyetcdctl.client.metrics import MetricsPage
    from pyetcdctl.diagnosis.metrics import Exposition
    from pyetcdctl.settings import ConnectionSettings

_SERVER_ID = "etcd_server_id"
_ERRORS = (OSError, HTTPException, ValueError, PyetcdctlError)


@dataclass(frozen=True, slots=True)
class Scrape:
    """One page of metrics, when it was taken, and the clock of the server that sent it."""

    url: str
    page: Exposition
    at: float
    clock: ClockOffset | None


@dataclass(frozen=True, slots=True)
class NoScrape:
    """Why a member's metrics could not be read."""

    reason: str


def scrape(urls: Sequence[str], settings: ConnectionSettings) -> Scrape | NoScrape:
    """Return the first of several pages that can be read."""
    reason = "no URL of metrics is known"
    for url in urls:
        try:
            page = metrics_page(url, settings)
            return Scrape(url, parse_metrics(page.text), page.at, _clock(page))
        except _ERRORS as error:
            reason = f"{url}/metrics: {_words(error)}"
    return NoScrape(reason)


def published_by(urls: Sequence[str], settings: ConnectionSettings) -> Mapping[int, str]:
    """Return which member publishes its metrics at which of the URLs, by the ID in the page."""
    found = {}
    for url in urls:
        taken = scrape([url], settings)
        if isinstance(taken, Scrape):
            for text in taken.page.label_values(_SERVER_ID, "server_id"):
                found[int(text, 16)] = url
    return found


def _clock(page: MetricsPage) -> ClockOffset | None:
    """Compare the date of the response, which has whole seconds, with this machine's clock."""
    try:
        date = parsedate_to_datetime(page.date).timestamp()
    except (ValueError, TypeError):
        return None
    return ClockOffset(date - page.received, date + 1.0 - page.sent)


def _words(error: Exception) -> str:
    if isinstance(error, PyetcdctlError):
        return error.message
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
