"""``snapshot redact`` leaves no value behind, and all else as it was; etcdutl restores the copy."""

import json
import subprocess

import pytest

from pyetcdctl.rpc.kv import KeyValue
from pyetcdctl.storage.bolt.cursor import Cursor, buckets
from pyetcdctl.storage.bolt.pages import Pages
from pyetcdctl.storage.database import KEYS
from pyetcdctl.storage.redaction import filler, is_filler
from tests.runner import run_here
from tests.server import running, write
from tests.storage.invocations import write_data
from tests.storage.memory import InMemory

RUN = 16
SECRETS = b"/registry/secrets/"


def redacted(source, target, *flags):
    result = run_here("snapshot", "redact", str(source), str(target), *flags)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.decode() == f"Redacted snapshot saved at {target}\n"
    return result


def records(path):
    """Return all records of keys of a snapshot: revision, and KeyValue."""
    data = path.read_bytes()[:-32]
    pages = Pages(InMemory(data), len(data))
    found = Cursor(pages, buckets(pages)[KEYS]).items()
    return [(revision, KeyValue.decode(entry)) for revision, entry in found]


def runs_of(value):
    """Return some runs of 16 bytes of a value."""
    places = (0, len(value) // 3, len(value) // 2, len(value) - RUN)
    return [value[at : at + RUN] for at in places if 0 <= at <= len(value) - RUN]


@pytest.fixture(scope="module")
def server():
    """A server with values over several pages, passwords, and what was overwritten and deleted."""
    with running() as etcd:
        write_data(etcd)
        values = (f"the secret of revision number {number:04}" for number in range(60))
        write(etcd, [(f"hidden/{number % 7}", value) for number, value in enumerate(values)])
        etcd.etcdctl("del", "hidden/3", check=True)
        revision = json.loads(etcd.etcdctl("get", "x", "-w", "json").stdout)["header"]["revision"]
        etcd.etcdctl("compact", str(revision - 5), "--physical", check=True)
        etcd.etcdctl("put", "hidden/0", "the secret of the last revision", check=True)
        yield etcd


@pytest.fixture(scope="module")
def saved(server, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "saved.db"
    server.etcdctl("snapshot", "save", str(path), check=True)
    return path


@pytest.fixture(scope="module")
def copy(saved):
    path = saved.with_name("copy.db")
    redacted(saved, path)
    return path


def test_no_secret_is_found_in_the_copy_though_old_ones_are_in_the_file(saved, copy):
    found = copy.read_bytes()
    assert saved.read_bytes().count(b"the secret of ") > 5
    assert b"the secret of " not in found
    assert b"xxxxxxxxxxxxxxxx" not in found
    assert b"$2a$" in saved.read_bytes()
    assert b"$2a$" not in found


def test_keys_revisions_and_sizes_stay(saved, copy):
    before, after = records(saved), records(copy)
    assert len(before) > 40
    for (revision, kv), (its_revision, its_kv) in zip(before, after, strict=True):
        assert its_revision == revision
        assert its_kv.value == filler(len(kv.value))
        its_kv.value = kv.value
        assert its_kv == kv
    assert copy.stat().st_size == saved.stat().st_size


@pytest.mark.parametrize(
    "words", [("user", "list"), ("user", "get", "alice"), ("role", "get", "reader")], ids=" ".join
)
def test_users_roles_and_leases_stay(words, saved, copy):
    before = run_here(*words, "--from", str(saved))
    assert before.stdout
    assert run_here(*words, "--from", str(copy)) == before


def test_the_copy_is_sound_and_etcdutl_restores_it(server, saved, copy, tmp_path):
    assert run_here("snapshot", "check", str(copy)).exit_code == 0
    etcdutl = server.cluster.programs.beside("etcdutl")

    def status(path):
        done = subprocess.run(
            [etcdutl, "snapshot", "status", path, "-w", "json"], capture_output=True, check=True
        )
        figures = json.loads(done.stdout)
        del figures["hash"]
        return figures

    assert status(copy) == status(saved)
    restore = [etcdutl, "snapshot", "restore", copy, "--data-dir", tmp_path / "restored"]
    subprocess.run(restore, check=True, capture_output=True)
    words = ("get", "hidden/0", "--print-value-only", "--from", str(tmp_path / "restored"))
    assert is_filler(run_here(*words).stdout.rstrip(b"\n"))


def test_the_registry_of_a_cluster_stays_sound_and_loses_its_values(sample_file, tmp_path):
    copy = tmp_path / "copy.db"
    result = redacted(sample_file, copy)
    assert "# replaced: 2," in result.stderr
    assert run_here("snapshot", "check", str(copy)).exit_code == 0
    found = copy.read_bytes()
    # A name may be in a value and in a key, which stays; what is behind values becomes zeros.
    kept = b"\n".join(kv.key for _, kv in records(sample_file)) + bytes(RUN)
    wanted = {run for _, kv in records(sample_file) for run in runs_of(kv.value)}
    assert len(wanted) > 2000
    runs = (found[at : at + RUN] for at in range(len(found) - RUN + 1))
    assert not [run for run in wanted.intersection(runs) if run not in kept]


def test_only_values_of_resources_that_are_named_are_replaced(sample_file, tmp_path):
    copy = tmp_path / "copy.db"
    redacted(sample_file, copy, "--only", "secrets")
    pairs = zip(records(sample_file), records(copy), strict=True)
    replaced = [kv.key for (_, kv), (_, its_kv) in pairs if kv.value != its_kv.value]
    secrets = [kv.key for _, kv in records(sample_file) if kv.key.startswith(SECRETS) and kv.value]
    assert len(secrets) > 20
    assert replaced == secrets


def test_a_members_database_gets_the_hash_that_a_snapshot_has(sample_database, tmp_path):
    (tmp_path / "db").write_bytes(sample_database)
    redacted(tmp_path / "db", tmp_path / "copy.db")
    assert run_here("snapshot", "status", str(tmp_path / "copy.db")).stderr == ""


def test_a_file_is_not_replaced_by_its_own_copy(sample_file, tmp_path):
    (tmp_path / "same.db").symlink_to(sample_file)
    result = run_here("snapshot", "redact", str(sample_file), str(tmp_path / "same.db"))
    assert result.exit_code == 128
    assert "is the file that is read" in result.stderr


@pytest.mark.parametrize("at", [40, 4096 * 5 + 12, -20])
def test_of_a_damaged_file_there_is_no_copy(at, sample_file, tmp_path):
    data = bytearray(sample_file.read_bytes())
    data[at] ^= 0xFF
    (tmp_path / "damaged.db").write_bytes(data)
    result = run_here("snapshot", "redact", str(tmp_path / "damaged.db"), str(tmp_path / "copy.db"))
    assert result.exit_code == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["damaged.db"]


def test_a_word_that_is_no_resource_is_refused_before_anything_is_read(tmp_path):
    result = run_here("snapshot", "redact", "missing.db", "copy.db", "--only", "secretz")
    assert result.exit_code == 128
    assert "secretz" in result.stderr
