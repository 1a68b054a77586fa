"""Kubernetes' own fixtures: a full object of every kind, as protobuf, JSON and YAML.

``python -m tests.kubernetes.fixtures k8s.io/api/testdata/HEAD --release 1.37`` packs those of one
release into ``data/fixtures.jsonl.xz`` and keeps the other releases that are in it. The folder
comes with the module k8s.io/api (``go mod download -json k8s.io/api@v0.37.2`` prints where it is).
"""

from __future__ import annotations

import argparse
import json
import lzma
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.kubernetes.sample import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKED = DATA / "fixtures.jsonl.xz"
STRONGEST = 9 | lzma.PRESET_EXTREME


class Fixture(NamedTuple):
    """One object of a release, in the three encodings of Kubernetes' own serializers."""

    release: str
    name: str
    """GROUP.VERSION.KIND; the group of the core is ``core``."""
    protobuf: bytes
    json: str
    yaml: str

    @property
    def group(self) -> str:
        """The API group, empty for the core."""
        group = self.name.rsplit(".", 2)[0]
        return "" if group == "core" else group

    @property
    def kind(self) -> str:
        """The kind."""
        return self.name.rpartition(".")[2]


@cache
def fixtures() -> list[Fixture]:
    """Return the packed fixtures of all releases."""
    with lzma.open(PACKED, "rt", encoding="utf-8") as lines:
        return [_unpacked(json.loads(line)) for line in lines]


def fixture(name: str, release: str = "1.37") -> Fixture:
    """Return the fixture of a GROUP.VERSION.KIND."""
    return next(found for found in fixtures() if (found.name, found.release) == (name, release))


def read_folder(folder: Path, release: str) -> list[Fixture]:
    """Read the fixtures of one release from ``testdata/HEAD`` of k8s.io/api."""
    return [
        Fixture(
            release,
            path.stem,
            path.read_bytes(),
            path.with_suffix(".json").read_text(),
            path.with_suffix(".yaml").read_text(),
        )
        for path in sorted(folder.glob("*.pb"))
    ]


def pack(found: Iterable[Fixture]) -> bytes:
    """Compress fixtures: one line of JSON each, the bytes as hex digits."""
    lines = (json.dumps({**f._asdict(), "protobuf": f.protobuf.hex()}) for f in found)
    return lzma.compress("".join(f"{line}\n" for line in lines).encode(), preset=STRONGEST)


def _unpacked(line: dict[str, str]) -> Fixture:
    return Fixture(**{**line, "protobuf": bytes.fromhex(line["protobuf"])})  # type: ignore[arg-type]


def main() -> None:
    """Pack the fixtures of one release."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="testdata/HEAD of k8s.io/api")
    parser.add_argument("--release", required=True, help="the release, as 1.37")
    arguments = parser.parse_args()
    found = read_folder(arguments.folder, arguments.release)
    if not found:
        parser.error(f"{arguments.folder} has no fixtures (*.pb)")
    kept = [f for f in (fixtures() if PACKED.exists() else []) if f.release != arguments.release]
    PACKED.write_bytes(pack(sorted(kept + found)))


if __name__ == "__main__":
    main()
