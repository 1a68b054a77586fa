"""``--salvage`` reads on behind damage, and reports what is lost; the files are a server's."""

import json
import re
import shutil
import struct
from base64 import b64decode

import pytest

from pyetcdctl.rpc.key_values import key_of
from pyetcdctl.storage.bolt.audit import Audit
from pyetcdctl.storage.bolt.cursor import Bucket, Cursor, buckets
from pyetcdctl.storage.bolt.pages import BRANCH, LEAF, Pages
from pyetcdctl.storage.database import KEYS
from pyetcdctl.storage.mvcc.revisions import main_of
from tests.runner import run_here
from tests.server import every_programs, running, write
from tests.storage.memory import InMemory
from tests.waiting import until

PAGE = 4096
NEVER_COMMITTED = ("--backend-batch-interval=1h", "--backend-batch-limit=1000000")
ALL = ("get", "", "--prefix", "-w", "json")


@pytest.fixture(scope="module")
def pages(sample_database):
    return Pages(InMemory(sample_database), len(sample_database))


@pytest.fixture(scope="module")
def leaves(pages):
    """The leaves of the bucket of keys in order."""
    return list(Cursor(pages, buckets(pages)[KEYS]).leaves())


@pytest.fixture(scope="module")
def newer(leaves):
    """A leaf of what is newer than the compaction, of several revisions."""
    return next(leaf for leaf in leaves if main_of(leaf.keys()[0]) > 1500 and len(leaf.flags) > 3)


@pytest.fixture(scope="module")
def sound(sample_file):
    return lines(run_here(*ALL, "--from", str(sample_file)))


def lines(result):
    """Return key, revision and value of each key that was read."""
    assert result.exit_code == 0, result.stderr
    kvs = json.loads(result.stdout)["kvs"]
    return [(kv["key"], kv["mod_revision"], kv.get("value", "")) for kv in kvs]


def keys(found):
    return [key for key, _, _ in found]


class Damaged:
    """A copy of the sample's database that can be damaged, and read."""

    def __init__(self, data, path):
        self.data = bytearray(data)
        self.path = path

    def write(self, at, content):
        self.data[at : at + len(content)] = content

    def read(self, *words):
        self.path.write_bytes(self.data)
        before = run_here(*words, "--from", str(self.path))
        assert before.exit_code == 1
        result = run_here(*words, "--from", str(self.path), "--salvage")
        assert self.path.read_bytes() == self.data
        return result


@pytest.fixture
def damaged(sample_database, tmp_path):
    return Damaged(sample_database, tmp_path / "damaged.db")


def test_a_sound_file_is_read_as_it_is(sample_file, sound):
    result = run_here(*ALL, "--from", str(sample_file), "--salvage")
    assert lines(result) == sound
    assert result.stderr == f"# nothing is damaged in {sample_file}\n"


def test_a_leaf_whose_table_is_damaged_loses_one_record(damaged, newer, sound):
    page = newer.page
    damaged.write(page.offset + 16 + 4, struct.pack("<I", 0xFFFFFFFF))
    result = damaged.read(*ALL)
    assert set(keys(lines(result))) <= set(keys(sound))
    assert len(set(lines(result)) & set(sound)) >= len(sound) - 1
    assert re.search(rf"page {page.number} at offset \d+: a key is not where", result.stderr)
    assert re.search(r"# lost: 1 of the revisions from [\d,]+ to [\d,]+\n", result.stderr)


def test_a_leaf_that_is_overwritten_is_reported_with_its_revisions(damaged, newer, sound):
    lost = newer
    damaged.write(lost.page.offset, b"\xa5" * len(lost.page.data))
    result = damaged.read(*ALL)
    first, last = (main_of(key) for key in (lost.keys()[0], lost.keys()[-1]))
    found = re.search(r"# lost: ([\d,]+) of the revisions from ([\d,]+) to ([\d,]+)", result.stderr)
    count, *ends = (int(number.replace(",", "")) for number in found.groups())
    assert ends[0] == first
    assert ends[1] >= last
    assert 0 < count <= ends[1] - ends[0] + 1
    assert len(sound) - count <= len(set(lines(result)) & set(sound)) < len(sound)
    assert "keys may be missing or have an older value" in result.stderr


