"""Members come, listen, vote, move and go."""

import json
import re
import subprocess
from contextlib import closing, contextmanager

import pytest

from pyetcdctl.sandbox.ports import Ports
from tests.runner import run_here
from tests.server import enable_authentication

DEAD = {"ETCDCTL_ENDPOINTS": "127.0.0.1:1"}

LEARNER_REFUSES = """\
Error: etcdserver: rpc not supported for learner
  A learner has no vote: it serves no watches, no writes and no reads but its own.
  Try:  --endpoints of a voting member
"""


@pytest.fixture
def free_url():
    """A function that returns a URL at which no server listens, and only a member will."""
    with closing(Ports()) as ports:
        yield lambda: f"http://127.0.0.1:{ports.pick('127.0.0.1')}"


@pytest.fixture
def peer_url(free_url):
    """A URL for a new member's peers."""
    return free_url()


def members(etcd):
    result = run_here("member", "list", "-w", "json", env=etcd.environment)
    return {member["ID"]: member for member in json.loads(result.stdout)["members"]}


def add(etcd, *words):
    """Add a member; etcd refuses until its members have been connected for some seconds."""
    while True:
        result = run_here("member", "add", *words, env=etcd.environment)
        if "unhealthy cluster" not in result.stderr:
            return result
        assert result.stderr.splitlines()[1].startswith("  Members are changed only when")


def added_id(result):
    return re.match(r"Member +([0-9a-f]+) added", result.stdout.decode())[1]


def test_every_release_lists_its_members_as_its_own_etcdctl_does(every_etcd):
    ours = run_here("member", "list", env=every_etcd.environment)
    assert ours.stdout == every_etcd.etcdctl("member", "list").stdout
    assert (ours.exit_code, ours.stderr) == (0, "")


def test_all_members_are_in_the_table(three_members):
    result = run_here("member", "list", "-w", "table", env=three_members.environment)
    table = result.stdout.decode()
    assert table.startswith("┌──────")
    for site in three_members.cluster.sites:
        assert table.count(f"│ {site.name} │") == 1


def test_a_member_is_added_and_removed(three_members, peer_url):
    env = three_members.environment
    added = add(three_members, "n4", "--peer-urls", peer_url)
    number = added_id(added)
    assert members(three_members)[int(number, 16)] == {
        "ID": int(number, 16),
        "peerURLs": [peer_url],
    }
    removed = run_here("member", "remove", number, env=env)
    assert re.fullmatch(
        rf"Member +{number} removed from cluster [ 0-9a-f]{{16}}\n", removed.stdout.decode()
    )
    assert len(members(three_members)) == 3


def test_what_is_printed_configures_the_new_member(three_members, peer_url):
    env = three_members.environment
    added = add(three_members, "n4", "--peer-urls", peer_url)
    first, blank, *variables = added.stdout.decode().splitlines()
    assert re.fullmatch(r"Member [ 0-9a-f]{16} added to cluster [ 0-9a-f]{16}", first)
    assert blank == ""
    values = dict(line.split("=", 1) for line in variables)
    assert values["ETCD_NAME"] == '"n4"'
    assert values["ETCD_INITIAL_ADVERTISE_PEER_URLS"] == f'"{peer_url}"'
    assert values["ETCD_INITIAL_CLUSTER_STATE"] == '"existing"'
    expected = {*three_members.cluster.initial_cluster.split(","), f"n4={peer_url}"}
    assert set(values["ETCD_INITIAL_CLUSTER"].strip('"').split(",")) == expected
    run_here("member", "remove", added_id(added), env=env)


def test_a_peer_url_that_is_no_utf8_is_refused_in_grpcs_words(etcd):
    result = run_here("member", "add", "n4", "--peer-urls", b"http://\xff:1", env=etcd.environment)
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: rpc error: code = Internal desc = "
        "grpc: error while marshaling: string field contains invalid UTF-8\n"
    )


