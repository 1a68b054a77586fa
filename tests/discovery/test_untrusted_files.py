"""Whatever lies where a manifest, a unit or a configuration should be: a reason, never a crash."""

from __future__ import annotations

import os
import random
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.discovery import Reason, discover, find_connection
from pyetcdctl.discovery.node import Unusable, parse_mapping
from tests.discovery.disk import API_SERVER_POD, ETCD_POD, PKI, UNIT

if TYPE_CHECKING:
    from tests.discovery.disk import Disk

MALFORMED = {
    "empty": ("", "not a mapping"),
    "comment": ("# nothing", "not a mapping"),
    "a word": ("etcd", "not a mapping"),
    "a list": ("- a\n- b\n", "not a mapping"),
    "not YAML": ("spec: [", "not YAML"),
    "a tab": ("spec:\n\t- x", "not YAML"),
    "an object of Python": ("spec: !!python/object/apply:os.getcwd []", "not YAML"),
    "an impossible date": ("spec: 2024-99-99", "not YAML"),
    "an empty number": ("spec: !!int ''", "not YAML"),
    "an unhashable key": ("? [a]\n: b", "not YAML"),
    "deep brackets": ("[" * 100_000, "nested deeper than"),
    "deep braces": ("{a: " * 50_000, "nested deeper than"),
    "deep dashes": ("- " * 50_000, "nested deeper than"),
    "multiplying aliases": (
        "b: &b0 {x: 1}\n"
        + "".join(f"c{i}: &b{i + 1} {{<<: [{', '.join([f'*b{i}'] * 9)}]}}\n" for i in range(9)),
        "too many aliases",
    ),
    "no spec": ("kind: Pod", "no list spec.containers"),
    "spec a word": ("spec: x", "no list spec.containers"),
    "containers a word": ("spec: {containers: x}", "no list spec.containers"),
    "containers a mapping": ("spec: {containers: {}}", "no list spec.containers"),
    "no containers": ("spec: {containers: []}", "no container in it runs etcd"),
    "containers null": ("spec: {containers: [null, 1, x]}", "no container in it runs etcd"),
    "another program": (
        "spec: {containers: [{name: x, command: [kube-proxy]}]}",
        "no container in it runs etcd",
    ),
    "the command a word": (
        "spec: {containers: [{name: etcd, command: etcd --name=x}]}",
        "command is not a list",
    ),
    "a number in the command": (
        "spec: {containers: [{name: etcd, command: [etcd, 1]}]}",
        "command is not a list",
    ),
    "arguments a mapping": (
        "spec: {containers: [{name: etcd, args: {a: b}}]}",
        "args is not a list",
    ),
    "an open quote": (
        "spec: {containers: [{name: etcd, command: [sh, -c, \"etcd 'x\"]}]}",
        "open quote",
    ),
    "no URL": (
        "spec: {containers: [{name: etcd, command: [etcd, --listen-client-urls=nowhere]}]}",
        "not a client URL",
    ),
    "huge": ("a: b\n" * 100_000, "larger than 256 KiB"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "why"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_manifest_is_passed_over_with_its_reason(
    disk: Disk, text: str, why: str
) -> None:
    disk.write(ETCD_POD, text)
    found = discover(disk.root)
    assert not found
    (skip,) = found.skipped
    assert (skip.file.path, skip.reason) == (ETCD_POD, Reason.MALFORMED)
    assert why in skip.why
    assert "\n" not in skip.why


@pytest.mark.parametrize(
    "odd",
    [
        "env: x",
        "env: [1, {name: 1, value: x}, {name: A}, {value: b}]",
        "volumeMounts: {a: b}",
        "volumeMounts: [{mountPath: 1}, {mountPath: /a, name: [x]}, {name: b}]",
        "image: 0x" + "f" * 9000,
    ],
)
def test_odd_parts_of_a_good_manifest_do_no_harm(disk: Disk, odd: str) -> None:
    disk.write(
        ETCD_POD,
        "spec:\n  volumes: [1, {name: a, hostPath: x}, {name: b, hostPath: {path: 3}}]\n"
        f"  containers: [{{name: etcd, {odd}}}]\n",
    )
    assert [e.url for e in find_connection(disk.root).endpoints] == ["http://localhost:2379"]


@pytest.mark.parametrize("path", [ETCD_POD, API_SERVER_POD, UNIT, f"{UNIT}.d/a.conf"])
@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "loop", "binary", "latin-1"])
def test_what_is_no_text_file_is_passed_over(disk: Disk, path: str, kind: str) -> None:
    place = disk.path(path)
    place.parent.mkdir(parents=True)
    if path.endswith(".conf"):
        disk.unit("ExecStart=etcd")
    match kind:
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case "device":
            (disk.root / "dev").mkdir()
            os.mkfifo(disk.root / "dev/pipe")
            place.symlink_to("/dev/pipe")
        case "loop":
            place.symlink_to(place.name)
        case "binary":
            place.write_bytes(bytes(range(128)))
        case "latin-1":
            place.write_bytes(b"name: M\xfcller")
    found = discover(disk.root)
    assert path in [skip.file.path for skip in found.skipped] or kind == "loop"
    assert bool(found) is path.endswith(".conf")


