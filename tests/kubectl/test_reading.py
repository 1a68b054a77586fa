"""Every reading command prints through kubectl exec, byte for byte, what it prints directly."""

import re

import pytest

from pyetcdctl.keyspace.source import counts
from pyetcdctl.kubectl import pod_range
from pyetcdctl.kubectl.etcdctl import Etcdctl
from pyetcdctl.kubectl.finding import find_pods, parse_place
from pyetcdctl.kubectl.program import Kubectl
from pyetcdctl.kubectl.source import KubectlSource
from pyetcdctl.rpc.kv import RangeRequest
from tests.kubectl.standin_cluster import STANDIN, pod
from tests.runner import run_here

VIA = ("--via", "kubectl")
READING = [
    "get / --prefix --keys-only",
    "get /registry/namespaces --prefix -w json",
    "get /registry/namespaces/default -w yaml",
    "get / --prefix -w protobuf --limit 20",
    "get / --prefix --sort-by MODIFY --order DESCEND --limit 3 -w fields",
    "get / --prefix --min-mod-rev 100 --max-mod-rev 400 --limit 7 -w json",
    "get / --prefix --count-only -w fields",
    "get no-such-key",
    "get k --rev 1000000",
    "tree /registry --depth 2",
    "member list -w json",
    "endpoint hashkv -w json",
    "lease list",
    "alarm list",
    "role get missing",
]  # fmt: skip

# An etcdctl whose member is too slow for 300 keys within the command's timeout.
LIMIT = re.compile("--limit=[12]?[0-9]{1,2} ")
IMPATIENT = """#!/bin/bash
[[ "$* " =~ --limit=[12]?[0-9]{1,2}\\  ]] || set -- "${@/--command-timeout=*/--command-timeout=1ns}"
exec "%s" "$@"
"""


def both_ways(standin, etcd, *words, **options):
    through = run_here(*words, *VIA, env=standin.environment, **options)
    direct = run_here(*words, env=etcd.environment, **options)
    return through, direct


@pytest.mark.parametrize("line", READING)
def test_a_command_prints_the_same_through_a_pod(sample_pod, sample_etcd, line):
    through, direct = both_ways(sample_pod, sample_etcd, *line.split())

    assert through == direct


def test_any_bytes_are_read_through_a_pod(pod_of, etcd, prefix):
    standin = pod_of(etcd)
    key = prefix.encode() + b"\x00\xff\"' \\"
    etcd.etcdctl("put", "--", prefix + "a", "-x\n")
    etcd.etcdctl("txn", input=b'\nput "%s\\x00\\xff\\x22\x27 \\\\" "v"\n\n\n' % prefix.encode())

    through, direct = both_ways(standin, etcd, "get", prefix, "--prefix", "-w", "fields")
    assert through == direct
    assert b"v" in direct.stdout

    through, direct = both_ways(standin, etcd, "txn", input=b'\nget "%sa"\n\n\n' % prefix.encode())
    assert through == direct
    assert key


def test_a_range_in_several_runs_is_read_at_one_revision(pod_of, etcd, prefix, monkeypatch):
    standin = pod_of(etcd)
    lines = "".join(f'put "{prefix}{n:03}" "{"x" * n}"\n' for n in range(100))
    etcd.etcdctl("txn", input=f"\n{lines}\n\n".encode(), check=True)
    monkeypatch.setattr(pod_range, "FIRST_RUN_KEYS", 7)
    monkeypatch.setattr(pod_range, "RUN_BYTES", 2_000)

    for limit in ("0", "8", "50"):
        words = ("get", prefix, "--prefix", "-w", "json", "--limit", limit)
        through, direct = both_ways(standin, etcd, *words)
        assert through == direct

    runs = [call["program"] for call in standin.executions]
    assert len(runs) >= 6
    revisions = {word for words in runs for word in words if word.startswith("--rev=")}
    assert len(revisions) == 1


def test_keys_alone_take_one_run_however_many(pod_of, sample_etcd, monkeypatch):
    standin = pod_of(sample_etcd)
    monkeypatch.setattr(pod_range, "FIRST_RUN_KEYS", 7)

    found = run_here("get", "/", "--prefix", "--keys-only", *VIA, env=standin.environment)

    assert found.stdout.count(b"/registry/") > 1000
    assert len(standin.executions) == 1


