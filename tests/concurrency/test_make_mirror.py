"""``pyetcdctl make-mirror`` between real clusters, through the loss of either."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from threading import Event, Thread, Timer

import pexpect
import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.kv import commit, compact, delete, put, read
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import CallFailed
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc.event_batch import EVENT_NAMES
from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.txn import CompactionRequest, RequestOp, TxnRequest
from pyetcdctl.rpc.watch import WatchCreateRequest
from pyetcdctl.settings import ConnectionSettings, Credentials
from tests.concurrency.gate import Gate
from tests.runner import clean_environment, command, run
from tests.server import freeze, running, thaw
from tests.waiting import until

SECONDS = 60
EVENTS = 2_000
ROOT = Credentials("root", "rootpw")


class Cluster:
    """A server, and a connection of the test's own to it."""

    def __init__(self, etcd):
        self.etcd = etcd
        settings = ConnectionSettings(etcd.client_urls, tls=etcd.tls)
        if etcd.user:
            settings = settings._replace(credentials=ROOT)
        self.connection = Connection(settings)

    @property
    def revision(self):
        return self._read(b"\0").header.revision

    def put(self, key, value):
        return put(self.connection, PutRequest(key=key, value=value), limit()).header.revision

    def delete(self, key, range_end=b""):
        request = DeleteRangeRequest(key=key, range_end=range_end)
        return delete(self.connection, request, limit()).header.revision

    def commit(self, *puts):
        operations = [
            RequestOp(request_put=PutRequest(key=key, value=value)) for key, value in puts
        ]
        return commit(self.connection, TxnRequest(success=operations), limit()).header.revision

    def keys(self, prefix=b""):
        """Return the values of the keys under a prefix, by key."""
        pairs = self._read(*prefix_range(prefix)).kvs
        return {pair.key: pair.value for pair in pairs}

    def has(self, key):
        return bool(self._read(key).kvs)

    def revisions(self, prefix):
        return {pair.mod_revision for pair in self._read(*prefix_range(prefix)).kvs}

    def versions(self, prefix):
        return {pair.version for pair in self._read(*prefix_range(prefix)).kvs}

    def events(self, prefix, last, since=1):
        """Return revision, kind, key without prefix and value of events, to the ``last`` key."""
        key, range_end = prefix_range(prefix)
        request = WatchCreateRequest(key=key, range_end=range_end, start_revision=since)
        found = []
        with closing(Watching(self.connection)) as watching, closing_after(SECONDS, watching):
            watching.add(request)
            for received in watching.received():
                assert not received.reason
                for batch in received.response.batches:
                    for kind, record in zip(batch.kinds, batch.records(), strict=True):
                        name = record[0].removeprefix(prefix)
                        found.append((record[2], EVENT_NAMES[kind], name, record[4]))
                        if name == last:
                            return found
        raise AssertionError(f"{last!r} did not come, only {len(found)} other events")

    def _read(self, key, range_end=b""):
        request = RangeRequest(key=key, range_end=range_end)
        return read(self.connection, request, limit())


@contextmanager
def closing_after(seconds, watching):
    alarm = Timer(seconds, watching.close)
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


def limit():
    return Deadline.after(SECONDS)


def without_revisions(events):
    return [event[1:] for event in events]


def grouped(events):
    """Return the events of each revision together."""
    groups = {}
    for revision, *event in events:
        groups.setdefault(revision, []).append(event)
    return list(groups.values())


@pytest.fixture(scope="module")
def target_etcd():
    with running() as server:
        yield server


@pytest.fixture
def source(etcd):
    cluster = Cluster(etcd)
    yield cluster
    cluster.connection.close()


@pytest.fixture
def target(target_etcd):
    cluster = Cluster(target_etcd)
    yield cluster
    cluster.connection.close()


