"""The file shrinks; members take turns; a client that gives up says that the server does not."""

import json
import re

from tests.runner import run_here
from tests.server import freeze, thaw

DEAD = "127.0.0.1:1"
FINISHED = r"Finished defragmenting etcd member\[{}\]\. took [0-9.]+(ms|s)\n"


def size(etcd):
    status = run_here("endpoint", "status", "-w", "json", env=etcd.environment)
    return json.loads(status.stdout)[0]["Status"]["dbSize"]


def test_the_file_shrinks_after_a_compaction(own_etcd):
    server = own_etcd()
    for number in range(20):
        run_here("put", "big", str(number) * 50000, env=server.environment)
    run_here("compaction", "21", "--physical", env=server.environment)
    before = size(server)
    result = run_here("defrag", env=server.environment)
    assert re.fullmatch(FINISHED.format(re.escape(server.endpoint)), result.stdout.decode())
    assert size(server) < before / 2


def test_every_release_defragments(every_etcd):
    result = run_here("defrag", env=every_etcd.environment)
    assert (result.exit_code, result.stderr) == (0, "")


def test_all_members_take_their_turn(three_members):
    result = run_here("defrag", "--cluster", env={"ETCDCTL_ENDPOINTS": three_members.address})
    urls = re.findall(r"member\[(.*?)\]", result.stdout.decode())
    assert sorted(urls) == sorted(three_members.client_urls)


def test_endpoints_given_take_their_turns_in_that_order_as_in_etcdctl(three_members):
    urls = three_members.client_urls
    for given in (urls, urls[::-1]):
        theirs = three_members.etcdctl("defrag", env={"ETCDCTL_ENDPOINTS": ",".join(given)})
        ours = run_here("defrag", env={"ETCDCTL_ENDPOINTS": ",".join(given)})
        assert (ours.exit_code, ours.stderr) == (0, "")
        pattern = "".join(FINISHED.format(re.escape(url)) for url in given)
        assert re.fullmatch(pattern, ours.stdout.decode())
        assert without_times(ours.stdout) == without_times(theirs.stdout)


def without_times(output):
    """etcdctl 3.5 does not print how long it took; 3.7 does."""
    return re.sub(rb"\. took .*", b"", output)


def test_a_dead_endpoint_is_reported_and_the_next_is_tried(etcd):
    env = {"ETCDCTL_ENDPOINTS": f"{DEAD},{etcd.address}"}
    result = run_here("defrag", "--command-timeout", "4s", env=env)
    assert result.exit_code == 1
    assert re.fullmatch(FINISHED.format(re.escape(etcd.address)), result.stdout.decode())
    first, second = result.stderr.splitlines()
    failed = rf"Failed to defragment etcd member\[{DEAD}\]\. took [0-9.]+s\."
    assert re.fullmatch(rf"{failed} \(context deadline exceeded\)", first)
    assert second == f"  {DEAD} refused the connection: no server listens there."


def test_a_client_that_gives_up_says_that_the_server_goes_on(three_members):
    member = three_members.members[2]
    freeze(member)
    try:
        env = {"ETCDCTL_ENDPOINTS": three_members.client_urls[2]}
        result = run_here("defrag", "--command-timeout", "1s", env=env, seconds=10)
    finally:
        thaw(member)
    assert result.exit_code == 1
    assert result.stderr.endswith(
        "  A server that has started continues to its end, and serves no requests meanwhile.\n"
        "  Try:  --command-timeout 5m\n"
    )
    assert "may have been applied" not in result.stderr


def test_members_are_defragmented_over_mutual_tls(secure_etcd):
    result = run_here("defrag", "--cluster", env=secure_etcd.environment)
    assert (result.exit_code, result.stdout.count(b"Finished")) == (0, 1)


def test_only_root_defragments(auth_etcd):
    auth_etcd.etcdctl("user", "add", "visitor:pw", check=True)
    visitor = run_here("defrag", env=auth_etcd.environment | {"ETCDCTL_USER": "visitor:pw"})
    assert visitor.exit_code == 1
    assert "permission denied)" in visitor.stderr
    assert run_here("defrag", env=auth_etcd.environment).exit_code == 0