def test_a_learner_listens_and_is_not_promoted_before_it_runs(etcd, peer_url):
    env = etcd.environment
    added = run_here("member", "add", "n2", "--peer-urls", peer_url, "--learner", env=env)
    number = added_id(added)
    assert " added as learner to cluster " in added.stdout.decode()
    assert members(etcd)[int(number, 16)]["isLearner"] is True
    listed = run_here("member", "list", env=env).stdout.decode()
    assert f"{number}, unstarted, , {peer_url}, , true\n" in listed
    promoted = run_here("member", "promote", number, env=env)
    assert promoted.exit_code == 1
    assert promoted.stderr == (
        "Error: etcdserver: can only promote a learner member which is in sync with leader\n"
    )
    second = run_here(
        "member", "add", "n3", "--peer-urls", "http://127.0.0.1:9", "--learner", env=env
    )
    assert second.stderr == "Error: etcdserver: too many learner members in cluster\n"
    run_here("member", "remove", number, env=env)


def test_a_learner_started_with_what_was_printed_is_promoted(own_etcd, tmp_path, free_url):
    peer_url, client_url = free_url(), free_url()
    server = own_etcd()
    added = run_here(
        "member", "add", "n2", "--peer-urls", peer_url, "--learner", env=server.environment
    )
    printed = dict(re.findall(r'^(ETCD_\w+)="(.*)"$', added.stdout.decode(), re.MULTILINE))
    with started(server, tmp_path, printed, client_url):
        status = wait_for("endpoint", "status", "-w", "json", env={"ETCDCTL_ENDPOINTS": client_url})
        assert json.loads(status.stdout)[0]["Status"]["isLearner"] is True
        refused = run_here("put", "k", "v", env={"ETCDCTL_ENDPOINTS": client_url})
        assert refused.stderr == LEARNER_REFUSES
        watched = run_here("watch", "k", env={"ETCDCTL_ENDPOINTS": client_url})
        assert watched.exit_code == 1
        # A learner of 3.5.1 may leave a watch without a response instead of refusing it.
        assert "context deadline exceeded" in watched.stderr or watched.stderr == LEARNER_REFUSES
        promoted = wait_for("member", "promote", added_id(added), env=server.environment)
        assert re.fullmatch(
            rf"Member +{added_id(added)} promoted in cluster [ 0-9a-f]{{16}}\n",
            promoted.stdout.decode(),
        )
        assert not members(server)[int(added_id(added), 16)].get("isLearner")


