"""The figures are etcdutl's, and nothing is shown of a file that was damaged."""

import json
import subprocess

import pytest

from tests.runner import run_here
from tests.server import distributed, write

TABLE = """\
┌──────────┬──────────┬────────────┬────────────┬─────────┐
│   HASH   │ REVISION │ TOTAL KEYS │ TOTAL SIZE │ VERSION │
├──────────┼──────────┼────────────┼────────────┼─────────┤
│ 6c0d662e │     2564 │       1175 │     6.9 MB │   3.6.0 │
└──────────┴──────────┴────────────┴────────────┴─────────┘
"""
IN_EVERY_FORMAT = {
    "simple": "6c0d662e, 2564, 1175, 6.9 MB, 3.6.0\n",
    "json": '{"hash":1812817454,"revision":2564,"totalKey":1175,"totalSize":6897664,'
    '"version":"3.6.0"}\n',
    "fields": '"Hash" : 1812817454\n"Revision" : 2564\n"Keys" : 1175\n"Size" : 6897664\n'
    '"Version" : 3.6.0\n',
    "table": TABLE,
}


def status(path, *flags):
    return run_here("snapshot", "status", str(path), *flags)


def figures(path):
    result = status(path, "-w", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def living_keys(etcd):
    response = run_here("get", "", "--prefix", "--keys-only", "-w", "json", env=etcd.environment)
    return json.loads(response.stdout)["count"]


def figures_of_etcdutl(path):
    """Figures by etcdutl 3.5.1, which counts revisions as keys."""
    program = distributed().beside("etcdutl")
    words = [program, "snapshot", "status", path, "-w", "json"]
    return json.loads(subprocess.run(words, capture_output=True, check=True, timeout=60).stdout)


@pytest.mark.parametrize("name", IN_EVERY_FORMAT)
def test_the_sample_has_the_figures_that_etcdutl_37_shows(name, sample_file):
    result = status(sample_file, "-w", name)
    assert result.stdout.decode() == IN_EVERY_FORMAT[name]
    assert (result.stderr, result.exit_code) == ("", 0)


def test_protobuf_is_refused(sample_file):
    result = status(sample_file, "-w", "protobuf")
    assert result.exit_code == 4
    message, advice = result.stderr.splitlines()
    assert message == "Error: protobuf not supported as output format"
    assert advice == "  Try:  -w fields|json|simple|table"


def test_a_new_snapshot_has_the_figures_of_etcdutl(every_etcd, tmp_path, prefix):
    write(every_etcd, ((f"{prefix}{number % 100}", "x" * number) for number in range(300)))
    write(every_etcd, ((f"{prefix}{number}", None) for number in range(81, 100)))
    path = tmp_path / "new.db"
    assert run_here("snapshot", "save", str(path), env=every_etcd.environment).exit_code == 0
    ours = figures(path)
    version = ours.pop("version")
    assert ours == {**figures_of_etcdutl(path), "totalKey": living_keys(every_etcd)}
    assert bool(version) == (every_etcd.release >= (3, 6))


def test_pages_that_flow_over_and_free_pages_are_read(own_etcd, tmp_path):
    server = own_etcd()
    for number in range(12):
        server.etcdctl("put", f"large{number % 3}", input=b"y" * 100_000, check=True)
    server.etcdctl("compaction", "10", check=True)
    path = tmp_path / "large.db"
    assert run_here("snapshot", "save", str(path), env=server.environment).exit_code == 0
    ours = figures(path)
    assert ours.pop("version") == ""
    assert ours == {**figures_of_etcdutl(path), "totalKey": 3}


def test_a_members_own_database_is_distinguished_from_a_snapshot(own_etcd):
    server = own_etcd()
    server.etcdctl("put", "key", "value", check=True)
    member = server.members[0]
    member.stop()
    path = member.site.data_folder / "member" / "snap" / "db"
    result = status(path)
    assert result.exit_code == 0
    assert "has no SHA-256 at its end" in result.stderr
    assert "--skip-hash-check" in result.stderr
    assert result.stdout.decode().split(", ")[1:3] == ["2", "1"]


def test_a_changed_byte_is_found_by_the_digest(sample_file, tmp_path):
    data = bytearray(sample_file.read_bytes())
    data[3_000_000] ^= 1
    path = tmp_path / "changed.db"
    path.write_bytes(data)
    result = status(path)
    assert (result.exit_code, result.stdout) == (1, b"")
    assert result.stderr.startswith("Error: expected sha256 ")
    assert "damaged after it was saved" in result.stderr


@pytest.mark.parametrize(
    ("words", "error", "code"),
    [
        ((), "snapshot status requires exactly one argument", 128),
        (("a", "b"), "snapshot status requires exactly one argument", 128),
        (("/nonexist",), "stat /nonexist: no such file or directory", 1),
        (("/",), "open /: is a directory", 1),
        (("/nonexist", "-w", "nonsense"), "unsupported output format", 4),
    ],
)
def test_what_cannot_be_read_is_refused(words, error, code):
    result = run_here("snapshot", "status", *words)
    assert result.stderr.splitlines()[0] == f"Error: {error}"
    assert (result.stdout, result.exit_code) == (b"", code)


def test_grpc_is_not_needed(sample_file, tmp_path):
    (tmp_path / "grpc.py").write_text("raise ImportError('grpc was loaded')\n")
    result = run_here("snapshot", "status", str(sample_file), env={"PYTHONPATH": str(tmp_path)})
    assert result.exit_code == 0, result.stderr
