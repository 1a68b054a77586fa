"""An export as a folder of YAML files: what comes back is what was there, or it is refused."""

import json

import pytest

from pyetcdctl.kubernetes.codec.encoding import encode
from pyetcdctl.transfer.export_folder import file_of
from pyetcdctl.transfer.yaml_values import RAW, YAML, ValueWriter, value_of
from tests.kubernetes.sample import stored_values
from tests.runner import run_here
from tests.transfer.test_export_and_import import put_all, values

CONFIG_MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "web", "namespace": "shop"},
    "data": {"mode": "yes", "text": "two\nlines", "number": "1.50"},
}
ODD_KEYS = [b"no-slash", b"/", b"//", b"/a//b", b"/a/../b", b"/a/.", b"/x\xff\n", b"/%41", b"/A"]


@pytest.fixture
def folder(etcd, prefix, tmp_path):
    """The folder of an export of an object, a text, and bytes on a lease."""
    lease = etcd.etcdctl("lease", "grant", "600").stdout.split()[1].decode()
    etcd.etcdctl("put", f"{prefix}configmaps/shop/web", input=encode(CONFIG_MAP))
    put_all(etcd, prefix, {"note": "text"})
    etcd.etcdctl("put", f"{prefix}bytes", f"--lease={lease}", input=bytes(range(256)))
    path = tmp_path / "export"
    words = ("export", prefix, "--as", "folder", "--output", str(path))
    done = run_here(*words, env=etcd.environment)
    assert (done.stdout, done.stderr, done.exit_code) == (b"", "", 0)
    return path


def inside(folder, prefix, name):
    return folder / f"{prefix.strip('/')}/{name}"


def test_each_object_is_a_yaml_file_that_its_owner_alone_can_read(folder, prefix):
    path = inside(folder, prefix, "configmaps/shop/web.yaml")

    assert path.read_text() == (
        'apiVersion: v1\ndata:\n  mode: "yes"\n  number: "1.50"\n  text: |-\n    two\n    lines\n'
        "kind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\n"
    )
    assert inside(folder, prefix, "note.value").read_bytes() == b"text"
    assert inside(folder, prefix, "bytes.value").read_bytes() == bytes(range(256))
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert json.loads((folder / "export.jsonl").read_text().splitlines()[-1])["count"] == 3


def test_an_import_brings_back_the_very_bytes(etcd, folder, prefix):
    before = etcd.etcdctl("get", prefix, "--prefix").stdout
    etcd.etcdctl("del", f"{prefix}configmaps", "--prefix")
    put_all(etcd, prefix, {"note": "other"})

    shown = run_here("import", str(folder), "--dry-run", env=etcd.environment)
    assert shown.stdout.decode() == f"+ {prefix}configmaps/shop/web\n~ {prefix}note\n"
    done = run_here("import", str(folder), "--yes", "--leases", env=etcd.environment)

    assert done.exit_code == 0
    assert etcd.etcdctl("get", prefix, "--prefix").stdout == before


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("{}/note.value", None, "note.value: no such file or directory"),
        ("{}/note.value", "changed", "note.value is not what was exported"),
        ("{}/configmaps/shop/web.yaml", "a: [", "web.yaml: not the YAML of an object"),
        ("{}/configmaps/shop/web.yaml", "kind: ConfigMap", "web.yaml: not the YAML of an object"),
        ("export.jsonl", None, "there is no export.jsonl in it"),
        ("export.jsonl", '{"export":1,"prefix":"","revision":1}\n', "is not whole"),
    ],
)
def test_a_folder_that_was_cut_or_changed_is_refused(etcd, folder, prefix, name, content, why):
    etcd.etcdctl("del", prefix, "--prefix")
    path = folder / name.format(prefix.strip("/"))
    path.unlink() if content is None else path.write_text(content)

    found = run_here("import", str(folder), "--yes", env=etcd.environment)

    assert found.exit_code == 3
    assert why in found.stderr
    assert values(etcd, prefix) == {}


def test_the_list_alone_is_no_export(etcd, folder):
    found = run_here("import", str(folder / "export.jsonl"), "--yes", env=etcd.environment)
    assert (found.exit_code, "import with the folder" in found.stderr) == (3, True)


def test_a_place_is_needed_that_is_free(etcd, prefix, tmp_path):
    words = ("export", prefix, "--as", "folder")
    assert run_here(*words, env=etcd.environment).exit_code == 128
    assert run_here("export", "--as", "tar", env=etcd.environment).exit_code == 128
    taken = run_here(*words, "--output", str(tmp_path), env=etcd.environment)
    assert (taken.exit_code, "exists already" in taken.stderr) == (128, True)
    missing = run_here(
        *words, "--rev", "1000000", "--output", f"{tmp_path}/x", env=etcd.environment
    )
    assert missing.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_the_objects_of_the_sample_are_yaml(sample_etcd):
    writer, kinds = ValueWriter(), {YAML: 0, RAW: 0}
    for stored in stored_values(sample_etcd)[::25]:
        content = writer.content(stored.value)
        kinds[content.kind] += 1
        assert value_of(content) == stored.value
    assert kinds[YAML] > 10 * kinds[RAW]


def test_different_keys_have_different_files_inside_the_folder():
    keys = [*ODD_KEYS, b"/a", b"/a.yaml/b", b"/a.yaml", b"/" + b"n" * 250, b"/" + b"n" * 251]
    files = [file_of(key, kind) for key in keys for kind in (YAML, RAW)]
    folders = {"/".join(file.split("/")[:-1]) for file in files}

    assert len(set(files)) == len(files)
    assert not folders & set(files)
    assert not any(part in ("", ".", "..") for file in files for part in file.split("/"))
    assert all(len(part) < 255 for file in files for part in file.split("/"))
