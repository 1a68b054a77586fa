"""``context``: clusters by name, and what a read-only one refuses."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from pyetcdctl.cli import registry
from pyetcdctl.cli.app import app
from pyetcdctl.cli.lazy import click_command
from pyetcdctl.cli.registry import COMMANDS, READING
from pyetcdctl.cli.session.configuration import configuration
from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.client.etcd3_bridge.client import EtcdClient
from pyetcdctl.errors import DeadlineExceeded, ReadOnlyContext
from pyetcdctl.rpc import etcdserverpb_pb2, v3electionpb_pb2, v3lockpb_pb2
from pyetcdctl.settings import ConnectionSettings
from tests.runner import run as run_process
from tests.runner import run_here
from tests.server import write_certificates

NOWHERE = "127.0.0.1:1"
CHANGING = sorted(
    {f"{name} {verb}".strip() for name, entry in COMMANDS.items() for verb in (entry.verbs or [""])}
    - READING
)


@pytest.fixture
def home(tmp_path):
    """An environment with a home of its own."""
    return {"HOME": str(tmp_path), "PYETCDCTL_DISCOVERY": "off"}


def run(home, *args, env=None, input=None):
    return run_here(*map(str, args), env={**home, **(env or {})}, input=input)


def add(home, name, *args):
    done = run(home, "context", "add", name, *args)
    assert done.exit_code == 0, done.stderr


def test_the_current_context_reaches_its_cluster(etcd, home, prefix):
    add(home, "lab", "--endpoints", etcd.address, "--use")
    assert run(home, "put", prefix, "v").stdout == b"OK\n"
    assert run(home, "get", prefix).stdout.decode() == f"{prefix}\nv\n"
    listed = run(home, "context", "list").stdout.decode().split()
    assert listed[-3:] == ["*", "lab", etcd.address]


def test_a_context_is_chosen_by_flag_variable_or_use(etcd, home):
    add(home, "lab", "--endpoints", etcd.address)
    add(home, "dead", "--endpoints", NOWHERE)
    line = ("get", "x", "--command-timeout", "300ms")
    assert run(home, *line, "--context", "lab").exit_code == 0
    assert run(home, *line, env={"PYETCDCTL_CONTEXT": "lab"}).exit_code == 0
    assert NOWHERE in run(home, *line, "--context", "dead").stderr
    run(home, "context", "use", "lab")
    assert run(home, *line).exit_code == 0
    run(home, "context", "use", "--none")
    assert run(home, *line).exit_code == 1


@pytest.mark.parametrize(
    "env", [{"PYETCDCTL_CONTEXT": ""}, {"PYETCDCTL_CONTEXT": "b"}, {"ETCDCTL_ENDPOINTS": NOWHERE}]
)
def test_a_variable_that_keeps_the_current_context_from_being_used_is_named(env, home):
    add(home, "b", "--endpoints", NOWHERE)
    line = ("context", "add", "a", "--endpoints", NOWHERE, "--use")
    for words in (line, ("context", "use", "a"), ("context", "list")):
        assert f"# {next(iter(env))} is set here: " in run(home, *words, env=env).stderr
        assert "is set here" not in run(home, *words).stderr
    run(home, "context", "use", "--none")
    assert run(home, "context", "list", env=env).stderr == ""


def test_nothing_of_the_current_context_is_used_for_another_cluster(home, tmp_path):
    for name in ("ca.crt", "c.crt", "c.key"):
        (tmp_path / name).touch()
    files = (
        "--cacert",
        tmp_path / "ca.crt",
        "--cert",
        tmp_path / "c.crt",
        "--key",
        tmp_path / "c.key",
    )
    add(home, "prod", "--endpoints", "https://10.0.0.5:2379", *files, "--user", "root", "--use")
    shown = run(home, "context", "show", "--origin").stdout.decode()
    assert shown.splitlines()[0].split() == [
        "endpoints",
        "https://10.0.0.5:2379",
        "context",
        "prod",
    ]
    for env, flags in (({}, ("--endpoints", NOWHERE)), ({"ETCDCTL_ENDPOINTS": NOWHERE}, ())):
        shown = run(home, "context", "show", "--origin", *flags, env=env).stdout.decode()
        assert NOWHERE in shown
        assert "context prod" not in shown
        assert str(tmp_path) not in shown


def test_an_origin_is_named_for_each_value(home):
    add(home, "lab", "--endpoints", "a:1", "--user", "root")
    shown = run(home, "context", "show", "--origin", "--context", "lab", "--user", "bob").stdout
    rows = [line.split() for line in shown.decode().splitlines()]
    assert ["endpoints", "a:1", "context", "lab"] in rows
    assert ["user", "bob", "--user"] in rows


def test_the_origin_of_read_only_is_named(home):
    add(home, "lab", "--endpoints", NOWHERE, "--read-only")
    shown = run(home, "context", "show", "--origin", "--context", "lab").stdout.decode()
    assert shown.splitlines()[-1].split() == ["read-only", "true", "context", "lab"]


def test_passwords_come_from_a_private_file_or_a_command_and_are_never_stored(
    auth_etcd, home, tmp_path
):
    secret = tmp_path / "password"
    secret.write_text("rootpw\n")
    secret.chmod(0o640)
    add(home, "a", "--endpoints", auth_etcd.address, "--user", "root", "--password-file", secret)
    done = run(home, "get", "x", "--context", "a")
    assert "may be read by others" in done.stderr
    secret.chmod(0o600)
    assert run(home, "get", "x", "--context", "a").exit_code == 0
    add(
        home,
        "b",
        "--endpoints",
        auth_etcd.address,
        "--user",
        "root",
        "--password-command",
        "echo rootpw",
    )
    assert run(home, "get", "x", "--context", "b").exit_code == 0
    assert "rootpw" not in (tmp_path / ".config/pyetcdctl/contexts.yaml").read_text().replace(
        "echo rootpw", ""
    )
    for flags in (("--password", "x"), ("--user", "root:x")):
        assert run(home, "context", "add", "c", "--endpoints", "a:1", *flags).exit_code == 128


def test_an_entry_with_a_password_is_refused(home, tmp_path):
    path = tmp_path / ".config/pyetcdctl/contexts.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("contexts:\n  a:\n    endpoints: [x]\n    password: secret\n")
    done = run(home, "context", "list")
    assert "holds a password" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize("command", CHANGING)
def test_a_read_only_context_refuses_what_may_change_something_before_it_dials(home, command):
    add(home, "prod", "--endpoints", NOWHERE, "--read-only", "--use")
    done = run(home, *command.split(), "a", "b")
    assert done.stderr.startswith(f"Error: context prod is read-only: {command} is refused")
    assert done.exit_code == 1


@pytest.mark.parametrize("line", ["defrag --dry-run", "recover nospace --dry-run"])
def test_a_read_only_context_shows_what_a_change_would_be(etcd, home, line):
    add(home, "prod", "--endpoints", etcd.address, "--read-only", "--use")
    assert run(home, *line.split()).exit_code == 0
    refused = run(home, *line.split()[:-1], "--dry-run=false")
    assert "context prod is read-only: " in refused.stderr


def test_a_read_only_context_holds_for_the_lines_of_a_batch(etcd, home, prefix):
    add(home, "prod", "--endpoints", etcd.address, "--read-only", "--use")
    done = run(home, "batch", input=f"put {prefix} v\nget {prefix}\n")
    assert "context prod is read-only: put is refused" in done.stderr
    assert "read-only" in run(home, "batch", "--atomic", input=f"put {prefix} v\n").stderr
    assert etcd.etcdctl("get", prefix).stdout == b""


def test_every_reading_command_is_one_that_exists():
    root = click_command(app)
    for path in READING:
        command = root
        for name in path.split():
            command = command.load(name)
            assert command is not None, path


def test_a_context_is_made_from_this_node_and_from_the_environment(home, tmp_path):
    root = tmp_path / "node"
    (root / "etc/etcd").mkdir(parents=True)
    done = run(home, "context", "add", "here", "--from-node", env={"PYETCDCTL_ROOT": str(root)})
    assert done.exit_code == 1
    env = {"ETCDCTL_ENDPOINTS": "a:1,b:2", "ETCDCTL_USER": "root"}
    assert run(home, "context", "add", "e", "--from-env", env=env).exit_code == 0
    shown = run(home, "context", "show", "e").stdout.decode()
    assert "a:1,b:2" in shown
    assert "root" in shown


UNIT = """[Service]
ExecStart=/usr/bin/etcd --listen-client-urls=https://127.0.0.1:2379 --trusted-ca-file=/pki/ca.crt \\
    --cert-file=/pki/server.crt --key-file=/pki/server.key --client-cert-auth=true