@contextmanager
def started(server, folder, printed, client_url):
    """Run another member as the environment printed for it says."""
    environment = {
        **printed,
        "ETCD_DATA_DIR": str(folder / "data"),
        "ETCD_LISTEN_PEER_URLS": printed["ETCD_INITIAL_ADVERTISE_PEER_URLS"],
        "ETCD_LISTEN_CLIENT_URLS": client_url,
        "ETCD_ADVERTISE_CLIENT_URLS": client_url,
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([server.cluster.programs.etcd], env=environment, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def wait_for(*words, env):
    """Repeat a command until it succeeds."""
    for _ in range(20):
        result = run_here(*words, env=env)
        if result.exit_code == 0:
            return result
    raise AssertionError(result.stderr)


def test_a_member_that_votes_is_not_promoted(etcd):
    (number,) = members(etcd)
    result = run_here("member", "promote", f"{number:x}", env=etcd.environment)
    assert result.stderr == "Error: etcdserver: can only promote a learner member\n"


def test_a_members_peer_url_is_changed(etcd, peer_url):
    env = etcd.environment
    number = added_id(
        run_here("member", "add", "n2", "--learner", "--peer-urls", peer_url, env=env)
    )
    other = "http://127.0.0.1:9"
    result = run_here("member", "update", number, "--peer-urls", other, env=env)
    assert re.fullmatch(
        rf"Member +{number} updated in cluster [ 0-9a-f]{{16}}\n", result.stdout.decode()
    )
    assert members(etcd)[int(number, 16)]["peerURLs"] == [other]
    run_here("member", "remove", number, env=env)


def test_a_member_is_not_removed_when_too_few_would_run(three_members):
    numbers = {each["name"]: number for number, each in members(three_members).items()}
    lost, survivor = three_members.members[2], three_members.members[0]
    lost.kill()
    try:
        env = {"ETCDCTL_ENDPOINTS": three_members.client_urls[0]}
        victim = numbers[survivor.site.name]
        result = run_here("member", "remove", f"{victim:x}", env=env)
        assert result.exit_code == 1
        assert "re-configuration failed due to not enough started members" in result.stderr or (
            "unhealthy cluster" in result.stderr
        )
    finally:
        lost.start()
        lost.wait_until_healthy()
    assert len(members(three_members)) == 3


def test_ids_are_hexadecimal_on_request(etcd):
    (number,) = members(etcd)
    env = etcd.environment
    result = json.loads(run_here("member", "list", "-w", "json", "--hex", env=env).stdout)
    assert result["members"][0]["ID"] == result["header"]["member_id"] == f"{number:x}"
    fields = run_here("member", "list", "-w", "fields", "--hex", env=env).stdout.decode()
    assert f'"ID" : {number:x}\n' in fields


def test_one_members_own_list_needs_no_quorum(three_members):
    three_members.members[1].kill()
    three_members.members[2].kill()
    try:
        env = {"ETCDCTL_ENDPOINTS": three_members.client_urls[0]}
        agreed = run_here("member", "list", "--command-timeout", "1s", env=env)
        own = run_here("member", "list", "--consistency", "s", "--command-timeout", "1s", env=env)
    finally:
        for member in three_members.members[1:]:
            member.start()
        for member in three_members.members[1:]:
            member.wait_until_healthy()
    assert agreed.stderr.startswith("Error: context deadline exceeded\n")
    assert (own.exit_code, own.stdout.count(b"started")) == (0, 3)


def test_the_consistency_that_was_given_is_named():
    result = run_here("member", "list", "--consistency", "x", env=DEAD)
    assert result.exit_code == 4
    assert result.stderr == "Error: unknown consistency flag \"l\"\n  It was 'x'; use l or s.\n"


def test_advice_for_a_peer_url_without_a_scheme_has_one():
    result = run_here("member", "add", "n2", "--peer-urls", "10.0.0.9:2380", env=DEAD)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "  Try:  --peer-urls http://10.0.0.9:2380"


@pytest.mark.parametrize("word", ["member", "mem", "member -w json"])
def test_a_group_without_a_command_shows_its_help(word):
    result = run_here(*word.split())
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(b"Usage: pyetcdctl member COMMAND")
    for name in (b"add", b"list", b"promote", b"remove", b"update"):
        assert b"\n  " + name in result.stdout


def test_names_of_commands_may_be_shortened_and_flags_stand_before_them(etcd):
    env = etcd.environment
    whole = run_here("member", "list", "-w", "json", "--consistency", "s", env=env)
    short = run_here("-w", "json", "mem", "--consistency", "s", "l", env=env)
    assert (short.exit_code, short.stdout) == (0, whole.stdout)


def test_members_are_listed_over_mutual_tls(secure_etcd):
    result = run_here("member", "list", env=secure_etcd.environment)
    assert result.stdout == secure_etcd.etcdctl("member", "list").stdout


def test_only_root_changes_members(own_etcd, peer_url):
    server = enable_authentication(own_etcd())
    server.etcdctl("user", "add", "nobody:pw", check=True)
    words = ("member", "add", "n2", "--learner", "--peer-urls", peer_url)
    nobody = run_here(*words, env=server.environment | {"ETCDCTL_USER": "nobody:pw"})
    assert nobody.stderr == "Error: etcdserver: permission denied\n"
    assert run_here(*words, env=server.environment).exit_code == 0