@pytest.mark.parametrize("flags", [("--keys-only",), ()], ids=["keys", "values"])
def test_what_takes_longer_than_the_timeout_is_read_in_shorter_runs(
    standin, sample_etcd, tmp_path, monkeypatch, flags
):
    impatient = tmp_path / "etcdctl"
    impatient.write_text(IMPATIENT % sample_etcd.cluster.programs.beside("etcdctl"))
    impatient.chmod(0o755)
    standin.write([pod("etcd-m1", sample_etcd)], impatient)
    monkeypatch.setattr(pod_range, "FIRST_RUN_KEYS", 70)
    monkeypatch.setattr(pod_range, "MOST_RUN_KEYS", 2_000)

    words = ("get", "/", "--prefix", "-w", "json", *flags)
    through, direct = both_ways(standin, sample_etcd, *words)

    assert through == direct
    assert direct.exit_code == 0
    runs = [call["program"] for call in standin.executions]
    out_of_time = [words for words in runs if not LIMIT.search(" ".join(words))]
    assert 1 <= len(out_of_time) <= 3
    assert 5 < len(runs) < 40


def test_many_small_questions_share_a_run(pod_of, sample_etcd):
    standin = pod_of(sample_etcd)
    program = Kubectl(str(STANDIN / "kubectl"), standin.environment)
    source = KubectlSource(Etcdctl(program, find_pods(program, parse_place("kubectl")), 30.0))
    keys = [f"/registry/namespaces/{name}".encode() for name in ("default", "x\0", "kube-system")]
    requests = [RangeRequest(key=key) for key in keys * 50]

    listed = sample_etcd.etcdctl("get", "/registry/", "--prefix", "--keys-only")
    pages = source.ranges(requests)
    everything = RangeRequest(key=b"/registry/", range_end=b"/registry0", count_only=True)
    counted = counts(source, [everything])
    source.close()

    assert [page.keys() for page in pages] == [[keys[0]], [], [keys[2]]] * 50
    assert [call["program"][-1] for call in standin.executions[1:-1]] == ["txn", "txn"]
    assert counted == [sum(1 for _ in listed.stdout.splitlines()) // 2]


def test_the_levels_of_a_tree_are_read_in_few_runs(pod_of, sample_etcd):
    standin = pod_of(sample_etcd)

    run_here("tree", "/registry", "--depth", "2", *VIA, env=standin.environment)

    assert len(standin.executions) <= 3


def test_health_and_status_come_from_the_pod_of_each_member(standin, three_members):
    programs = three_members.cluster.programs
    pods = [pod(f"etcd-m{number}", three_members, number) for number in range(3)]
    standin.write(pods, programs.beside("etcdctl"))

    through, direct = both_ways(standin, three_members, "endpoint", "status", "-w", "json")
    assert through == direct
    assert {call["words"][1] for call in standin.executions} == {"etcd-m0", "etcd-m1", "etcd-m2"}

    health = run_here("endpoint", "health", *VIA, env=standin.environment)
    assert health.stdout.count(b"is healthy") == 3


def test_a_secure_server_is_reached_with_the_certificates_of_the_pods_command_line(
    pod_of, secure_etcd, prefix
):
    standin = pod_of(secure_etcd)
    secure_etcd.etcdctl("put", prefix, "v")

    through, direct = both_ways(standin, secure_etcd, "get", prefix, "-w", "json")

    assert through == direct
    assert through.exit_code == 0
    assert f"--key={secure_etcd.key}" in standin.executions[0]["program"]


def test_what_the_pods_variables_say_is_not_said_again(standin, secure_etcd, prefix):
    env = [{"name": name, "value": value} for name, value in secure_etcd.environment.items()]
    programs = secure_etcd.cluster.programs
    standin.write([pod("etcd-m1", secure_etcd, container={"env": env})], programs.beside("etcdctl"))
    secure_etcd.etcdctl("put", prefix, "v")

    through, direct = both_ways(standin, secure_etcd, "get", prefix)

    assert through == direct


def test_kubeconfig_and_context_are_passed_on(sample_pod):
    flags = ("--kubeconfig", "/tmp/kube config", "--kube-context", "lab")

    run_here("get", "k", *VIA, *flags, env=sample_pod.environment)

    assert {tuple(sorted(call["options"].items())) for call in sample_pod.calls} >= {
        (
            ("container", "etcd"),
            ("context", "lab"),
            ("kubeconfig", "/tmp/kube config"),
            ("namespace", "kube-system"),
        )
    }


def test_a_pod_is_found_by_its_name_anywhere(standin, etcd, prefix):
    metadata = {"name": "etcd-0", "namespace": "db", "labels": {}}
    etcdctl = etcd.cluster.programs.beside("etcdctl")
    standin.write([pod("etcd-0", etcd, metadata=metadata)], etcdctl)
    etcd.etcdctl("put", prefix, "v")

    found = run_here("get", prefix, "--via", "kubectl:db/etcd-0", env=standin.environment)

    assert found.stdout == f"{prefix}\nv\n".encode()
    assert standin.executions[0]["options"]["namespace"] == "db"