class RunningMirror:
    """The process."""

    def __init__(self, source, target, *flags, env=(), program=()):
        self.process = subprocess.Popen(
            [*(program or command()), "make-mirror", *flags, target],
            env=clean_environment({**source.environment, **dict(env)}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
        )

    def ended(self, seconds=SECONDS):
        """Wait for the end; return exit code, standard output and standard error."""
        stdout, stderr = self.process.communicate(timeout=seconds)
        return self.process.returncode, stdout.decode(), stderr.decode()

    def reports(self, line):
        """Whether it says this on standard error, at once or later."""
        while said := self.process.stderr.readline().decode():
            if said == line:
                return True
        return False

    def killed(self):
        """End it; return what it said on standard error."""
        self.process.terminate()
        code, _, stderr = self.ended()
        assert code == -signal.SIGTERM, stderr
        return stderr


@pytest.fixture
def mirror():
    """A function that starts a mirror, which ends with the test."""
    with ExitStack() as ends:

        def start(source, target, *flags, **options):
            started = RunningMirror(source, target, *flags, **options)
            ends.enter_context(started.process)
            ends.callback(started.process.kill)
            return started

        yield start


@pytest.mark.parametrize("start", ["copy", "rev"])
@pytest.mark.parametrize(
    ("flags", "renamed"),
    [
        ([], "{p}{k}"),
        (["--dest-prefix", "/all{p}"], "/all{p}{p}{k}"),
        (["--no-dest-prefix"], "{p}{k}"),
        (["--prefix", "{p}"], "{p}{k}"),
        (["--prefix", "{p}", "--dest-prefix", "/other{p}"], "/other{p}{k}"),
        (["--prefix", "{p}", "--dest-prefix", "{p}"], "{p}{k}"),
        (["--prefix", "{p}", "--no-dest-prefix"], "{k}"),
        (["--prefix", "{p}", "--no-dest-prefix", "--dest-prefix", ""], "{k}"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_keys_get_the_prefix_that_is_asked_for(
    source, target, mirror, prefix, flags, renamed, start
):
    """Also with --rev, where etcdctl loses the prefix of keys that keep theirs."""
    own = f"{start}-{prefix.strip('/')}"
    old, twice, new, gone = (f"{own}-{name}/{prefix}" for name in ("old", "twice", "new", "gone"))
    first = source.put(f"{prefix}{old}".encode(), b"1")
    source.put(f"{prefix}{gone}".encode(), b"2")
    source.put(f"{prefix}{twice}".encode(), b"3")
    since = ["--rev", str(first)] if start == "rev" else []
    words = [flag.format(p=prefix) for flag in flags]
    mirror(source.etcd, target.etcd.address, *words, *since)

    def there(key):
        return renamed.format(p=prefix, k=key).encode()

    until(lambda: target.has(there(twice)))
    source.delete(f"{prefix}{gone}".encode())
    source.put(f"{prefix}{new}".encode(), b"4")
    until(lambda: target.has(there(new)))
    found = {key: value for key, value in target.keys().items() if own.encode() in key}
    assert found == {there(old): b"1", there(twice): b"3", there(new): b"4"}


def test_every_release_can_be_source_and_destination(every_etcd, target, mirror, prefix):
    here, there = Cluster(every_etcd), target
    for source, destination, name in ((here, there, "out"), (there, here, "back")):
        source.put(f"{prefix}{name}/a".encode(), b"1")
        flags = ("--prefix", f"{prefix}{name}/", "--dest-prefix", f"{prefix}{name}-copy/")
        mirror(source.etcd, destination.etcd.address, *flags)
        copy = f"{prefix}{name}-copy/".encode()
        until(lambda d=destination, c=copy: d.keys(c) == {c + b"a": b"1"})
        source.commit((f"{prefix}{name}/b".encode(), b"2"), (f"{prefix}{name}/c".encode(), b"3"))
        source.delete(f"{prefix}{name}/a".encode())
        until(lambda d=destination, c=copy: d.keys(c) == {c + b"b": b"2", c + b"c": b"3"})
    here.connection.close()


def test_a_large_base_is_copied_key_by_key_as_it_was_at_one_revision(
    own_etcd, mirror, every_etcd, prefix
):
    source, target = Cluster(own_etcd()), Cluster(every_etcd)
    names = [b"%04d" % number for number in range(2_500)]
    names += [bytes([first, second]) for first in (0, 10, 128, 255) for second in range(125)]
    for at in range(0, len(names), 100):
        source.commit(*((b"\xff/" + name, name + b"\0\xff\n") for name in names[at : at + 100]))
    copy = f"{prefix}\udcfe/".encode("utf-8", "surrogateescape")
    flags = ("--prefix", b"\xff/", "--dest-prefix", copy)
    mirror(source.etcd, target.etcd.address, *flags)
    until(lambda: len(target.keys(copy)) == len(names))
    assert target.keys(copy) == {copy + name: name + b"\0\xff\n" for name in names}
    assert target.versions(copy) == {1}
    assert len(target.revisions(copy)) == len(names)
    target.connection.close()


def write_many(cluster, prefix, tripped=lambda number: None):
    """Write 2,000 events on 50 keys, each until it is known to be written, then one called end."""
    for number in range(EVENTS):
        tripped(number)
        key = prefix + b"%02d" % (number * 7 % 50)
        insist(lambda key=key, number=number: change(cluster, key, number))
    insist(lambda: cluster.put(prefix + b"end", b""))


def change(cluster, key, number):
    if number % 9 == 4:
        cluster.delete(key)
    elif number % 9 == 6:
        cluster.commit((key, b"%d" % number), (key + b"-too", b"%d" % number))
    else:
        cluster.put(key, b"%d" % number)


def insist(call):
    while True:
        try:
            return call()
        except CallFailed as error:
            if error.code not in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                raise


def assert_same_history(source, target):
    """Compare all events, revision by revision, up to the last."""
    theirs = source.events(b"/s/", last=b"end")
    ours = target.events(b"/d/", last=b"end")
    assert grouped(ours) == grouped(theirs)
    assert len(theirs) >= EVENTS
    assert len({revision for revision, *_ in theirs}) == len({revision for revision, *_ in ours})


FLAGS = ("--prefix", "/s/", "--dest-prefix", "/d/", "--rev", "2")


def test_killed_members_of_the_source_lose_no_event_and_double_none(own_etcd, mirror):
    source, target = Cluster(own_etcd(size=3)), Cluster(own_etcd())
    started = mirror(source.etcd, target.etcd.address, *FLAGS)

    def trip(number):
        if number % 400 == 200:
            member = source.etcd.members[number // 400 % 3]
            member.kill()
            member.start()
            member.wait_until_healthy()

    write_many(source, b"/s/", trip)
    assert_same_history(source, target)
    started.killed()


@pytest.mark.parametrize(("end", "size"), [("kill", 3), ("stop", 1)])
def test_a_restarted_destination_gets_each_event_once(own_etcd, mirror, end, size):
    """A single member of etcd 3.5.1 forgets, when killed, what it has acknowledged."""
    source, target = Cluster(own_etcd()), Cluster(own_etcd(size=size))
    started = mirror(source.etcd, target.etcd.address, *FLAGS)
    written = Event()

    def write():
        write_many(source, b"/s/")
        written.set()

    writer = Thread(target=write)
    writer.start()
    restarts = 0
    while restarts < 5 or not written.is_set():
        seen = target.revision
        until(lambda seen=seen: target.revision > seen or is_done(target))
        if is_done(target):
            break
        getattr(target.etcd.members[0], end)()
        target.etcd.members[0].start()
        target.etcd.members[0].wait_until_healthy()
        restarts += 1
    writer.join()
    assert restarts >= 3
    assert_same_history(source, target)
    started.killed()


def is_done(target):
    return target.has(b"/d/end")


def test_a_frozen_destination_gets_each_event_once(own_etcd, mirror):
    source, target = Cluster(own_etcd()), Cluster(own_etcd())
    started = mirror(source.etcd, target.etcd.address, *FLAGS, "--command-timeout", "1s")
    member = target.etcd.members[0]

    def trip(number):
        if number == 1:
            until(lambda: target.keys(b"/d/"))
        if number in (500, 1000, 1500):
            freeze(member)
        elif number in (600, 1100, 1600):
            reported = []
            while not reported or not reported[-1].startswith(
                b"Warning: the destination cannot be reached"
            ):
                reported.append(started.process.stderr.readline())
                assert reported[-1], reported
            thaw(member)

    write_many(source, b"/s/", trip)
    assert_same_history(source, target)
    started.killed()


@pytest.mark.parametrize("which", ["source", "target"])
def test_a_restart_in_the_middle_of_the_copy_doubles_no_key(own_etcd, mirror, which):
    source, target = Cluster(own_etcd()), Cluster(own_etcd(size=3))
    value = b"v" * 5_000
    for at in range(0, 3_000, 100):
        source.commit(*((b"/s/%04d" % number, value) for number in range(at, at + 100)))
    started = mirror(source.etcd, target.etcd.address, *FLAGS[:4])
    until(lambda: target.revision > 200)
    member = (source if which == "source" else target).etcd.members[0]
    member.kill()
    member.start()
    member.wait_until_healthy()
    source.put(b"/s/0000", b"followed")
    until(lambda: target.keys(b"/d/0000").get(b"/d/0000") == b"followed")
    assert target.versions(b"/d/0") == {1, 2}
    assert target.versions(b"/d/1") == target.versions(b"/d/2") == {1}
    assert len(target.keys(b"/d/")) == 3_000
    assert target.revision == 1 + 3_000 + 1
    started.killed()


def test_an_absent_destination_is_reported_and_its_return_too(own_etcd, mirror):
    source, target = Cluster(own_etcd()), Cluster(own_etcd())
    started = mirror(source.etcd, target.etcd.address, *FLAGS, "--command-timeout", "1s")
    source.put(b"/s/a", b"1")
    until(lambda: target.keys(b"/d/"))
    target.etcd.members[0].stop()
    source.put(b"/s/a", b"2")
    line = started.process.stderr.readline().decode()
    assert line == "Warning: the destination cannot be reached: context deadline exceeded\n"
    target.etcd.members[0].start()
    until(lambda: target.keys(b"/d/") == {b"/d/a": b"2"})
    assert started.reports("The destination is back.\n")
    assert target.versions(b"/d/a") == {2}


def test_an_absent_source_is_reported_and_its_return_too(own_etcd, mirror):
    source, target = Cluster(own_etcd()), Cluster(own_etcd())
    started = mirror(source.etcd, target.etcd.address, *FLAGS, "--command-timeout", "1s")
    source.put(b"/s/a", b"1")
    until(lambda: target.keys(b"/d/"))
    source.etcd.members[0].kill()
    line = started.process.stderr.readline().decode()
    assert line == "Warning: the source cannot be reached: context deadline exceeded\n"
    source.etcd.members[0].start()
    source.etcd.members[0].wait_until_healthy()
    source.put(b"/s/a", b"2")
    until(lambda: target.keys(b"/d/") == {b"/d/a": b"2"})
    assert started.reports("The source is back.\n")


@pytest.mark.parametrize(("most", "revisions"), [(None, 1), (3, 4), (1, 10), (0, 1)])
def test_one_revision_is_one_transaction_unless_it_has_too_many_operations(
    source, target, mirror, prefix, most, revisions
):
    here, there = prefix.encode(), b"/ops" + prefix.encode()
    first = source.commit(*((here + b"%d" % number, b"x") for number in range(10)))
    source.delete(*prefix_range(here))
    source.put(here + b"end", b"")
    since = target.revision
    flags = ["--prefix", prefix, "--dest-prefix", there.decode(), "--rev", str(first)]
    if most is not None:
        flags += ["--max-txn-ops", str(most)]
    mirror(source.etcd, target.etcd.address, *flags)
    events = target.events(there, last=b"end", since=since)
    assert len(grouped(events)) == 2 * revisions + 1
    assert [event[1] for event in events] == ["PUT"] * 10 + ["DELETE"] * 10 + ["PUT"]


def test_a_compacted_start_is_an_error(own_etcd, target, mirror, prefix):
    source = Cluster(own_etcd())
    revision = source.put(f"{prefix}a".encode(), b"1")
    compact(source.connection, CompactionRequest(revision=source.put(b"k", b"")), limit())
    started = mirror(source.etcd, target.etcd.address, "--prefix", prefix, "--rev", str(revision))
    code, stdout, stderr = started.ended()
    assert (code, stdout) == (1, "")
    assert stderr.startswith("Error: etcdserver: mvcc: required revision has been compacted\n")
    assert "  The oldest revision that is kept is " in stderr


def test_a_compaction_behind_the_mirrors_back_is_an_error(own_etcd, target, mirror, prefix):
    source = Cluster(own_etcd())
    gate = Gate(source.etcd.address)
    source.put(b"/a", b"1")
    started = mirror(
        *(source.etcd, target.etcd.address, "--prefix", "/", "--dest-prefix", prefix),
        env={"ETCDCTL_ENDPOINTS": gate.endpoint},
    )
    source.put(b"/a", b"2")
    until(lambda: target.keys(prefix.encode()) == {f"{prefix}a".encode(): b"2"})
    gate.shut()
    source.put(b"/a", b"3")
    compact(source.connection, CompactionRequest(revision=source.put(b"/a", b"4")), limit())
    gate.open()
    code, stdout, stderr = started.ended()
    gate.shut()
    assert (code, stdout) == (1, "")
    assert stderr.startswith("Error: etcdserver: mvcc: required revision has been compacted\n")


@pytest.mark.parametrize("scheme", ["", "https://"])
def test_a_destination_may_want_certificates(source, secure_etcd, mirror, prefix, scheme):
    target = Cluster(secure_etcd)
    source.put(f"{prefix}a".encode(), b"1")
    files = ("--dest-cacert", secure_etcd.ca, "--dest-cert", secure_etcd.cert)
    flags = (*files, "--dest-key", secure_etcd.key, "--prefix", prefix)
    mirror(source.etcd, scheme + secure_etcd.address, *flags)
    until(lambda: target.keys(prefix.encode()) == {f"{prefix}a".encode(): b"1"})
    target.connection.close()


def test_the_sources_certificates_are_not_the_destinations(secure_etcd, target, mirror, prefix):
    source = Cluster(secure_etcd)
    source.put(f"{prefix}a".encode(), b"1")
    mirror(secure_etcd, target.etcd.address, "--prefix", prefix)
    until(lambda: target.keys(prefix.encode()) == {f"{prefix}a".encode(): b"1"})
    source.connection.close()


def test_a_destination_that_cannot_be_reached_ends_the_start(etcd, secure_etcd):
    done = run(
        *("make-mirror", f"https://{secure_etcd.address}", "--command-timeout", "1s"),
        env=etcd.environment,
        seconds=10,
    )
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: context deadline exceeded\n")
    assert "--dest-cacert" in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize("dead", ["source", "destination"])
def test_a_silent_server_ends_the_start_by_the_command_timeout(etcd, target, dead):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        source = address if dead == "source" else etcd.address
        destination = address if dead == "destination" else target.etcd.address
        words = ("make-mirror", destination, "--endpoints", source, "--command-timeout", "500ms")
        done = run(*words, seconds=10)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: context deadline exceeded\n")
    assert ("That is the destination" in done.stderr) == (dead == "destination")


@pytest.fixture(scope="module")
def limited(auth_etcd):
    """Users: one may read and write under /limited/, one may write there, one may read there."""
    for name, right in (("mirror", "readwrite"), ("writer", "write"), ("reader", "read")):
        auth_etcd.etcdctl("user", "add", f"{name}:se:cret", check=True)
        auth_etcd.etcdctl("role", "add", name, check=True)
        words = ("role", "grant-permission", name, right, "/limited/", "--prefix")
        auth_etcd.etcdctl(*words, check=True)
        auth_etcd.etcdctl("user", "grant-role", name, name, check=True)
    return Cluster(auth_etcd)


@pytest.mark.parametrize(
    ("flags", "typed"),
    [
        (["--dest-user", "mirror:se:cret"], b""),
        (["--dest-user", "writer:se:cret"], b""),
        (["--dest-user", "mirror", "--dest-password", "se:cret"], b""),
        (["--dest-user", "mirror"], b"se:cret\n"),
    ],
    ids=["both in one", "may only write", "password", "from a pipe"],
)
def test_a_destination_may_want_a_user_of_few_rights(source, limited, mirror, prefix, flags, typed):
    copy = f"/limited{prefix}"
    source.put(f"{prefix}a".encode(), b"1")
    words = (*flags, "--prefix", prefix, "--dest-prefix", copy)
    started = mirror(source.etcd, limited.etcd.address, *words)
    started.process.stdin.write(typed)
    started.process.stdin.flush()
    until(lambda: limited.keys(copy.encode()))
    source.put(f"{prefix}b".encode(), b"2")
    source.delete(f"{prefix}a".encode())
    until(lambda: limited.keys(copy.encode()) == {f"{copy}b".encode(): b"2"})
    assert started.killed() == ""


def test_the_password_is_asked_for_on_a_terminal_and_not_shown(source, limited, prefix):
    source.put(f"{prefix}a".encode(), b"1")
    copy = f"/limited/typed{prefix}"
    words = ["--dest-user", "mirror", "--prefix", prefix, "--dest-prefix", copy]
    with closing(in_a_terminal(source.etcd, limited.etcd.address, *words)) as terminal:
        terminal.expect_exact("Destination Password: ")
        terminal.waitnoecho()
        terminal.sendline("se:cret")
        until(lambda: limited.keys(copy.encode()))
        terminal.sendintr()
        terminal.expect(pexpect.EOF)
        assert "se:cret" not in terminal.before


def in_a_terminal(source, *words):
    program, *arguments = command("make-mirror", *words)
    environment = clean_environment({**source.environment, "TERM": "xterm"})
    return pexpect.spawn(program, arguments, env=environment, encoding="utf-8", timeout=SECONDS)


def test_a_wrong_password_ends_it_with_2(etcd, limited):
    words = ("make-mirror", limited.etcd.address, "--dest-user", "mirror:wrong-hunter2")
    done = run(*words, env=etcd.environment)
    assert done.exit_code == 2
    expected = "Error: etcdserver: authentication failed, invalid user ID or password\n"
    assert done.stderr.startswith(expected)
    assert "hunter2" not in done.stderr


def test_variables_that_bound_calls_hold_for_the_destination_too(etcd, target, prefix):
    etcd.etcdctl("put", f"{prefix}a", "v" * 2_000, check=True)
    env = {"ETCDCTL_ENDPOINTS": etcd.address, "ETCDCTL_MAX_REQUEST_BYTES": "1000"}
    done = run("make-mirror", target.etcd.address, "--prefix", prefix, env=env)
    assert "desc = trying to send message larger than max (" in done.stderr
    assert done.exit_code == 1


def test_a_right_that_is_missing_in_the_destination_ends_it(source, limited, prefix):
    source.put(f"{prefix}a".encode(), b"1")
    words = ("make-mirror", limited.etcd.address, "--dest-user", "mirror:se:cret")
    done = run(*words, "--prefix", prefix, env=source.etcd.environment)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: etcdserver: permission denied\n")


def test_a_source_user_needs_no_right_beyond_the_prefix(limited, target, mirror, prefix):
    here = f"/limited{prefix}"
    limited.put(f"{here}a".encode(), b"1")
    user = {"ETCDCTL_USER": "reader:se:cret"}
    mirror(limited.etcd, target.etcd.address, "--prefix", here, env=user)
    until(lambda: target.keys(here.encode()) == {f"{here}a".encode(): b"1"})
    limited.put(f"{here}b".encode(), b"2")
    until(lambda: len(target.keys(here.encode())) == 2)


@pytest.mark.parametrize("since", [(), ("--rev", "2")], ids=["copy", "rev"])
def test_a_right_that_is_missing_in_the_source_ends_it(limited, target, since):
    user = {"ETCDCTL_USER": "reader:se:cret", "ETCDCTL_ENDPOINTS": limited.etcd.address}
    done = run("make-mirror", target.etcd.address, "--prefix", "/else/", *since, env=user)
    assert done.exit_code == 1
    assert "etcdserver: permission denied\n" in done.stderr
    assert "<nil>" not in done.stderr


def test_a_key_that_would_have_no_name_is_an_error(source, target, prefix):
    source.put(prefix.encode(), b"1")
    words = ("make-mirror", target.etcd.address, "--prefix", prefix, "--no-dest-prefix")
    done = run(*words, env=source.etcd.environment)
    assert done.exit_code == 1
    assert done.stderr == "Error: etcdserver: key is not provided\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(source, target, mirror, prefix, number):
    source.put(f"{prefix}a".encode(), b"1")
    started = mirror(source.etcd, target.etcd.address, "--prefix", prefix)
    until(lambda: target.keys(prefix.encode()))
    started.process.send_signal(number)
    assert started.ended() == (-number, "", "")


MORE_OFTEN = """
import os, sys
from pyetcdctl.cli import main
from pyetcdctl.cli.commands import make_mirror
assert make_mirror.EVERY_SECONDS == 30
make_mirror.EVERY_SECONDS = 2
main.run()
"""


def test_the_total_of_operations_is_printed_at_times(source, target, mirror, prefix):
    """A pipe that is closed then ends it quietly."""
    for number in range(3):
        source.put(f"{prefix}{number}".encode(), b"1")
    program = [sys.executable, "-c", MORE_OFTEN]
    words = (source.etcd, target.etcd.address, "--prefix", prefix)
    started = mirror(*words, program=program)
    unheard = mirror(*words, "--dest-prefix", "/u/", program=program)
    unheard.process.stdout.close()
    until(lambda: len(target.keys(prefix.encode())) == 3)
    source.delete(f"{prefix}0".encode())
    source.put(f"{prefix}1".encode(), b"2")
    printed = iter(started.process.stdout.readline, b"")
    assert next(total for total in printed if total == b"5\n")
    assert unheard.process.wait(SECONDS) == -signal.SIGPIPE
    assert unheard.process.stderr.read() == b""


def test_the_copy_shows_on_a_terminal_how_far_it_is(own_etcd, target, prefix):
    source = Cluster(own_etcd())
    for at in range(0, 6_000, 100):
        source.commit(*((b"/s/%04d" % number, b"v") for number in range(at, at + 100)))
    words = ["--prefix", "/s/", "--dest-prefix", prefix]
    with closing(in_a_terminal(source.etcd, target.etcd.address, *words)) as terminal:
        terminal.expect(r"Copying  [\d,]+ of 6,000 keys  [\d,]+ keys/s  about \d+ s left")
        until(lambda: len(target.keys(prefix.encode())) == 6_000)
        terminal.expect_exact("\r\x1b[K")


PROBE = """
import os, sys, threading
from pyetcdctl.cli import main
threading.Timer(2, lambda: (sys.stderr.write("\\n".join(["loaded", *sys.modules])),
                            sys.stderr.flush(), os._exit(0))).start()
main.main(sys.argv[1:], os.environ)
"""


def test_a_mirror_runs_without_protobuf_and_etcd3(etcd, target):
    words = ["make-mirror", target.etcd.address, "--prefix", "/no/such/"]
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words],
        env={**os.environ, **etcd.environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    loaded = set(done.stderr.partition("loaded\n")[2].split())
    assert "grpc" in loaded
    assert not loaded & {"google.protobuf", "etcd3", "rich", "yaml", "cryptography"}