"""


def test_a_context_from_this_node_has_what_discovery_finds(home, tmp_path):
    root = tmp_path / "node"
    (root / "etc/systemd/system").mkdir(parents=True)
    (root / "etc/systemd/system/etcd.service").write_text(UNIT)
    (root / "pki").mkdir()
    write_certificates(root / "pki")
    node = {"PYETCDCTL_ROOT": str(root), "PYETCDCTL_DISCOVERY": "on"}
    found = run(home, "context", "show", "--origin", env=node).stdout.decode()
    done = run(home, "context", "add", "here", "--from-node", env=node)
    assert done.exit_code == 0, done.stderr
    shown = run(home, "context", "show", "here").stdout.decode()
    values = dict(line.split()[:2] for line in shown.splitlines())
    assert values.pop("context") == "here"
    assert values == {line.split()[0]: line.split()[1] for line in found.splitlines()}
    assert set(values) == {"endpoints", "cacert", "cert", "key"}
    assert "this node: " in found


@pytest.mark.parametrize(
    ("flags", "variables", "context", "expected"),
    [
        ({"user": "f"}, {"ETCDCTL_USER": "v"}, {"user": "c"}, ("f", "--user")),
        ({}, {"ETCDCTL_USER": "v"}, {"user": "c"}, ("v", "ETCDCTL_USER")),
        ({}, {}, {"user": "c"}, ("c", "context lab")),
        ({}, {}, {}, ("", None)),
    ],
)
def test_a_flag_wins_over_a_variable_and_that_over_a_context(
    home, flags, variables, context, expected
):
    given = [word for name, value in context.items() for word in (f"--{name}", value)]
    add(home, "lab", "--endpoints", NOWHERE, *given)
    found = configuration({**flags, "context": "lab"}, {**home, **variables})
    assert (found.values["user"], found.origins.get("user")) == expected
    assert found.values["endpoints"] == [NOWHERE]


def test_the_current_context_has_a_file_of_its_own_and_the_others_may_be_read_only(home, tmp_path):
    xdg = {"XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_STATE_HOME": str(tmp_path / "s")}
    for name in ("a", "b"):
        assert run(home, "context", "add", name, "--endpoints", NOWHERE, env=xdg).exit_code == 0
    config = tmp_path / "c/pyetcdctl/contexts.yaml"
    before = config.read_bytes()
    config.chmod(0o400)
    config.parent.chmod(0o500)
    try:
        assert run(home, "context", "use", "b", env=xdg).exit_code == 0
    finally:
        config.parent.chmod(0o700)
    assert config.read_bytes() == before
    assert (tmp_path / "s/pyetcdctl/current-context").read_text() == "b\n"


def test_contexts_are_printed_as_json_and_in_no_unknown_format(home):
    add(home, "a", "--endpoints", "x:1", "--use")
    listed = json.loads(run(home, "context", "list", "-w", "json").stdout)
    shape = {"name": "a", "current": True, "endpoints": ["x:1"], "via": "", "read_only": False}
    assert listed == [shape]
    shown = json.loads(run(home, "context", "show", "-w", "json").stdout)
    assert (shown["context"], shown["endpoints"]) == ("a", "x:1")
    origins = json.loads(run(home, "context", "show", "--origin", "-w", "json").stdout)
    assert origins["endpoints"] == {"value": "x:1", "origin": "context a"}
    for verb in ("list", "show"):
        refused = run(home, "context", verb, "-w", "table")
        assert (refused.stdout, refused.exit_code == 0) == (b"", False)


def test_a_context_is_deleted_and_is_current_no_more(home):
    add(home, "a", "--endpoints", "x:1", "--use")
    assert run(home, "context", "delete", "a").exit_code == 0
    assert run(home, "context", "list").stdout == b""
    assert run(home, "context", "show").exit_code == 128
    assert run(home, "get", "x", "--context", "a").exit_code == 128


def test_the_current_context_does_not_enter_the_sandbox(home):
    add(home, "prod", "--endpoints", NOWHERE, "--use")
    done = run_process(
        *("sandbox", "--layout", "scratch", "--"),
        *("pyetcdctl", "context", "show", "--origin"),
        env={**home, "PYETCDCTL_DISCOVERY": ""},
    )
    assert done.exit_code == 0, done.stderr
    assert b"prod" not in done.stdout


MODULES = (etcdserverpb_pb2, v3electionpb_pb2, v3lockpb_pb2)
METHODS = [
    f"/{service.full_name}/{method.name}"
    for module in MODULES
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
DISARM = etcdserverpb_pb2.AlarmRequest(action="DEACTIVATE").SerializeToString()
ENABLE = etcdserverpb_pb2.DowngradeRequest(action="ENABLE").SerializeToString()
PUT = etcdserverpb_pb2.RequestOp(request_put=etcdserverpb_pb2.PutRequest(key=b"k"))
GET = etcdserverpb_pb2.RequestOp(request_range=etcdserverpb_pb2.RangeRequest(key=b"k"))


def transaction(**branches):
    return etcdserverpb_pb2.TxnRequest(**branches).SerializeToString()


@pytest.fixture
def guarded():
    settings = ConnectionSettings(endpoints=(NOWHERE,), command_timeout=0.2, read_only="prod")
    with closing(Connection(settings)) as connection:
        yield connection


def is_refused(connection, method, request=b""):
    """Whether a call is refused before it is sent; there is no server."""
    deadline = Deadline.after(0.01)
    try:
        connection.unary(method, request, deadline=deadline, repeatable=False)
    except ReadOnlyContext:
        return True
    except DeadlineExceeded:
        return False
    raise AssertionError(method)


def test_the_connection_of_a_read_only_context_sends_reads_alone(guarded):
    """Whatever a command does: all calls of etcd's services, by their own definition."""
    sent = {method.rpartition("/")[2] for method in METHODS if not is_refused(guarded, method)}
    assert len(METHODS) == 49
    assert sent == {
        *("Range", "RangeStream", "Txn", "Watch", "LeaseTimeToLive", "LeaseLeases", "MemberList"),
        *("Alarm", "Downgrade", "Status", "Hash", "HashKV", "Snapshot", "Leader", "Observe"),
        *("Authenticate", "AuthStatus", "UserGet", "UserList", "RoleGet", "RoleList"),
    }