def test_a_circle_of_links_is_a_reason(disk: Disk) -> None:
    disk.link(ETCD_POD, f"{ETCD_POD}.other")
    disk.link(f"{ETCD_POD}.other", ETCD_POD)
    (skip,) = discover(disk.root).skipped
    assert "links never end" in skip.why


@pytest.mark.parametrize("path", ["", "/", "server.crt", "/a\0b", "../" * 50, "/" + "a" * 5000])
def test_any_words_may_stand_where_a_path_should(disk: Disk, path: str) -> None:
    disk.write(
        UNIT,
        "[Service]\nExecStart=etcd --listen-client-urls https://127.0.0.1:1 "
        f"'--trusted-ca-file={path}' '--cert-file={path}' '--key-file={path}' --client-cert-auth",
    )
    found = discover(disk.root)
    assert not found.tls
    disk.write(UNIT, f"[Service]\nEnvironmentFile={path}\nExecStart=etcd '--config-file={path}'")
    discover(disk.root)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "listen-client-urls: [a]",
        "client-transport-security: 1\nlisten-client-urls: {}",
        "listen-client-urls: 0x" + "f" * 9000,
        "0x" + "f" * 9000 + ": 1",
        "client-transport-security: {1: 2, cert-file: [], client-cert-auth: maybe}",
    ],
)
def test_a_malformed_configuration_file_is_no_crash(disk: Disk, text: str) -> None:
    disk.write("/etc/etcd.yml", text)
    disk.unit("ExecStart=etcd --config-file=/etc/etcd.yml")
    discover(disk.root)
    disk.write("/var/lib/rancher/k3s/server/db/etcd/config", text)
    discover(disk.root)


def test_random_bytes_everywhere_are_never_a_crash(disk: Disk) -> None:
    noise = random.Random(2379)
    paths = [
        ETCD_POD,
        API_SERVER_POD,
        UNIT,
        f"{UNIT}.d/x.conf",
        "/etc/etcd/ca.pem",
        "/etc/etcd.yml",
    ]
    for _ in range(150):
        for path in paths:
            disk.write(path, noise.randbytes(noise.randrange(300)))
        discover(disk.root)


def test_damaged_files_are_never_a_crash(disk: Disk) -> None:
    """Change, cut and repeat pieces of good files: each is used or passed over with a reason."""
    noise = random.Random(2380)
    disk.kubeadm()
    disk.unit("Environment=A='b c'\nExecStart=/bin/sh -c \"etcd ${A} $A --name %H\" \\\n --x")
    paths = [ETCD_POD, UNIT, f"{PKI}/etcd/ca.crt", f"{PKI}/apiserver-etcd-client.crt"]
    good = {path: disk.path(path).read_bytes() for path in paths}
    for _ in range(150):
        for path, content in good.items():
            disk.write(path, damaged(content, noise))
        found = discover(disk.root)
        assert found or found.skipped


def test_random_yaml_is_a_mapping_or_unusable() -> None:
    noise = random.Random(2381)
    signs = [
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "a",
        "1",
        "0x",
        "~",
        "%",
        "@",
        "#",
        ",",
        "=",
        "2024-01-01",
    ]
    pieces = [*signs, ": ", "- ", "\n", "  ", "&a ", "*a", "<<: ", "!!int ", "? ", "| ", "---\n"]
    for _ in range(2000):
        text = "".join(noise.choices(pieces, k=noise.randrange(25)))
        with suppress(Unusable):
            assert isinstance(parse_mapping(text), dict)


def damaged(content: bytes, noise: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(noise.randrange(4)):
        changed[noise.randrange(len(changed))] = noise.randrange(256)
    start = noise.randrange(len(changed))
    if noise.random() < 0.3:
        del changed[start : start + noise.randrange(80)]
    if noise.random() < 0.3:
        changed[start:start] = changed[: noise.randrange(200)]
    return bytes(changed)
