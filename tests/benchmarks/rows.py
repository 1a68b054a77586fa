"""The rows of the table: a command of ours, what it is compared with, and what it must reach."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.data import OBJECT_COUNT, OBJECTS, ONE_KEY, ONE_OBJECT

PROJECT = Path(__file__).resolve().parent.parent.parent
BARE_GET = Path(__file__).with_name("bare_get.py")
ETCDCTL = "etcdctl"

OURS = (sys.executable, "-c", "from pyetcdctl.cli.main import run; run()")
_COMPLETE = """
source completions/pyetcdctl.bash
COMP_WORDS=(pyetcdctl compl) COMP_CWORD=1 COMP_LINE='pyetcdctl compl' COMP_POINT=15
_pyetcdctl
echo "${COMPREPLY[@]}"
"""


@dataclass(frozen=True)
class Row:
    """Two programs that do the same work. ``goal`` is what the project asks of itself."""

    name: str
    work: str
    ours: tuple[str, ...]
    reference: tuple[str, ...]
    reference_name: str
    goal: str
    same_output: bool = False
    """Whether both print as many bytes."""
    rounds_factor: int = 1
    """How many times more often a short run is repeated."""
    objects: int = 0
    """How many objects are shown, where their number in a second is the goal."""

    @property
    def is_listing(self) -> bool:
        """Whether memory and the first line are worth reporting."""
        return self.rounds_factor == 1


def rows(endpoint: str, etcdctl: Path, *, streams: bool) -> list[Row]:
    """Return all rows for a server; one that ``streams`` has more to reach."""
    return [
        *_short(endpoint),
        *_listings(endpoint, str(etcdctl), streams),
        _level(endpoint),
        _space(endpoint),
        *_decoding(endpoint, str(etcdctl)),
    ]


def _short(endpoint: str) -> list[Row]:
    key = ONE_KEY.decode()
    import_typer = (sys.executable, "-c", "import typer")
    bare = (sys.executable, str(BARE_GET), endpoint, key)
    get = (*OURS, "get", key, f"--endpoints={endpoint}")
    return [
        Row("get", "`get KEY`, cold", get, bare, "a bare grpc script", "≤ 1.35", rounds_factor=5),
        Row(
            "help",
            "`--help`",
            (*OURS, "--help"),
            import_typer,
            "`import typer`",
            "≤ 1.5",
            rounds_factor=5,
        ),
        Row(
            "complete",
            "completing a command's name",
            ("bash", "--norc", "-c", _COMPLETE),
            import_typer,
            "`import typer`",
            "≤ 1.5",
            rounds_factor=5,
        ),
    ]


def _listings(endpoint: str, etcdctl: str, streams: bool) -> list[Row]:
    goals = {
        "keys": "≤ 0.5, 1/4, 0.3 s" if streams else "≤ 1.0, 1/4, 10 %",
        "values": "≤ 0.8, 1/8" if streams else "≤ 1.3, 1/8",
        "json": "≤ 0.8, 1/16" if streams else "≤ 1.3, 1/16",
    }
    words = {"keys": ["--keys-only"], "values": [], "json": ["-w", "json"]}
    return [
        Row(
            name,
            f"`get {' '.join(['/ --prefix', *more])}`",
            (*OURS, *_get_all(endpoint, more)),
            (etcdctl, *_get_all(endpoint, more)),
            ETCDCTL,
            goals[name],
            same_output=True,
        )
        for name, more in words.items()
    ]


def _decoding(endpoint: str, etcdctl: str) -> list[Row]:
    words = ("get", OBJECTS.decode(), "--prefix", f"--endpoints={endpoint}")
    import_typer = (sys.executable, "-c", "import typer")
    decode = (*OURS, "kubernetes", "decode", str(ONE_OBJECT))
    return [
        *(
            Row(
                name,
                f"`get --prefix -w {name}` of Kubernetes' objects",
                (*OURS, *words, "-w", name),
                (etcdctl, *words, "--command-timeout=300s"),
                "etcdctl's bytes",
                f"≥ {pace:,} a second",
                objects=OBJECT_COUNT,
            )
            for name, pace in (("jsonl", 3000), ("yaml", 1000))
        ),
        Row(
            "decode",
            "`kubernetes decode`, cold",
            decode,
            import_typer,
            "`import typer`",
            "≤ 1.3",
            rounds_factor=5,
        ),
    ]


def _get_all(endpoint: str, more: list[str]) -> list[str]:
    return ["get", "/", "--prefix", f"--endpoints={endpoint}", "--command-timeout=300s", *more]


def _space(endpoint: str) -> Row:
    return Row(
        "du",
        "`du`",
        (*OURS, "du", f"--endpoints={endpoint}", "--command-timeout=300s"),
        (*OURS, *_get_all(endpoint, [])),
        "our `get / --prefix`",
        "≤ 1.2, 100 MB",
    )


def _level(endpoint: str) -> Row:
    tree = (*OURS, "tree", "/registry", "--depth=1", f"--endpoints={endpoint}")
    import_typer = (sys.executable, "-c", "import typer")
    return Row(
        "tree",
        "`tree /registry --depth 1`",
        tree,
        import_typer,
        "`import typer`",
        "< 1 s",
        rounds_factor=3,
    )
