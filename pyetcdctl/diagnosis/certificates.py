"""Certificates: the days that each has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.readings import exact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pyetcdctl.diagnosis.facts import Certificate, ClusterFacts
    from pyetcdctl.diagnosis.readings import Reading

_DAY_SECONDS = 86400.0


def certificate_readings(cluster: ClusterFacts, now: datetime) -> Iterator[Reading]:
    """Yield the days left of each certificate, once."""
    seen: set[Certificate] = set()
    for member in cluster.members:
        for certificate in member.certificates:
            if certificate not in seen:
                seen.add(certificate)
                yield _days(certificate, member.label, now)


def _days(certificate: Certificate, member: str, now: datetime) -> Reading:
    check = "authority" if certificate.is_authority else "certificate"
    days = (certificate.ends - now).total_seconds() / _DAY_SECONDS
    words = f"in {days:,.0f} days" if days > 0 else f"{-days:,.0f} days ago"
    verb = "ends" if days > 0 else "expired"
    if certificate.begins > now:
        begins = certificate.begins.isoformat(" ", "minutes")
        text = f"{certificate.place} is not valid before {begins}: is this machine's clock right?"
        return exact(check, member, -1.0, text=text)
    text = f"{certificate.place} {verb} on {certificate.ends.date()} ({words})"
    return exact(check, member, days, text=text)
