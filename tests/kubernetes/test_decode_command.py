"""``kubernetes decode``: a value in every form in which people have one."""

from __future__ import annotations

import base64
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.errors import InvalidInput
from pyetcdctl.kubernetes.codec.input_forms import values_in
from tests.kubernetes.sample import DATA, responses
from tests.runner import clean_environment
from tests.runner import run_here as run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.kubernetes.sample import Stored
    from tests.server import Etcd

KEY = "/registry/namespaces/default"
CONFIG = str(DATA / "encryption-config.yaml")


@pytest.fixture(scope="module")
def printed(sample_etcd: Etcd) -> bytes:
    """What ``get KEY`` prints."""
    return run("get", KEY, env=sample_etcd.environment).stdout


@pytest.fixture(scope="module")
def value(printed: bytes) -> bytes:
    return printed[len(KEY) + 1 : -1]


def grouped(data: bytes, size: int) -> str:
    return data.hex(" ", size)


def dumped(data: bytes) -> str:
    """Write a dump as ``xxd`` does."""
    starts = range(0, len(data), 16)
    return "".join(f"{at:08x}: {grouped(data[at : at + 16], -2):<39}  ........\n" for at in starts)


def dumped_with_bars(data: bytes) -> str:
    """Write a dump as ``hexdump -C`` does."""
    lines = []
    for at in range(0, len(data), 16):
        halves = (grouped(data[at : at + 8], 1), grouped(data[at + 8 : at + 16], 1))
        lines.append(f"{at:08x}  {'  '.join(halves)}  |........|\n")
    return "".join([*lines, f"{len(data):08x}\n"])


def escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data) + "\n"


FORMS: dict[str, Callable[[bytes], bytes | str]] = {
    "raw": lambda value: value,
    "with the newline of print-value-only": lambda value: value + b"\n",
    "hex": lambda value: value.hex(),
    "hex in columns": lambda value: grouped(value, 1),
    "xxd": dumped,
    "hexdump -C": dumped_with_bars,
    "etcdctl --hex": lambda value: escaped(KEY.encode()) + escaped(value),
    "base64 in lines": base64.encodebytes,
    "base64": base64.b64encode,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_value_is_found_in_its_form(value: bytes, form: Callable[[bytes], bytes | str]) -> None:
    result = run("kubernetes", "decode", input=form(value))
    assert result.stdout.decode() == responses()[KEY]["yaml"]
    assert not result.stderr


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_value_is_found_behind_its_key(printed: bytes, line_end: bytes) -> None:
    """``kubectl exec -t`` makes two characters of every newline."""
    result = run("kubernetes", "decode", "-", input=printed.replace(b"\n", line_end))
    assert result.stdout.decode() == responses()[KEY]["yaml"]
    reported = result.stderr.splitlines()
    assert reported[0] == f"# {KEY}  v1 Namespace"
    assert (
        len(reported) == 1
        if line_end == b"\n"
        else "a carriage return before each newline" in reported[1]
    )


@pytest.mark.parametrize("sealed", ["", "vault-aescbc", "vault-secretbox"])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_value_whose_newlines_a_terminal_changed_is_read(
    stored: dict[str, Stored], sealed: str, end: bytes
) -> None:
    folder = f"/registry/secrets/{sealed}/" if sealed else "/registry/minions/"
    key = next(
        key for key in stored if key.startswith(folder) and stored[key].value.count(b"\n") > 1
    )
    changed = (stored[key].value + end).replace(b"\n", b"\r\n")
    flags = ("-o", "jsonl", "--release", "1.36", "--encryption-config", CONFIG)
    result = run("kubernetes", "decode", *flags, input=changed)
    assert (result.stdout.decode(), result.exit_code) == (f"{responses()[key]['json']}\n", 0)
    assert "a carriage return before each newline" in result.stderr


def test_what_etcdctl_printed_field_by_field_is_read(sample_etcd: Etcd) -> None:
    for folder in ("/registry/secrets/vault-aesgcm/", "/registry/minions/"):
        listed = run("get", folder, "--prefix", "-w", "fields", env=sample_etcd.environment).stdout
        flags = ("-o", "jsonl", "--release", "1.36", "--encryption-config", CONFIG)
        for text in (listed, listed.replace(b"\n", b"\r\n")):
            shown = run("kubernetes", "decode", *flags, input=text)
            keys = sorted(key for key in responses() if key.startswith(folder))
            assert shown.stdout.decode().splitlines() == [responses()[key]["json"] for key in keys]
            assert f"# {keys[0]}  v1 " in shown.stderr
    cut = run("kubernetes", "decode", input=listed.replace(b"\\n", b"\n"))
    assert (cut.exit_code, cut.stdout) == (3, b"")
    assert cut.stderr.startswith("Error: a field's text does not end on its line, or was changed\n")


@pytest.mark.parametrize("form", [dumped, dumped_with_bars, base64.b64encode, bytes.hex])
def test_what_etcdctl_printed_may_be_dumped(
    printed: bytes, value: bytes, form: Callable[[bytes], bytes | str]
) -> None:
    """``etcdctl get KEY | xxd``: the key and the newline behind the value are in the dump, too."""
    with_newline = run("kubernetes", "decode", input=form(value + b"\n"))
    with_key = run("kubernetes", "decode", input=form(printed))
    expected = responses()[KEY]["yaml"]
    assert (with_newline.stdout.decode(), with_newline.stderr) == (expected, "")
    assert (with_key.stdout.decode(), with_key.stderr) == (expected, f"# {KEY}  v1 Namespace\n")


def test_all_values_of_a_listing_are_found(sample_etcd: Etcd) -> None:
    listed = run("get", "/registry/", "--prefix", env=sample_etcd.environment).stdout
    flags = ("-o", "jsonl", "--release", "1.36", "--encryption-config", CONFIG)
    shown = run("kubernetes", "decode", *flags, input=listed).stdout.decode().splitlines()
    expected = [
        response["json"]
        for key, response in responses().items()
        if response["json"]
        and response.get("config_decrypts", True)
        and key.startswith("/registry/")
    ]
    assert shown == expected


def test_etcdctls_json_is_read(sample_etcd: Etcd) -> None:
    listed = run("get", "/registry/minions/", "--prefix", "-wjson", env=sample_etcd.environment)
    shown = run("kubernetes", "decode", "-o", "jsonl", input=listed.stdout).stdout.decode()
    keys = sorted(key for key in responses() if key.startswith("/registry/minions/"))
    assert shown.splitlines() == [responses()[key]["json"] for key in keys]


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.decode("utf-8", "replace").encode(),
        lambda value: value.replace(b"\0", b""),
        lambda value: value.replace(b"\0", b"^@"),
        lambda value: value.replace(b"\0", b"\\x00"),
    ],
    ids=["replaced", "lost", "caret", "escaped"],
)
def test_what_a_terminal_changed_is_explained(
    sample_etcd: Etcd, change: Callable[[bytes], bytes]
) -> None:
    printed = run("get", "/registry/pods", "--prefix", "--limit", "1", env=sample_etcd.environment)
    result = run("kubernetes", "decode", input=change(printed.stdout))
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: the value went through a terminal, which changed it\n")
    assert not result.stdout