def test_what_is_below_a_damaged_branch_is_found_page_by_page(damaged, pages, sound):
    root = buckets(pages)[KEYS].root
    page = pages.page(root, BRANCH)
    damaged.write(page.offset, b"\0" * PAGE)
    result = damaged.read(*ALL)
    assert sorted(lines(result)) == sorted(sound)
    assert f"page {root} at offset {page.offset}" in result.stderr
    assert re.search(r"2,\d+ records of keys were salvaged, 2,\d+ of them from", result.stderr)


def test_without_a_meta_page_the_root_is_found(damaged, sound):
    damaged.write(0, b"\0" * PAGE * 2)
    result = damaged.read(*ALL)
    assert lines(result) == sound
    assert "no valid meta page" in result.stderr
    assert "# lost: changes after revision 2,564, if there were any" in result.stderr


def test_without_the_table_of_buckets_an_older_one_or_the_pages_themselves_serve(
    damaged, pages, sound
):
    for page in roots(damaged.data):
        damaged.write(page * PAGE, b"\xff" * PAGE)
    result = damaged.read(*ALL)
    assert sorted(lines(result)) == sorted(sound)
    assert f"page {pages.meta.root} at offset" in result.stderr


def roots(data):
    """Return all leaves that have etcd's buckets in them, older ones, too."""
    found = Pages(InMemory(bytes(data)), len(data))
    for number in range(2, found.count):
        head = struct.unpack_from("<QHHI", data, number * PAGE)
        if head[:2] == (number, LEAF) and KEYS in _names(found, number):
            yield number


def _names(pages, number):
    leaf = next(Cursor(pages, Bucket(b"", number, None)).leaves())
    return leaf.keys()


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_is_cut_gives_what_is_in_it(damaged, leaves, share):
    del damaged.data[int(len(damaged.data) * share) :]
    result = damaged.read(*ALL)
    assert "the file ends there, and" in result.stderr
    found = lines(result)
    assert len(found) > 20
    stored = {key_of(value) for leaf in leaves for _, value in leaf.pairs()}
    assert {b64decode(key) for key in keys(found)} <= stored


def test_a_wrong_hash_alone_is_noted(sample_file, sound, tmp_path):
    data = bytearray(sample_file.read_bytes())
    data[-1] ^= 1
    (tmp_path / "damaged.db").write_bytes(data)
    result = run_here(*ALL, "--from", str(tmp_path / "damaged.db"), "--salvage")
    assert lines(result) == sound
    assert "is wrong: values may be, too" in result.stderr


@pytest.mark.parametrize("content", [b"", b"x" * 100, bytes(65536), b"\xff" * 65537])
def test_what_is_no_database_at_all_is_refused(content, tmp_path):
    (tmp_path / "nothing.db").write_bytes(content)
    result = run_here(*ALL, "--from", str(tmp_path / "nothing.db"), "--salvage")
    assert (result.exit_code, result.stdout) == (1, b"")
    assert "invalid database" in result.stderr


@pytest.fixture(scope="module")
def member(tmp_path_factory):
    """A data directory whose database has one key, and whose log has fifty more."""
    folder = tmp_path_factory.mktemp("member")
    (folder / "member/snap").mkdir(parents=True)
    with running() as etcd:
        data = etcd.members[0].site.data_folder
        database = data / "member/snap/db"
        etcd.etcdctl("put", "first", "0", check=True)
        copy = folder / "member/snap/db"

        def is_committed():
            shutil.copy(database, copy)
            return run_here("get", "first", "--from", str(copy)).stdout == b"first\n0\n"

        until(is_committed)
        write(etcd, [(f"k{number:02}", "value") for number in range(50)])
        etcd.members[0].stop()
        shutil.copytree(data / "member/wal", folder / "member/wal")
    return folder


