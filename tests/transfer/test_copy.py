"""Keys from one cluster to another: mapped, compared, guarded, encrypted as the target does."""

import base64
import os
import signal
import subprocess
from time import monotonic

import pytest

from pyetcdctl.kubernetes.codec.envelope import ENCRYPTED
from pyetcdctl.kubernetes.encryption import configuration
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from pyetcdctl.rpc.etcdserverpb_pb2 import RangeResponse
from pyetcdctl.transfer.copying import registry_after
from tests.kubernetes.sample import DATA
from tests.runner import SECONDS, clean_environment, command, run_here
from tests.server import running
from tests.terminal import typed
from tests.transfer.test_export_and_import import put_all, values

CONFIG = DATA / "encryption-config.yaml"


@pytest.fixture
def env(etcd):
    return etcd.environment


def to(other, *more):
    return ("--to", other.endpoint, *more)


@pytest.fixture(scope="module")
def there():
    """Another cluster, with the sample's keys."""
    with running(sample=True) as server:
        yield server


def test_a_copy_brings_what_is_new_or_different(etcd, env, there, prefix):
    put_all(etcd, prefix, {"changed": "1", "new": "1", "same": "1"})
    put_all(there, prefix, {"changed": "2", "other": "1", "same": "1"})
    rows = f"~ {prefix}changed\n+ {prefix}new\n"

    shown = run_here("copy", prefix, *to(there, "--dry-run"), env=env)
    assert (shown.stdout.decode(), shown.stderr) == (rows, "+ 1  ~ 1  = 1  - 0\n")

    done = run_here("copy", prefix, *to(there, "--yes"), env=env)
    assert (done.stdout.decode(), done.exit_code) == (rows, 0)
    assert values(there, prefix) == {"changed": "1", "new": "1", "other": "1", "same": "1"}

    pruned = run_here("copy", prefix, *to(there, "--yes", "--prune"), env=env)
    assert pruned.stdout.decode() == f"- {prefix}other\n"
    assert values(there, prefix) == values(etcd, prefix)


def test_a_prefix_is_replaced(etcd, env, prefix):
    put_all(etcd, f"{prefix}a/", {"1": "x", "2": "y"})

    run_here("copy", f"{prefix}a/", *to(etcd, "--dest-prefix", f"{prefix}b/", "--yes"), env=env)

    assert values(etcd, f"{prefix}b/") == {"1": "x", "2": "y"}


def test_a_backup_is_a_source(there, env, prefix, etcd, tmp_path):
    backup = tmp_path / "backup.db"
    assert run_here("snapshot", "save", str(backup), env=there.environment).exit_code == 0
    flags = ("--from", str(backup), "--dest-prefix", prefix)

    done = run_here("copy", "/registry/namespaces/", *to(etcd, *flags, "--yes"), env=env)

    assert done.exit_code == 0
    original = there.etcdctl("get", "/registry/namespaces/default", "--print-value-only").stdout
    assert etcd.etcdctl("get", f"{prefix}default", "--print-value-only").stdout == original


def test_without_a_terminal_or_yes_nothing_is_copied(etcd, env, there, prefix):
    put_all(etcd, prefix, {"a": "1"})

    found = run_here("copy", prefix, *to(there), env=env)

    assert found.exit_code == 128
    assert values(there, prefix) == {}


def written_config(path, provider, name):
    """Write an EncryptionConfiguration that encrypts secrets with one key."""
    secret = base64.b64encode(name.encode() * 32).decode()
    path.write_text(
        "kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n"
        f"- resources: [secrets]\n  providers:\n  - {provider}:\n      keys:\n"
        f"      - {{name: {name}, secret: {secret}}}\n"
    )
    return str(path)


@pytest.mark.parametrize("provider", ["aesgcm", "secretbox"])
def test_values_are_encrypted_as_the_target_encrypts(sample_etcd, etcd, prefix, tmp_path, provider):
    ours, theirs = str(CONFIG), written_config(tmp_path / "theirs.yaml", provider, "b")
    source, target = "/registry/secrets/vault-aesgcm/", f"{prefix}secrets/vault-aesgcm/"
    words = ("copy", source, "--dest-prefix", target, "--yes", *to(etcd))
    configs = ("--encryption-config", ours, "--dest-encryption-config", theirs)

    done = run_here(*words, *configs, env=sample_etcd.environment)
    assert (done.exit_code, done.stderr) == (0, "+ 8  ~ 0  = 0  - 0\n8 of 8 keys written\n")

    original, copied = plaintexts(sample_etcd, source, ours), plaintexts(etcd, target, theirs)
    assert original == copied
    again = run_here(*words, *configs, env=sample_etcd.environment)
    assert again.stderr == "+ 0  ~ 0  = 8  - 0\n"


def plaintexts(etcd, prefix, path):
    """Return what the values are once they are decrypted, which all of them have to be."""
    registry = prefix[: prefix.index("secrets/")].rstrip("/")
    loaded = configuration.load(path)
    keyring = Keyring(lambda: loaded, prefix=registry)
    printed = etcd.etcdctl("get", prefix, "--prefix", "-w", "protobuf").stdout
    found = RangeResponse.FromString(printed)
    assert all(kv.value.startswith(ENCRYPTED) for kv in found.kvs)
    return [keyring.decrypt(kv.key, kv.value).plaintext for kv in found.kvs]