def test_a_value_that_is_nothing_of_kubernetes_is_refused() -> None:
    result = run("kubernetes", "decode", input="hello")
    assert result.exit_code == 3
    assert result.stderr.startswith("Error: this is not a value of Kubernetes\n")
    assert run("kubernetes", "decode", input="").exit_code == 3


def test_a_cut_value_is_shown_as_far_as_it_goes_and_fails(value: bytes) -> None:
    result = run("kubernetes", "decode", input=value[:-40])
    assert b"kind: Namespace" in result.stdout
    assert "bytes are missing" in result.stderr
    assert result.exit_code == 1


def test_a_file_is_read_and_json_is_laid_out_as_kubectl_does(tmp_path: Path, value: bytes) -> None:
    file = tmp_path / "value"
    file.write_bytes(b'{"kind":"K","apiVersion":"a/v1","x":[1.50,[],{}],"e":"<\\u0007"}')
    result = run("kube", "decode", str(file), "-o", "json")
    assert result.stdout.decode() == (
        "{\n"
        '    "apiVersion": "a/v1",\n'
        '    "e": "\\u003c\\u0007",\n'
        '    "kind": "K",\n'
        '    "x": [\n        1.5,\n        [],\n        {}\n    ]\n'
        "}\n"
    )


def test_no_grpc_is_loaded_to_decode(tmp_path: Path, value: bytes) -> None:
    file = tmp_path / "value"
    file.write_bytes(value)
    probe = (
        "import sys; from pyetcdctl.cli import main; "
        "main.main(sys.argv[1:], {'PYETCDCTL_DISCOVERY': 'off'}); "
        "heavy = {'grpc', 'yaml', 'google.protobuf', 'cryptography', 'rich'}; "
        "print(sorted(heavy & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "kubernetes", "decode", str(file)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("body", [b"a", b"ab", b"abc ", b"  ab", b"abcd "])
def test_a_long_line_of_digits_takes_no_time_to_be_refused(body: bytes) -> None:
    begin = time.monotonic()
    with pytest.raises(InvalidInput):
        values_in(b"00000000: " + body * 50_000 + b"!")
    assert time.monotonic() - begin < 5
