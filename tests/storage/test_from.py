"""Where --from may stand, what it takes, and that it never writes."""

import hashlib
import os

import pytest

from pyetcdctl.cli.flags.global_flags import FILE_FLAGS
from pyetcdctl.cli.lazy import WordCommand
from tests.architecture.test_commands import ALL
from tests.runner import run_here

REFUSAL = "Error: this command needs a running server\n"
LEAVES = {path: real for path, real in ALL.items() if isinstance(real, WordCommand)}
WRITERS = [path for path, real in LEAVES.items() if real.needs_server]
WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("du", "lease list", "tree", "alarm list", "endpoint status"), ()),
    **dict.fromkeys(("endpoint hashkv", "member list", "auth status", "role list"), ()),
    **dict.fromkeys(("user list", "kubernetes prefixes", "kubernetes resources"), ()),
    "kubernetes versions": (),
    "kubernetes restore": ("-A",),
    **dict.fromkeys(("get", "export", "history", "user get", "role get"), ("a",)),
    "copy": ("a", "--to", "127.0.0.1:1", "--dry-run"),
    "diff": ("@2000",),
    "kubernetes describe": ("ns", "default"),
    "kubernetes encryption": ("status",),
    "kubernetes explain": ("widgets",),
    "kubernetes get": ("ns",),
    "kubernetes path": ("widgets", "a"),
    "lease timetolive": ("1",),
    "undelete": ("a", "--dry-run"),
}
OTHERWISE = {"top", "wal"}
"""What reads a log; see wal/test_wal_command.py."""
MISSING = "/nonexistent/backup.db"


def content(folder):
    return {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("path", WRITERS)
def test_what_needs_a_server_refuses_a_file_before_it_is_opened(path):
    result = run_here(*path.split(), "--from", MISSING)
    assert result.stderr.startswith(REFUSAL)
    assert (result.stdout, result.exit_code) == (b"", 128)


def test_the_refusals_are_those_of_all_that_writes():
    assert {"put", "watch", "lock", "defrag", "txn", "snapshot save", "member add"} <= {*WRITERS}
    assert not {"get", "tree", "version", "snapshot status"} & {*WRITERS}


def test_the_variable_refuses_too():
    assert run_here("put", "a", "b", env={"PYETCDCTL_FROM": MISSING}).stderr.startswith(REFUSAL)


def test_a_file_and_endpoints_on_one_line_are_refused(sample_file):
    result = run_here("get", "a", "--from", str(sample_file), "--endpoints", "127.0.0.1:1")
    assert result.exit_code == 128
    assert "`--from` and `--endpoints` cannot be set at the same time" in result.stderr


def test_the_flag_wins_over_the_variables(sample_file):
    env = {"PYETCDCTL_FROM": MISSING, "ETCDCTL_ENDPOINTS": "127.0.0.1:1"}
    words = ("get", "/registry/namespaces/default", "--keys-only")
    assert run_here(*words, "--from", str(sample_file), env=env).exit_code == 0
    env["PYETCDCTL_FROM"] = str(sample_file)
    assert run_here(*words, env=env).exit_code == 0
    live = run_here(*words, "--endpoints", "127.0.0.1:1", "--command-timeout", "100ms", env=env)
    assert "context deadline exceeded" in live.stderr


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("", "empty string is passed to --from option"),
        (MISSING, f"stat {MISSING}: no such file or directory"),
        ("/dev/null", "open /dev/null: is not a regular file"),
        ("/", "stat /member/snap/db: no such file or directory"),
        (__file__, "invalid database"),
    ],
)
def test_what_is_no_database_is_refused(path, error):
    result = run_here("get", "a", "--from", path)
    assert result.stderr.splitlines()[-1].endswith(error) or f"Error: {error}\n" in result.stderr
    assert result.exit_code in (1, 128)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    result = run_here("get", "a", "--from", str(tmp_path / "pipe"))
    assert "is not a regular file" in result.stderr


def test_a_wrong_hash_is_refused_unless_it_is_not_to_be_checked(sample_file, tmp_path):
    data = bytearray(sample_file.read_bytes())
    data[-1] ^= 1
    path = tmp_path / "changed.db"
    path.write_bytes(data)
    words = ("get", "/registry/namespaces/default", "--keys-only", "--from", str(path))
    refused = run_here(*words)
    assert (refused.exit_code, refused.stdout) == (1, b"")
    assert refused.stderr.startswith("Error: expected sha256 ")
    assert "--skip-hash-check" in refused.stderr
    read = run_here(*words, "--skip-hash-check")
    assert (read.exit_code, read.stdout) == (0, b"/registry/namespaces/default\n\n")


def test_no_hash_is_said_in_other_words_and_read(sample_database, tmp_path):
    path = tmp_path / "copied.db"
    path.write_bytes(sample_database)
    read = run_here("get", "/registry/namespaces/default", "--keys-only", "--from", str(path))
    assert read.exit_code == 0
    assert "has no SHA-256 at its end" in read.stderr
    assert "expected sha256" not in read.stderr


def test_not_a_byte_of_the_folder_changes(sample_file, tmp_path):
    folder = tmp_path / "node" / "member" / "snap"
    folder.mkdir(parents=True)
    (folder / "db").write_bytes(sample_file.read_bytes()[:-32])
    before = content(tmp_path)
    for path in (tmp_path / "node", tmp_path / "node" / "member", folder / "db"):
        for words in (("get", "", "--prefix"), ("tree", "--depth", "1")):
            assert run_here(*words, "--from", str(path)).exit_code == 0
    assert content(tmp_path) == before


def test_a_stream_is_refused(sample_file):
    result = run_here("get", "a", "--stream", "--from", str(sample_file))
    assert result.exit_code == 128
    assert "--stream" in result.stderr


def test_not_checking_the_hash_of_a_server_is_refused():
    result = run_here("get", "a", "--skip-hash-check")
    assert result.exit_code == 128
    assert "--from" in result.stderr


@pytest.mark.parametrize("path", LEAVES)
def test_how_to_read_a_file_has_an_effect_or_is_refused(path, sample_file):
    """Where it is taken the file is read so, or there is no file on the line to be read."""
    taken = LEAVES[path].callback.file_flags
    for flag in FILE_FLAGS:
        refused = run_here(*path.split(), f"--{flag}")
        assert refused.exit_code == 128
        if flag not in taken:
            assert refused.stderr == f"Error: --{flag} has no effect on {path}\n"
    if "salvage" in taken and path in WORDS:
        read = run_here(*path.split(), *WORDS[path], "--from", str(sample_file), "--salvage")
        assert f"# nothing is damaged in {sample_file}\n" in read.stderr


def test_all_that_takes_the_file_to_be_salvaged_is_tried():
    taking = {path for path, real in LEAVES.items() if "salvage" in real.callback.file_flags}
    assert taking - {*WORDS} == OTHERWISE


def test_a_folder_without_a_log_is_read_with_a_warning(sample_database, tmp_path):
    (tmp_path / "member" / "snap").mkdir(parents=True)
    (tmp_path / "member" / "snap" / "db").write_bytes(sample_database)
    read = run_here("get", "/registry/namespaces/default", "--keys-only", "--from", str(tmp_path))
    assert (read.exit_code, read.stdout) == (0, b"/registry/namespaces/default\n\n")
    assert "has no log in it" in read.stderr
