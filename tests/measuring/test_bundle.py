"""A bundle for a bug report has all that was found, no value, and no key that is to be hidden."""

from __future__ import annotations

import base64
import json
import stat
import tarfile

import pytest

from pyetcdctl.measuring.bundle import open_bundle
from tests.measuring.injuries import SHORT, connected, put
from tests.runner import run_here


def unpacked(path):
    with tarfile.open(path) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive.getmembers()}


def values_of(etcd):
    shown = run_here("get", "", "--prefix", "-w", "json", env=etcd.environment)
    pairs = json.loads(shown.stdout)["kvs"]
    return [(base64.b64decode(each["key"]), base64.b64decode(each["value"])) for each in pairs]


def bundle(etcd, path, *args):
    words = ("doctor", *SHORT, "--bundle", str(path), *args)
    return run_here(*words, env=etcd.environment)


def test_no_value_is_in_it_and_every_key_is(sample_etcd, tmp_path):
    path = tmp_path / "report.tar.gz"
    result = bundle(sample_etcd, path)
    assert result.stderr == f"Wrote {path}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    files = unpacked(path)
    assert set(files) == {
        f"doctor/{name}"
        for name in (
            *("report.json", "report.txt", "facts.json", "version.txt", "keys.tsv"),
            "metrics-etcd-1.txt",
        )
    }
    assert json.loads(files["doctor/report.json"])["findings"]
    assert b"etcd_server_has_leader 1" in files["doctor/metrics-etcd-1.txt"]
    whole = b"".join(files.values())
    pairs = values_of(sample_etcd)
    rows = [line.split(b"\t") for line in files["doctor/keys.tsv"].splitlines()[1:]]
    assert [(row[0], int(row[4])) for row in rows] == [(key, len(value)) for key, value in pairs]
    assert not [key for key, value in pairs if len(value) >= 8 and value in whole]
    names = b"\n".join(key for key, _ in pairs)
    for key, value in pairs:
        for start in range(0, max(1, len(value) - 16), 997):
            piece = value[start : start + 16]
            assert len(piece) < 16 or piece not in whole or piece in names, key


def test_keys_are_hidden_on_request(own_etcd, tmp_path):
    etcd = own_etcd()
    key, value = b"/registry/configmaps/customer/tree", b"k8s\0 what stays private" * 60_000
    with connected(etcd) as connection:
        put(connection, key, value)
    path = tmp_path / "report.tar.gz"
    result = bundle(etcd, path, "--hash-keys", "-w", "json")
    run_here("del", key, env=etcd.environment)
    shown = json.loads(result.stdout)
    (large,) = [each for each in shown["findings"] if each["check"] == "largest-value"]
    assert large["measured"].startswith("key-")
    whole = b"".join(unpacked(path).values())
    assert b"customer" not in whole + result.stdout
    assert b"what stays private" not in whole
    hidden = large["measured"].split()[0].encode()
    assert hidden in unpacked(path)["doctor/keys.tsv"]
    other = bundle(etcd, tmp_path / "other.tar.gz", "--hash-keys")
    assert other.exit_code == 0
    assert hidden not in unpacked(tmp_path / "other.tar.gz")["doctor/keys.tsv"]


def test_a_bundle_that_cannot_be_written_leaves_nothing(etcd, tmp_path):
    result = bundle(etcd, tmp_path / "nowhere" / "report.tar.gz")
    assert result.exit_code == 128
    assert "no such file or directory" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_does_not_hinder_the_next(tmp_path):
    left = tmp_path / "report.tar.gz.part"
    left.write_bytes(b"half")
    with open_bundle(str(tmp_path / "report.tar.gz")) as archive:
        archive.text("a.txt", "whole")
    assert unpacked(tmp_path / "report.tar.gz") == {"doctor/a.txt": b"whole"}
    left.unlink()


@pytest.fixture(autouse=True)
def _no_leftovers(tmp_path):
    yield
    assert not list(tmp_path.rglob("*.part"))
