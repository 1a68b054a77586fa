"""Rebuild the stubs from proto/*.proto: ``python -m pyetcdctl.rpc.generate [--check]``.

The compiler is grpcio-tools 1.62.3 and no other: its messages run on every protobuf from 3.20 to
the newest, while those of later ones refuse older runtimes, and later gRPC stubs warn or fail when
grpcio is older than the compiler. ``generated.sha256`` records what was made from what, so that a
check is possible where this compiler cannot be installed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import subprocess
import sys
import tempfile
from pathlib import Path

COMPILER = "1.62.3"
PACKAGE = "pyetcdctl/rpc"
HERE = Path(__file__).parent
PROTO = HERE / "proto"
RECORD = HERE / "generated.sha256"
STUBS = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py")


def compiler_is_installed() -> bool:
    """Return whether the one version of grpcio-tools that may write the stubs is installed."""
    try:
        return importlib.metadata.version("grpcio-tools") == COMPILER
    except importlib.metadata.PackageNotFoundError:
        return False


def compile_stubs() -> dict[str, bytes]:
    """Return the stubs of the current definitions by file name."""
    with tempfile.TemporaryDirectory() as folder:
        # Mapping proto/ to the package's own path is what makes the stubs import each other as
        # pyetcdctl.rpc.*, and gives the definitions names that no other package registers.
        compiler = (sys.executable, "-m", "grpc_tools.protoc", f"-I{PACKAGE}={PROTO}")
        messages = (f"--python_out={folder}", f"--pyi_out={folder}")
        subprocess.run([*compiler, *messages, *_definitions()], check=True)
        services = [path for path in _definitions() if _has_services(path)]
        subprocess.run([*compiler, f"--grpc_python_out={folder}", *services], check=True)
        return _stubs_in(Path(folder) / PACKAGE)


def stale_stubs() -> list[str]:
    """Name the committed stubs that are not what the compiler makes of the definitions."""
    made, committed = compile_stubs(), _stubs_in(HERE)
    return sorted(name for name in made | committed if made.get(name) != committed.get(name))


def stale_records() -> list[str]:
    """Name the definitions and stubs that changed since the stubs were made."""
    recorded = set(RECORD.read_text().splitlines())
    return sorted({line.split()[-1] for line in recorded ^ set(_digests())})


def write_stubs() -> None:
    """Replace the committed stubs, and record what they were made of."""
    for name in _stubs_in(HERE):
        (HERE / name).unlink()
    for name, content in compile_stubs().items():
        (HERE / name).write_bytes(content)
    RECORD.write_text("".join(f"{line}\n" for line in _digests()))


def _definitions() -> list[str]:
    return sorted(f"{PACKAGE}/{path.name}" for path in PROTO.glob("*.proto"))


def _has_services(definition: str) -> bool:
    """Return whether gRPC stubs are needed; the compiler writes an empty file without services."""
    return "\nservice " in (PROTO / Path(definition).name).read_text()


def _stubs_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for pattern in STUBS for path in folder.glob(pattern)}


def _digests() -> list[str]:
    """Return a line for each definition and stub, as sha256sum writes them."""
    files = {f"proto/{path.name}": path.read_bytes() for path in PROTO.glob("*.proto")}
    files |= _stubs_in(HERE)
    return [f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in sorted(files)]


def main() -> str | None:
    """Rebuild or check; return a complaint for the exit, or nothing."""
    parser = argparse.ArgumentParser(description="Rebuild the stubs from proto/*.proto.")
    parser.add_argument("--check", action="store_true", help="compare only; fail when they differ")
    arguments = parser.parse_args()
    if not compiler_is_installed():
        return f"needs grpcio-tools=={COMPILER} (the dev extra brings it, on Python below 3.13)"
    if not arguments.check:
        write_stubs()
        return None
    stale = sorted({*stale_stubs(), *stale_records()})
    return f"not up to date: {', '.join(stale)}" if stale else None


if __name__ == "__main__":
    sys.exit(main())
