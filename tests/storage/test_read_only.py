"""A file or a folder is read without any right to write, and without a lock."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pyetcdctl.settings import FileReading
from pyetcdctl.storage.opening import OpenedFile
from tests.runner import SECONDS, clean_environment, command
from tests.server import running, write
from tests.storage.test_from import content

UNPRIVILEGED = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")
"""Takes from root what makes it pass over permissions; another user has none of it."""
ACCESS_MODE = 0o3
LINES = [
    ("get", "k", "--prefix"),
    ("tree",),
    ("lease", "list"),
    ("wal",),
    ("endpoint", "hashkv"),
    ("history", "k1"),
    ("du",),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data directory of a killed member, in which this user may not write, nor beside it."""
    top = tmp_path_factory.mktemp("read-only")
    with running() as etcd:
        write(etcd, [(f"k{number}", "value") for number in range(20)])
        etcd.members[0].kill()
        shutil.copytree(etcd.members[0].site.data_folder, top / "data")
    every = [top, *top.rglob("*")]
    for path in every:
        path.chmod(0o500 if path.is_dir() else 0o400)
    yield top / "data"
    for path in every:
        path.chmod(0o700)


def without_rights(*words):
    """Run a command as one that permissions hold for."""
    start = UNPRIVILEGED if os.geteuid() == 0 else ()
    return subprocess.run(
        [*start, *words], env=clean_environment(), capture_output=True, check=False
    )


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_a_folder_is_read_without_the_permission_to_write(words, folder):
    assert without_rights("touch", folder / "member" / "new").returncode == 1
    before = content(folder)
    done = without_rights(*command(*words), "--from", folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert content(folder) == before


def in_a_read_only_mount(folder, *words):
    """Run a command, with a folder mounted so that nothing in it can be written, not by root."""
    start = ("unshare", "--mount", *(("--map-root-user",) if os.geteuid() else ()))
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    return subprocess.run(
        [*start, "sh", "-c", mount, folder, *words],
        env=clean_environment(),
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )


def test_a_folder_on_a_read_only_file_system_is_read(folder):
    if in_a_read_only_mount(folder, "true").returncode:
        pytest.skip("nothing can be mounted here")
    refused = in_a_read_only_mount(folder, "touch", folder / "member" / "new")
    assert b"Read-only file system" in refused.stderr
    before = content(folder)
    for words, path in ((LINES[0], folder), (LINES[4], folder / "member" / "snap" / "db")):
        done = in_a_read_only_mount(folder, *command(*words), "--from", path)
        assert (done.returncode, bool(done.stdout)) == (0, True), done.stderr
    assert content(folder) == before


def test_a_database_is_opened_for_reading_alone_and_not_locked(folder):
    path = folder / "member" / "snap" / "db"
    opened = OpenedFile(
        str(path), FileReading(), progress=lambda: pytest.fail("no pass"), note=lambda line: None
    )
    try:
        inode = path.stat().st_ino
        flags = [flags_of(each) for each in Path("/proc/self/fd").iterdir() if leads_to(each, path)]
        assert [each & ACCESS_MODE for each in flags] == [os.O_RDONLY]
        assert f":{inode} " not in Path("/proc/locks").read_text()
    finally:
        opened.close()


def leads_to(link, path):
    try:
        return os.readlink(link) == str(path)
    except FileNotFoundError:
        return False


def flags_of(link):
    text = Path(f"/proc/self/fdinfo/{link.name}").read_text()
    return int(text.partition("flags:\t")[2].split()[0], 8)