def test_a_log_is_applied_up_to_its_damage(member, tmp_path):
    shutil.copytree(member, tmp_path / "copy")
    log = next((tmp_path / "copy/member/wal").glob("*.wal"))
    at = log.read_bytes().index(b"k30")
    with log.open("r+b") as file:
        file.seek(at)
        file.write(b"x30")
    words = ("get", "k", "--prefix", "--keys-only", "--from", str(tmp_path / "copy"))
    assert run_here(*words).exit_code == 1
    result = run_here(*words, "--salvage")
    assert result.stdout.split() == [b"k%02d" % number for number in range(30)]
    assert "its checksum is wrong" in result.stderr
    assert "# lost: the entries of the log from there on" in result.stderr


@pytest.mark.parametrize("flags", [(), ("--salvage",)], ids=["", "salvaged"])
def test_without_the_index_of_the_last_entry_a_log_is_not_applied(member, tmp_path, flags):
    shutil.copytree(member, tmp_path / "copy")
    database = tmp_path / "copy/member/snap/db"
    data = database.read_bytes().replace(b"consistent_index", b"constistent-indx")
    database.write_bytes(data)
    result = run_here("get", "", "--prefix", "--from", str(tmp_path / "copy"), *flags)
    assert (result.exit_code, result.stdout) == (0, b"first\n0\n")
    assert "the log is not applied" in result.stderr
    listed = run_here("wal", "--from", str(tmp_path / "copy"))
    assert listed.exit_code == 0
    assert b"k49" in listed.stdout


@pytest.fixture(scope="module", params=every_programs(), ids=lambda programs: programs.version)
def new_member(request):
    """A member that was killed before its first commit, and what it printed while it ran."""
    with running(request.param, flags=NEVER_COMMITTED) as etcd:
        write(etcd, [(f"k{number}", "value") for number in range(20)])
        write(etcd, [("k7", None)])
        etcd.etcdctl("lease", "grant", "3600", check=True)
        etcd.etcdctl("role", "add", "reader", check=True)
        printed = {words: run_here(*words, env=etcd.environment).stdout for words in OF_A_MEMBER}
        etcd.members[0].kill()
        yield etcd.members[0].site.data_folder, printed


OF_A_MEMBER = (ALL, ("lease", "list"), ("role", "list"), ("member", "list"))


@pytest.mark.parametrize("flags", [(), ("--salvage",)], ids=["", "salvaged"])
def test_a_log_is_applied_from_its_start_to_a_database_that_is_new(new_member, flags):
    folder, printed = new_member
    for words in OF_A_MEMBER:
        result = run_here(*words, "--from", str(folder), *flags)
        assert (result.exit_code, result.stdout) == (0, printed[words])
        assert "came from the log" in result.stderr


def test_a_log_is_not_applied_to_a_database_whose_keys_and_index_are_lost(member, tmp_path):
    shutil.copytree(member, tmp_path / "copy")
    path = tmp_path / "copy/member/snap/db"
    data = bytearray(path.read_bytes().replace(b"consistent_index", b"constistent-indx"))
    keys_of = buckets(Pages(InMemory(bytes(data)), len(data)))[KEYS]
    at = keys_of.inline.offset if keys_of.inline else keys_of.root * PAGE
    data[at + 10 : at + 12] = b"\xff\xff"
    path.write_bytes(data)
    result = run_here(*ALL, "--from", str(tmp_path / "copy"), "--salvage")
    assert (result.exit_code, b"kvs" in result.stdout) == (0, False)
    assert "65535 elements do not fit" in result.stderr
    assert "the log is not applied" in result.stderr


def test_salvaging_is_of_a_file():
    result = run_here("get", "a", "--salvage")
    assert result.exit_code == 128
    assert "--from" in result.stderr


def test_every_page_is_walked_once(pages):
    audit = Audit(pages)
    for bucket in audit.buckets():
        assert all(audit.leaves(bucket))
    assert audit.lost == []
