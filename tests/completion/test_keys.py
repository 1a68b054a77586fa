"""The output of the hidden command: keys in time, or nothing, and never a message."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.completion.values import MOST_CANDIDATES
from pyetcdctl.sandbox.sample import unpack_sample
from tests.completion.shells import PATIENT
from tests.runner import run_here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.runner import Result
    from tests.server import Etcd


def ask(*line: str | bytes, env: Mapping[str, str] | None = None) -> list[str]:
    """Return the candidates for the last word; insist on silence and success."""
    return candidates_of(run_here("__complete", "keys", "--", *line, env=env))


def response(*line: str | bytes, env: Mapping[str, str] | None = None) -> list[str]:
    """Ask with the patience that a busy machine needs."""
    return ask(*line, env={**PATIENT, **(env or {})})


def candidates_of(result: Result) -> list[str]:
    assert (result.stderr, result.exit_code) == ("", 0)
    return result.stdout.decode().splitlines()


def put(etcd: Etcd, *keys: str | bytes, value: str = "v") -> None:
    for key in keys:
        etcd.etcdctl("put", "--", key, value, check=True)


def test_a_level_has_branches_and_keys_in_order(every_etcd: Etcd, prefix: str) -> None:
    names = ["a", "a/b", "a/c/d", "b/", "b//x", "c"]
    put(every_etcd, *(prefix + name for name in names))
    level = response("get", prefix, env=every_etcd.environment)
    assert level == [prefix + name for name in ("a", "a/", "b/", "c")]
    below = response("get", f"{prefix}b/", env=every_etcd.environment)
    assert below == [f"{prefix}b/", f"{prefix}b//"]


def test_the_top_level_keeps_the_leading_slash(sample_etcd: Etcd) -> None:
    assert response("get", "", env=sample_etcd.environment) == ["/registry/", "compact_rev_key"]
    assert response("get", "/", env=sample_etcd.environment) == ["/registry/"]


def test_a_level_is_what_the_listing_tells(sample_etcd: Etcd) -> None:
    listing = sample_etcd.etcdctl("get", "/registry/", "--prefix", "--keys-only").stdout.decode()
    keys = filter(None, listing.splitlines())
    expected = {"/".join(key.split("/")[:3]) + "/" * (key.count("/") > 2) for key in keys}
    assert response("get", "/registry/", env=sample_etcd.environment) == sorted(expected)


def test_a_level_of_a_file_is_that_of_its_server(sample_etcd: Etcd, tmp_path: Path) -> None:
    path = str(unpack_sample(tmp_path))
    live = response("get", "/registry/services/", env=sample_etcd.environment)
    assert response("get", "--from", path, "/registry/services/") == live
    assert (
        response("kubernetes", "path", "/registry/services/", env={"PYETCDCTL_FROM": path}) == live
    )


def test_a_large_branch_is_passed_over(etcd: Etcd, prefix: str) -> None:
    put_many(etcd, [f"{prefix}{branch}/key-{n:05d}" for branch in "pqr" for n in range(3_000)])
    put(etcd, f"{prefix}pq", f"{prefix}z")
    level = response("get", prefix, env=etcd.environment)
    assert level == [prefix + name for name in ("p/", "pq", "q/", "r/", "z")]


def test_a_level_that_is_cut_short_still_shows_where_names_part(etcd: Etcd, prefix: str) -> None:
    put_many(etcd, [f"{prefix}same-{n:04d}" for n in range(MOST_CANDIDATES + 100)])
    put(etcd, f"{prefix}say", f"{prefix}z/y")
    level = response("get", prefix, env=etcd.environment)
    assert len(level) < MOST_CANDIDATES + 10
    assert f"{prefix}say" in level
    assert f"{prefix}z/" in level


def test_keys_that_no_line_could_show_are_left_out(etcd: Etcd, prefix: str) -> None:
    place = prefix.encode()
    odd = [b"new\nline", b"tab\tbed", b"bell\x07", b"not\xffutf8", "c1\x85".encode()]
    put(etcd, *(place + name for name in (*odd, b"plain")))
    assert response("get", prefix, env=etcd.environment) == [f"{prefix}plain"]


def test_a_key_that_would_be_read_as_a_flag_comes_behind_dashes(etcd: Etcd) -> None:
    put(etcd, "--a-key/b", "+a-key")
    known = {"--a-key/", "+a-key"}
    assert known & set(response("get", "", env=etcd.environment)) == {"+a-key"}
    assert known & set(response("get", "--", "", env=etcd.environment)) == known
    assert response("get", "--", "--a-key/", env=etcd.environment) == ["--a-key/b"]
    etcd.etcdctl("del", "--", "--a-key/b")
    etcd.etcdctl("del", "+a-key")


def test_values_are_never_printed(etcd: Etcd, prefix: str) -> None:
    put(etcd, f"{prefix}secret", value="hunter2")
    result = run_here("__complete", "--", "get", prefix, env=etcd.environment)
    assert b"hunter2" not in result.stdout


@pytest.mark.parametrize("flags", [["get", "--prefix"], ["--prefix=true", "get", "--limit", "3"]])
def test_the_lines_flags_are_understood(etcd: Etcd, prefix: str, flags: list[str]) -> None:
    put(etcd, f"{prefix}k")
    assert response("--endpoints", etcd.endpoint, *flags, prefix) == [f"{prefix}k"]


def test_a_password_is_used_and_never_asked_for(auth_etcd: Etcd, prefix: str) -> None:
    put(auth_etcd, f"{prefix}k")
    endpoint = ["--endpoints", auth_etcd.endpoint]
    assert response(*endpoint, "--user", "root:rootpw", "get", prefix) == [f"{prefix}k"]
    assert ask(*endpoint, "--user", "root", "get", prefix) == []
    assert ask(*endpoint, "--user", "root:wrong", "get", prefix) == []


@pytest.mark.parametrize(
    "line",
    [
        ["get", "--endpoints", "127.0.0.1:1", "/"],
        ["get", "--endpoints", "nowhere.invalid:2379", "/"],
        ["get", "--endpoints", "", "/"],
        ["get", "--cacert", "/nonexistent", "/"],
        ["get", "--no-such-flag", "/"],
        ["get", "--limit", "many", "/"],
        ["nonsense", "/"],
        ["/"],
        [],
    ],
    ids=" ".join,
)
def test_what_is_wrong_is_passed_over_in_silence(line: list[str]) -> None:
    odd = {"ETCDCTL_NONSENSE": "1", "ETCDCTL_DIAL_TIMEOUT": "soon"}
    assert ask(*line, env={"ETCDCTL_ENDPOINTS": "127.0.0.1:1"} | odd) == []


def test_a_silent_server_is_given_up_long_before_the_command_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"127.0.0.1:{silent.getsockname()[1]}"
        assert ask("get", "--endpoints", endpoint, "--command-timeout", "1h", "/") == []


def put_many(etcd: Etcd, keys: list[str]) -> None:
    """Put keys in transactions of etcd's largest size."""
    for at in range(0, len(keys), 128):
        puts = "".join(f'put "{key}" "v"\n' for key in keys[at : at + 128])
        etcd.etcdctl("txn", input=f"\n{puts}\n\n".encode(), check=True)