def test_an_encrypted_value_is_not_moved_to_another_key_as_it_is(etcd, env, prefix):
    etcd.etcdctl("put", f"{prefix}a/x", "k8s:enc:aesgcm:v1:key1:bytes")
    flags = ("--dest-prefix", f"{prefix}b/", "--yes")

    moved = run_here("copy", f"{prefix}a/", *to(etcd, *flags), env=env)

    assert moved.exit_code == 1
    assert "may be bound to its key" in moved.stderr
    assert values(etcd, f"{prefix}b/") == {}


@pytest.mark.parametrize(
    ("prefix_", "target", "registry"),
    [
        (b"", b"", b"/registry/"),
        (b"/registry/", b"/k8s/", b"/k8s/"),
        (b"/registry/secrets/", b"/k8s/secrets/", b"/k8s/"),
        (b"/registry/secrets/", b"/elsewhere/", b"/registry/"),
        (b"", b"/tenant", b"/tenant/registry/"),
    ],
)
def test_the_registry_of_the_target_follows_from_the_prefixes(prefix_, target, registry):
    assert registry_after(prefix_, target) == registry


def context(home, name, etcd, *flags):
    words = ("context", "add", name, "--endpoints", etcd.endpoint, *flags)
    assert run_here(*words, env=home).exit_code == 0


@pytest.fixture
def home(tmp_path):
    """The environment of a user with contexts."""
    return {"HOME": str(tmp_path), "PYETCDCTL_DISCOVERY": "off"}


def test_a_context_is_copied_to_another_one(etcd, there, home, prefix):
    put_all(etcd, prefix, {"a": "1"})
    context(home, "here", etcd, "--read-only")
    context(home, "there", there)
    # What the environment says is about the source, and no more.
    env = {**home, "ETCDCTL_ENDPOINTS": "127.0.0.1:1"}
    words = ("copy", prefix, "--context", "here", "--endpoints", etcd.endpoint)

    done = run_here(*words, "--to", "there", "--yes", env=env)

    assert (done.exit_code, done.stderr) == (0, "+ 1  ~ 0  = 0  - 0\n1 of 1 key written\n")
    assert values(there, prefix) == {"a": "1"}
    assert values(etcd, prefix) == {"a": "1"}


@pytest.mark.parametrize(
    ("response", "written", "end"), [("y", {"a": "1"}, "1 of 1 key written"), ("n", {}, "nothing")]
)
def test_the_question_names_the_context(etcd, there, home, prefix, response, written, end):
    put_all(etcd, prefix, {"a": "1"})
    context(home, "staging", there)
    words = ("copy", prefix, "--endpoints", etcd.endpoint, "--to", "staging")

    shown = typed(*words, env=home, keys=response).text

    assert f"Write 1 key in {there.endpoint} (context staging)? [y/N]" in shown
    assert end in shown
    assert values(there, prefix) == written


def test_a_read_only_context_is_not_copied_to(etcd, there, home, prefix):
    put_all(etcd, prefix, {"a": "1"})
    context(home, "prod", there, "--read-only")
    words = ("copy", prefix, "--endpoints", etcd.endpoint, "--to", "prod", "--yes")

    done = run_here(*words, env=home)
    assert done.stderr == "Error: context prod is read-only: nothing is copied to it\n"

    itself = ("copy", prefix, "--context", "prod", "--to", there.endpoint, "--yes")
    done = run_here(*itself, "--dest-prefix", f"{prefix}b/", env=home)
    assert "context prod is read-only, and --to is the same cluster" in done.stderr
    assert values(there, prefix) == {}


def test_a_context_has_its_own_files(etcd, there, home, prefix):
    context(home, "staging", there)
    words = ("copy", prefix, "--endpoints", etcd.endpoint, "--to", "staging", "--dest-user", "root")
    assert "staging is a context, which has its own files" in run_here(*words, env=home).stderr


def test_a_cluster_is_not_copied_to_itself(etcd, env, prefix):
    put_all(etcd, prefix, {"a": "1"})

    same = run_here("copy", prefix, *to(etcd, "--yes"), env=env)
    assert "source and destination are the same cluster" in same.stderr
    assert same.exit_code == 128
    below = ("--dest-prefix", f"{prefix}b/", "--follow", "--yes")
    assert (
        "followed, and copied again" in run_here("copy", prefix, *to(etcd, *below), env=env).stderr
    )
    assert values(etcd, prefix) == {"a": "1"}


def test_a_copy_follows_what_changes_later(etcd, env, there, prefix):
    put_all(etcd, prefix, {"a": "1", "gone": "1"})
    words = command("copy", prefix, *to(there, "--yes", "--follow"))
    with subprocess.Popen(
        words, env=clean_environment(env), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while b"Following from revision" not in process.stderr.readline():
            assert process.poll() is None
        put_all(etcd, prefix, {"a": "2", "b": "1"})
        etcd.etcdctl("del", f"{prefix}gone")
        ends = monotonic() + SECONDS
        while values(there, prefix) != {"a": "2", "b": "1"}:
            assert monotonic() < ends
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == -signal.SIGINT


@pytest.mark.parametrize("words", [["a", "b"], ["--to="], ["--to", "a:1", "--dry-run", "--follow"]])
def test_misuse_is_reported_before_anything_is_read(words):
    assert run_here("copy", *words, env={"PATH": os.environ["PATH"]}).exit_code == 128