@pytest.mark.parametrize(
    ("method", "request_bytes", "refused"),
    [
        ("KV/Txn", transaction(success=[GET], failure=[GET]), False),
        ("KV/Txn", transaction(success=[GET, PUT]), True),
        ("KV/Txn", transaction(failure=[PUT]), True),
        ("Maintenance/Alarm", DISARM, True),
        ("Maintenance/Downgrade", ENABLE, True),
    ],
)
def test_a_call_that_may_read_or_change_is_looked_into(guarded, method, request_bytes, refused):
    assert is_refused(guarded, f"/etcdserverpb.{method}", request_bytes) is refused


def test_every_way_to_call_is_guarded(guarded):
    deadline = Deadline.after(0.2)
    for send in (
        lambda: guarded.future("/etcdserverpb.KV/Put", b"", deadline=deadline),
        lambda: next(guarded.stream("/etcdserverpb.KV/Put", b"", deadline=deadline)),
        lambda: guarded.exchange("/etcdserverpb.Lease/LeaseKeepAlive", deadline),
        lambda: guarded.for_endpoint(NOWHERE).future(
            "/etcdserverpb.KV/Put", b"", deadline=deadline
        ),
        lambda: EtcdClient(guarded).put("k", "v"),
        lambda: EtcdClient(guarded).remove_member(1),
        lambda: next(EtcdClient(guarded).refresh_lease(1)),
    ):
        with pytest.raises(ReadOnlyContext):
            send()


def test_a_read_only_context_guards_its_connection(etcd, home, prefix, monkeypatch):
    """Also where the command table were wrong."""
    monkeypatch.setattr(registry, "READING", READING | {"put", "member add"})
    add(home, "prod", "--endpoints", etcd.address, "--read-only", "--use")
    for line in (("put", prefix, "v"), ("member", "add", "m", "--peer-urls", "http://a:1")):
        done = run(home, *line)
        assert (done.exit_code, done.stdout) == (1, b"")
        assert "context prod is read-only: " in done.stderr
    assert run(home, "get", prefix).exit_code == 0
    assert run(home, "doctor", "--for", "50ms").exit_code == 0
