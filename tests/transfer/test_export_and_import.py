"""Keys to a file and back: compared, shown, guarded, resumed."""

import random
import signal
import subprocess
from contextlib import closing
from time import monotonic

import pytest

from pyetcdctl.cli import transfers
from pyetcdctl.client.connection import Connection
from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.keyspace.source import counts
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.settings import ConnectionSettings
from tests.kubectl.standin_cluster import StandIn, pod
from tests.runner import SECONDS, clean_environment, command, run, run_here
from tests.server import Etcd, running


@pytest.fixture
def env(etcd: Etcd):
    return etcd.environment


def put_all(etcd, prefix, keys):
    lines = "".join(f'put "{prefix}{key}" "{value}"\n' for key, value in keys.items())
    etcd.etcdctl("txn", input=f"\n{lines}\n\n".encode(), check=True)


def values(etcd, prefix):
    printed = etcd.etcdctl("get", prefix, "--prefix").stdout.decode().split("\n")[:-1]
    return dict(zip((key[len(prefix) :] for key in printed[::2]), printed[1::2], strict=True))


def exported(etcd, prefix, tmp_path):
    path = tmp_path / "export.jsonl"
    done = run_here("export", prefix, "--output", str(path), env=etcd.environment)
    assert (done.stdout, done.stderr, done.exit_code) == (b"", "", 0)
    return path


def test_an_export_is_one_revision_s_keys(etcd, env, prefix, tmp_path):
    put_all(etcd, prefix, {"a": "1", "b": "2"})
    revision = run_here("get", prefix, "-w", "jsonl", env=env)
    first = run_here("export", prefix, env=env)
    put_all(etcd, prefix, {"a": "3"})

    head = first.stdout.split(b"\n")[0]
    again = run_here("export", prefix, "--rev", _revision(head), env=env)

    assert again.stdout == first.stdout
    assert exported(etcd, prefix, tmp_path).read_bytes() != first.stdout
    assert revision.exit_code == 0


def _revision(head):
    return head.partition(b'"revision":')[2].partition(b",")[0]


def test_an_import_shows_what_it_would_change_and_changes_that(etcd, env, prefix, tmp_path):
    put_all(etcd, prefix, {"changed": "1", "gone": "1", "same": "1"})
    path = exported(etcd, prefix, tmp_path)
    etcd.etcdctl("del", f"{prefix}gone")
    put_all(etcd, prefix, {"changed": "2", "other": "1"})

    rows = f"~ {prefix}changed\n+ {prefix}gone\n"
    shown = run_here("import", str(path), "--dry-run", env=env)
    assert (shown.stdout.decode(), shown.stderr) == (rows, "+ 1  ~ 1  = 1  - 0\n")
    assert values(etcd, prefix) == {"changed": "2", "other": "1", "same": "1"}

    every = run_here("import", str(path), "--dry-run", "--all", "--prune", env=env)
    assert every.stdout.decode() == f"{rows}- {prefix}other\n= {prefix}same\n"

    done = run_here("import", str(path), "--yes", "--prune", env=env)
    assert done.exit_code == 0
    assert done.stderr.endswith("3 of 3 keys written\n")
    assert values(etcd, prefix) == {"changed": "1", "gone": "1", "same": "1"}

    again = run_here("import", str(path), "--yes", "--prune", env=env)
    assert (again.stdout, again.stderr) == (b"", "+ 0  ~ 0  = 3  - 0\n")


def test_the_rows_are_lines_of_json_for_a_script(etcd, env, prefix):
    export = run_here("export", prefix, env=env).stdout
    etcd.etcdctl("put", prefix, "v")

    shown = run_here("import", "-", "--prune", "--dry-run", "-w", "jsonl", env=env, input=export)

    assert shown.stdout.decode() == f'{{"change":"-","key":"{prefix}"}}\n'


def test_any_bytes_come_back(etcd, env, prefix):
    value = bytes(range(256)) * 10
    etcd.etcdctl("put", prefix, input=value)
    export = run_here("export", prefix, env=env).stdout
    etcd.etcdctl("del", prefix)

    run_here("import", "-", "--yes", env=env, input=export)

    assert etcd.etcdctl("get", prefix, "--print-value-only").stdout == value + b"\n"


def test_without_a_terminal_or_yes_nothing_is_written(etcd, env, prefix):
    export = run_here("export", prefix, env=env).stdout

    found = run_here("import", "-", env=env, input=export)

    assert found.exit_code == 128
    assert "  Try:  --dry-run, or --yes\n" in found.stderr


def test_what_another_client_wrote_meanwhile_stays(etcd, env, prefix, tmp_path, monkeypatch):
    put_all(etcd, prefix, {str(n): "1" for n in range(9)})
    path = exported(etcd, prefix, tmp_path)
    put_all(etcd, prefix, {str(n): "2" for n in range(8)})
    etcd.etcdctl("del", f"{prefix}8")
    before = transfers.confirmed

    def meanwhile(*arguments):
        put_all(etcd, prefix, {"0": "mine", "5": "1", "8": "mine"})
        etcd.etcdctl("del", f"{prefix}3")
        return before(*arguments)

    monkeypatch.setattr("pyetcdctl.cli.commands.import_.confirmed", meanwhile)
    found = run_here("import", str(path), "--yes", env=env)

    rows = found.stdout.decode().splitlines()
    assert [row.partition("  (")[0] for row in rows if row.startswith("!")] == [
        f"! {prefix}0",
        f"! {prefix}3",
        f"! {prefix}8",
    ]
    assert f"! {prefix}8  (created by another client meanwhile)" in rows
    assert f"! {prefix}3  (deleted by another client meanwhile)" in rows
    assert found.exit_code == 1
    assert found.stderr.endswith("6 of 9 keys written\n")
    expected = {str(n): "1" for n in range(9) if n != 3}
    assert values(etcd, prefix) == {**expected, "0": "mine", "8": "mine"}


