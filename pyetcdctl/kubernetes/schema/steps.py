"""A value that changed from release to release, as the steps that led to the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def in_order(release: str) -> tuple[int, ...]:
    """Return what sorts releases: 1.9 before 1.10."""
    return tuple(map(int, release.split(".")))


def add_steps(values: Iterable[tuple[str, str]]) -> str:
    """Write down the last release of each value but the newest one: ``1.17=-,1.33=e``."""
    steps: list[tuple[str, str]] = []
    for release, value in values:
        if steps and steps[-1][1] == value:
            steps.pop()
        steps.append((release, value))
    return ",".join(f"{release}={value}" for release, value in steps[:-1])


def value_at(steps: str, release: tuple[int, ...], newest: str) -> str:
    """Return the value that a release had."""
    for step in steps.split(",") if steps else ():
        until, _, value = step.partition("=")
        if release <= in_order(until):
            return value
    return newest
