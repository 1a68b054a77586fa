"""How the doctor reports, whose rules it takes, and what it exits with."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pyetcdctl.measuring.scrapes import published_by, scrape
from pyetcdctl.settings import ConnectionSettings
from tests.measuring.injuries import IMPATIENT, doctor, finding, found, member_id
from tests.runner import run, run_here

DEAD = {"ETCDCTL_ENDPOINTS": "127.0.0.1:1"}
SOON = ("--for", "50ms", "--command-timeout", "500ms")


def test_a_cluster_that_cannot_be_looked_at_is_an_exit_of_its_own():
    result = run_here("doctor", *SOON, env=DEAD)
    assert (result.exit_code, result.stdout) == (2, b"")
    assert "127.0.0.1:1 refused the connection" in result.stderr


def test_the_text_says_what_was_measured_whose_rule_it_is_and_what_to_run(etcd, tmp_path):
    rules = tmp_path / "ours.toml"
    rules.write_text(
        '[[rule]]\ncheck = "in-use-bytes"\nabove = 1\nseverity = "critical"\nsource = "ours"\n'
    )
    result = run_here("doctor", *SOON, "--rules", str(rules), env=etcd.environment)
    lines = result.stdout.decode().splitlines()
    assert result.exit_code == 1
    assert lines[0].startswith("critical  etcd-1: bytes in use: ")
    assert lines[1:3] == [
        "          rule in-use-bytes: ours: above 1 B",
        "          next: pyetcdctl defrag --cluster --dry-run",
    ]
    assert lines[-1].startswith("1 finding, ")
    assert lines[-1].endswith(f"rules {rules}")


def test_an_endpoint_given_that_leads_nowhere_is_a_finding(etcd):
    env = {"ETCDCTL_ENDPOINTS": f"{etcd.address},127.0.0.1:1"}
    report, code = doctor(etcd, *IMPATIENT, "--rules", "openshift", env=env)
    assert (found(report), code) == ({("member-down", "127.0.0.1:1")}, 1)
    assert finding(report, "member-down")["severity"] == "critical"
    assert finding(report, "member-down")["source"] == "OpenShift etcdMembersDown"
    assert doctor(etcd, *IMPATIENT, "--fail-on", "critical", env=env)[1] == 0


def test_junit_has_a_case_for_each_verdict(etcd, tmp_path):
    path = tmp_path / "doctor.xml"
    env = {"ETCDCTL_ENDPOINTS": f"{etcd.address},127.0.0.1:1"}
    report, _ = doctor(etcd, *IMPATIENT, "--junit", str(path), env=env)
    suite = ElementTree.parse(path).getroot()
    cases = suite.findall("testcase")
    verdicts = [each for kind in ("findings", "unjudged", "passed") for each in report[kind]]
    assert len(cases) == len(verdicts) == int(suite.get("tests"))
    assert suite.get("failures") == "1"
    assert int(suite.get("skipped")) == len(report["unjudged"])
    (failure,) = suite.iter("failure")
    assert "127.0.0.1:1 cannot be reached" in failure.get("message")
    assert failure.text.endswith("pyetcdctl endpoint health --endpoints 127.0.0.1:1")


def test_metrics_are_found_at_another_url_and_belong_to_the_member_that_they_name(etcd):
    url = f"http://127.0.0.1:{etcd.members[0].site.metrics_port}"
    settings = ConnectionSettings(endpoints=(etcd.address,), command_timeout=2.0)
    assert published_by(["http://127.0.0.1:1", url], settings) == {member_id(etcd, 0): url}
    assert scrape(["127.0.0.1:1", url], settings).url == url
    assert "127.0.0.1:1/metrics: Connection refused" in scrape(["127.0.0.1:1"], settings).reason


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("word",), 128, "doctor takes no arguments"),
        (("--for", "0"), 128, "--for is longer than nothing"),
        (("--for", "x"), 1, 'invalid argument "x"'),
        (("--rules", "/nonexistent"), 128, "open /nonexistent: no such file"),
        (("--fail-on", "info"), 4, "--fail-on is warning or critical, not 'info'"),
        (("-w", "yaml"), 4, "yaml not supported"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_measured(words, code, complaint):
    result = run_here("doctor", *words, env=DEAD)
    assert (result.exit_code, result.stdout) == (code, b"")
    assert complaint in result.stderr


def test_on_a_node_no_flag_is_needed_and_its_own_files_are_examined():
    words = ("--", "pyetcdctl", "doctor", "--for", "50ms", "-w", "json")
    scripts = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    result = run("sandbox", "--layout", "kubeadm", *words, env=scripts)
    report = json.loads(result.stdout)
    passed = " ".join(each["measured"] for each in report["passed"])
    for name in ("ca.crt", "server.crt", "peer.crt", "apiserver-etcd-client.crt"):
        assert f"{name} ends on " in passed
    assert "member/snap/db records members of the list only" in passed


@pytest.mark.parametrize("flag", ["--junit", "--bundle"])
def test_a_file_that_cannot_be_written_is_refused_before_the_measuring(etcd, tmp_path, flag):
    line = ("doctor", "--for", "10h", flag)
    nowhere = run_here(*line, str(tmp_path / "no" / "file"), env=etcd.environment)
    assert nowhere.exit_code == 128
    assert "no such file or directory" in nowhere.stderr
    folder = run_here(*line, str(tmp_path), env=etcd.environment)
    assert folder.exit_code == 128
    assert "is a directory" in folder.stderr


def test_a_data_directory_that_does_not_exist_is_refused(etcd, tmp_path):
    result = run_here("doctor", "--data-dir", str(tmp_path / "no"), env=etcd.environment)
    assert (result.exit_code, result.stdout) == (128, b"")
    assert f"--data-dir {tmp_path / 'no'}: no such file" in result.stderr