def test_leases_are_named_or_kept(etcd, env, prefix, tmp_path):
    lease = etcd.etcdctl("lease", "grant", "600").stdout.split()[1].decode()
    etcd.etcdctl("put", prefix, "v", f"--lease={lease}")
    path = exported(etcd, prefix, tmp_path)
    etcd.etcdctl("lease", "revoke", lease)

    without = run_here("import", str(path), "--yes", env=env)
    assert "# keys with leases are written without them (1 leases); --leases" in without.stderr
    assert '"lease"' not in etcd.etcdctl("get", prefix, "-w", "json").stdout.decode()
    etcd.etcdctl("del", prefix)

    kept = run_here("import", str(path), "--yes", "--leases", env=env)
    assert kept.exit_code == 0
    assert f'"lease":{int(lease, 16)}' in etcd.etcdctl("get", prefix, "-w", "json").stdout.decode()
    assert b"granted with TTL(600s)" in etcd.etcdctl("lease", "timetolive", lease).stdout


def test_a_cut_file_is_refused_before_anything_is_written(etcd, env, prefix, tmp_path):
    put_all(etcd, prefix, {str(n): "1" for n in range(20)})
    data = exported(etcd, prefix, tmp_path).read_bytes()
    etcd.etcdctl("del", prefix, "--prefix")
    short = data.splitlines(keepends=True)

    for cut in (data[: len(data) // 2], b"".join(short[:-1]), b"".join([*short[:5], short[-1]])):
        found = run_here("import", "-", "--yes", env=env, input=cut)
        assert found.exit_code == 3
        assert found.stderr.startswith("Error: the export is not ")

    assert values(etcd, prefix) == {}


def test_an_import_that_is_killed_goes_on_without_doubling_or_losing(etcd, env, prefix, tmp_path):
    keys = {f"{n:05}": f"value {n}" for n in range(4000)}
    for start in range(0, 4000, 100):
        put_all(etcd, prefix, dict(list(keys.items())[start : start + 100]))
    path = exported(etcd, prefix, tmp_path)
    etcd.etcdctl("del", prefix, "--prefix")
    chance = random.Random(14)
    words = command("import", str(path), "--yes")
    with closing(Connection(ConnectionSettings(endpoints=(etcd.endpoint,)))) as connection:
        for _ in range(5):
            # Each transaction is a revision: killed when some more of them have been applied.
            wanted = written(connection, prefix) + chance.randrange(1, 800)
            with subprocess.Popen(words, env=clean_environment(env), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as process:  # fmt: skip
                ends = monotonic() + SECONDS
                while process.poll() is None and written(connection, prefix) < wanted:
                    assert monotonic() < ends
                process.send_signal(signal.SIGKILL)

    done = run("import", str(path), "--yes", env=env)

    assert done.exit_code == 0
    assert values(etcd, prefix) == keys
    versions = etcd.etcdctl("get", prefix, "--prefix", "-w", "json", "--keys-only").stdout
    assert versions.count(b'"version":1,') + versions.count(b'"version":1}') == 4000


def written(connection, prefix):
    """Return how many keys there are."""
    key, end = prefix_range(prefix.encode())
    request = RangeRequest(key=key, range_end=end, count_only=True)
    return counts(LiveSource(connection), [request])[0]


def test_a_file_of_export_is_there_whole_or_not(etcd, env, prefix, tmp_path):
    etcd.etcdctl("put", prefix, "v")

    missing = run_here("export", prefix, "--output", str(tmp_path / "no" / "x"), env=env)
    compacted = run_here(
        "export", prefix, "--rev", "1000000", "--output", str(tmp_path / "x"), env=env
    )

    assert (missing.exit_code, compacted.exit_code) == (128, 1)
    assert list(tmp_path.iterdir()) == []
    path = exported(etcd, prefix, tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_an_import_goes_through_kubectl_as_well(etcd, prefix, tmp_path):
    standin = StandIn(tmp_path)
    standin.write([pod("etcd-m1", etcd)], etcd.cluster.programs.beside("etcdctl"))
    put_all(etcd, prefix, {"a": "1", "b": "2"})
    env = {**standin.environment, "PYETCDCTL_VIA": "kubectl"}

    export = run_here("export", prefix, env=env)
    assert export == run_here("export", prefix, env=etcd.environment)
    etcd.etcdctl("del", f"{prefix}a")

    done = run_here("import", "-", "--yes", env=env, input=export.stdout)
    assert (done.stdout.decode(), done.exit_code) == (f"+ {prefix}a\n", 0)
    assert values(etcd, prefix) == {"a": "1", "b": "2"}


@pytest.fixture(scope="module")
def two_operations():
    """A server that takes two operations in one transaction."""
    with running(flags=("--max-txn-ops=2",)) as server:
        yield server


def test_an_import_fits_a_server_that_takes_few_operations(etcd, two_operations, prefix, tmp_path):
    keys = {f"{number:03}": str(number) for number in range(100)}
    put_all(etcd, prefix, keys)
    path = exported(etcd, prefix, tmp_path)

    done = run_here("import", str(path), "--yes", env=two_operations.environment)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (0, "100 of 100 keys written")
    assert values(two_operations, prefix) == keys

    etcd.etcdctl("del", f"{prefix}001", prefix + "999", check=True)
    path = exported(etcd, prefix, tmp_path)
    pruned = run_here("import", str(path), "--prune", "--yes", env=two_operations.environment)
    assert (pruned.exit_code, pruned.stderr.splitlines()[-1]) == (0, "99 of 99 keys written")
    assert values(two_operations, prefix) == {"000": "0"}
