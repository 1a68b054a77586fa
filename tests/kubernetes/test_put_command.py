"""``kubernetes encode``, ``put`` and ``del``: objects into the store and out of it."""

from __future__ import annotations

import base64
import json
import os
import shlex
import signal
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.encryption import configuration
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from tests.kubernetes.sample import DATA, responses
from tests.runner import PROJECT, clean_environment, command
from tests.runner import run_here as run
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from tests.runner import Result
    from tests.server import Etcd

SECONDS = 40
CONFIG = DATA / "encryption-config.yaml"
WARNING = "Warning: this goes to etcd past the API server, "


@pytest.fixture(scope="module")
def cluster() -> Iterator[Etcd]:
    """The sample cluster, to write to: each test takes objects that no other one does."""
    with running(sample=True) as server:
        yield server


def kube(cluster: Etcd, *words: str, input: str | bytes = b"") -> Result:
    return run("kubernetes", *words, env=cluster.environment, input=input)


def put(cluster: Etcd, text: str | bytes, *flags: str) -> Result:
    return kube(cluster, "put", "-f", "-", "--yes", *flags, input=text)


def value_of(cluster: Etcd, key: str) -> bytes:
    shown = cluster.etcdctl("get", key, "--print-value-only", check=True).stdout
    return shown.removesuffix(b"\n")


def entry_of(cluster: Etcd, key: str) -> dict[str, Any]:
    response = json.loads(cluster.etcdctl("get", key, "-w", "json", check=True).stdout)
    entry: dict[str, Any] = response["kvs"][0]
    return entry


def object_of(cluster: Etcd, key: str) -> dict[str, Any]:
    obj = decode(value_of(cluster, key)).object
    assert obj is not None
    return obj


def config_map(name: str, **more: Any) -> str:
    metadata = {"name": name, **more.pop("metadata", {})}
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, **more})


def test_encode_gives_back_what_is_stored(cluster: Etcd, tmp_path: Path) -> None:
    key = "/registry/namespaces/default"
    file = tmp_path / "object.yaml"
    file.write_text(responses()[key]["yaml"])
    value = value_of(cluster, key)
    assert run("kubernetes", "encode", str(file)).stdout == value
    encoded = run("kube", "encode", "-o", "base64", input=file.read_bytes()).stdout
    assert base64.b64decode(encoded) == value
    doubled = f"{file.read_text()}---\n{responses()[key]['json']}"
    lines = run("kubernetes", "encode", "-", "-o", "hex", input=doubled).stdout.decode()
    assert lines == f"{value.hex()}\n" * 2
    as_json = run("kubernetes", "encode", "--as", "json", str(file)).stdout
    assert as_json.decode() == responses()[key]["json"] + "\n"


REFUSED_TEXTS = [
    ("kind: Pod\nmetadata: {}\n", "standard input:1: the object has no apiVersion"),
    (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - naem: c\n",
        "standard input:6: spec.containers[0].naem: Container has no such field (is name meant?)",
    ),
    ("a: [1,\n", "standard input:2: neither YAML nor JSON: "),
    ('{"a": 1,\n]', "standard input:2: neither YAML nor JSON: "),
    ("# nothing\n", "standard input holds no object"),
    (b"k8s\0\xff", "standard input is not text: byte 4 is not UTF-8"),
    ("# spec: unknown field 9 (wire type 0): 1\na: 1\n", "standard input has unknown fields"),
    ("a: 1\n---\na: 1\n", "standard input holds 2 objects, and raw values cannot be separated"),
]


def test_objects_are_stored_with_the_fields_of_the_release_that_is_named(cluster: Etcd) -> None:
    node = '{"apiVersion":"storage.k8s.io/v1","kind":"CSINode","metadata":{"name":"of-a-release"}}'
    empty_status = b"\x1a\0\x1a\0"
    for release, flags in (("1.37", ()), ("1.36", ("--release", "1.36"))):
        encoded = run("kubernetes", "encode", *flags, input=node).stdout
        assert put(cluster, node, *flags).exit_code == 0
        for value in (encoded, value_of(cluster, "/registry/csinodes/of-a-release")):
            assert (empty_status in value) is (release == "1.37")


@pytest.mark.parametrize(
    ("text", "error"), REFUSED_TEXTS, ids=[error for _, error in REFUSED_TEXTS]
)
def test_what_cannot_be_encoded_is_reported_by_file_line_and_field(
    text: str | bytes, error: str
) -> None:
    refused = run("kubernetes", "encode", input=text)
    assert (refused.exit_code, refused.stdout) == (3, b"")
    assert refused.stderr.startswith(f"Error: {error}")


def on_terminal(cluster: Etcd, *words: str) -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable,
        ["-m", "pyetcdctl", "kubernetes", *words],
        env=clean_environment(cluster.environment),  # type: ignore[arg-type]
        cwd=str(PROJECT),
        encoding="utf-8",
        timeout=SECONDS,
    )


def test_binary_is_not_written_to_a_terminal(cluster: Etcd, tmp_path: Path) -> None:
    file = tmp_path / "o.json"
    file.write_text(config_map("a"))
    terminal = on_terminal(cluster, "encode", str(file))
    assert "the value is binary, and standard output is a terminal" in terminal.read()
    assert "k8s" not in terminal.before
    assert "6b3873" in on_terminal(cluster, "encode", str(file), "-o", "hex").read()


def test_an_object_is_created_updated_and_left_alone(cluster: Etcd) -> None:
    key = "/registry/configmaps/shop/fresh"
    created = put(cluster, config_map("fresh", data={"a": "1"}), "-n", "shop")
    assert created.stdout == b"configmaps/shop/fresh created\n"
    assert created.stderr.count(WARNING) == 1
    assert '+  a: "1"\n' in created.stderr
    new = object_of(cluster, key)
    assert new["metadata"]["namespace"] == "shop"
    assert new["metadata"]["uid"]
    assert new["metadata"]["creationTimestamp"]
    updated = put(cluster, config_map("fresh", data={"a": "2"}, metadata={"namespace": "shop"}))
    assert updated.stdout == b"configmaps/shop/fresh updated\n"
    assert object_of(cluster, key) == {**new, "data": {"a": "2"}}
    before = entry_of(cluster, key)
    shown = kube(cluster, "get", "cm", "fresh", "-n", "shop", "-o", "yaml").stdout
    unchanged = put(cluster, shown)
    assert unchanged.stdout == b"configmaps/shop/fresh unchanged\n"
    assert unchanged.stderr == ""
    assert entry_of(cluster, key) == before


def test_several_objects_are_put_one_after_the_other(cluster: Etcd, tmp_path: Path) -> None:
    widget = {
        "apiVersion": "shop.example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "w", "namespace": "shop"},
    }
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
    many = {"apiVersion": "v1", "kind": "List", "items": [node, widget]}
    file = tmp_path / "many.yaml"
    file.write_text(f"{config_map('one')}\n---\n{json.dumps(many)}\n")
    result = kube(cluster, "put", "-f", str(file), "--yes")
    assert result.stdout.decode().splitlines() == [
        "configmaps/default/one created",
        "nodes/n created",
        "widgets.shop.example.com/shop/w created",
    ]
    assert result.stderr.count(WARNING) == 1
    assert value_of(cluster, "/registry/minions/n").startswith(b"k8s\0")
    value = value_of(cluster, "/registry/shop.example.com/widgets/shop/w")
    assert value.startswith(b'{"apiVersion":"shop.example.com/v1","kind":"Widget","metadata":{')


def test_an_object_that_stands_twice_in_the_file_is_not_guessed(cluster: Etcd) -> None:
    twice = put(cluster, f"{config_map('twin')}\n{config_map('twin', data={'a': '1'})}")
    assert twice.exit_code == 3
    assert "/registry/configmaps/default/twin is there 2 times" in twice.stderr
    assert object_is_gone(cluster, "twin")


def test_an_object_of_another_time_is_not_overwritten(cluster: Etcd) -> None:
    text = put_and_show(cluster, "guarded")
    put(cluster, config_map("guarded", data={"by": "others"}))
    late = put(cluster, text.replace(b"data:", b"data:\n  mine: x"))
    assert late.exit_code == 1
    assert "configmaps/default/guarded: it was read at resourceVersion " in late.stderr
    other = put(cluster, config_map("guarded", metadata={"uid": "another"}))
    assert "its uid is another one: it was deleted and created again" in other.stderr
    kube(cluster, "del", "cm", "guarded", "--yes")
    assert "and it is not there any more" in put(cluster, text).stderr
    assert object_is_gone(cluster, "guarded")


def put_and_show(cluster: Etcd, name: str) -> bytes:
    put(cluster, config_map(name, data={"a": "1"}))
    return kube(cluster, "get", "cm", name, "-o", "yaml").stdout


def object_is_gone(cluster: Etcd, name: str) -> bool:
    return not cluster.etcdctl("get", f"/registry/configmaps/default/{name}").stdout


@pytest.mark.parametrize("what", ["put", "del"])
def test_a_faster_client_wins_while_the_question_is_open(
    cluster: Etcd, tmp_path: Path, what: str
) -> None:
    name = f"raced-{what}"
    put(cluster, config_map(name, data={"a": "1"}))
    file = tmp_path / "o.json"
    file.write_text(config_map(name, data={"a": "2"}))
    words = ("put", "-f", str(file)) if what == "put" else ("del", "cm", name)
    terminal = on_terminal(cluster, *words)
    verb = "Write" if what == "put" else "Delete"
    terminal.expect(rf"{verb} configmaps/default/{name} (to|from) http://[0-9.:]+\? \[y/N\] ")
    put(cluster, config_map(name, data={"a": "3"}))
    terminal.sendline("y")
    terminal.expect_exact("was changed by another client after it was read")
    terminal.read()
    terminal.wait()
    assert terminal.exitstatus == 1
    assert object_of(cluster, f"/registry/configmaps/default/{name}")["data"] == {"a": "3"}


def test_a_key_that_comes_up_meanwhile_is_not_overwritten(cluster: Etcd, tmp_path: Path) -> None:
    file = tmp_path / "o.json"
    file.write_text(config_map("dawning"))
    terminal = on_terminal(cluster, "put", "-f", str(file))
    terminal.expect_exact("[y/N] ")
    put(cluster, config_map("dawning", data={"by": "others"}))
    terminal.sendline("y")
    terminal.expect_exact("was created by another client meanwhile")


def test_a_no_writes_nothing(cluster: Etcd, tmp_path: Path) -> None:
    file = tmp_path / "o.json"
    file.write_text(config_map("unwanted"))
    terminal = on_terminal(cluster, "put", "-f", str(file))
    terminal.expect_exact("[y/N] ")
    terminal.sendline("")
    assert "Error: nothing was written" in terminal.read()
    assert object_is_gone(cluster, "unwanted")
    terminal = on_terminal(cluster, "del", "ns", "shop")
    terminal.expect_exact("[y/N] ")
    terminal.sendeof()
    assert "Error: nothing was deleted" in terminal.read()
    assert value_of(cluster, "/registry/namespaces/shop")


def test_without_a_terminal_or_a_word_beforehand_nothing_is_written(cluster: Etcd) -> None:
    for words in (("put", "-f", "-"), ("del", "ns", "shop")):
        refused = kube(cluster, *words, input=config_map("unsaid"))
        assert refused.exit_code == 128
        assert refused.stderr.endswith("Try:  the same with --yes\n")
    assert object_is_gone(cluster, "unsaid")
    assert kube(cluster, "put", "--yes").exit_code == 128
    assert kube(cluster, "del", "pods", "--yes").exit_code == 128


def sealed_by(cluster: Etcd, key: str, config: Path) -> tuple[str, bytes]:
    opened = Keyring(lambda: configuration.load(str(config))).decrypt(
        key.encode(), value_of(cluster, key)
    )
    return f"{opened.provider.value} {opened.key_name}".strip(), opened.plaintext


def test_a_new_secret_is_encrypted_as_the_configuration_says(cluster: Etcd, tmp_path: Path) -> None:
    secret = config_map("fresh").replace("ConfigMap", "Secret")
    key = "/registry/secrets/default/fresh"
    plain = put(cluster, secret)
    assert "is written plain, and values beside it are encrypted" in plain.stderr
    assert value_of(cluster, key).startswith(b"k8s\0")
    kube(cluster, "del", "secret", "fresh", "--yes")
    created = put(cluster, secret, "--encryption-config", str(CONFIG))
    assert "is written plain" not in created.stderr
    assert sealed_by(cluster, key, CONFIG)[0] == "aescbc key2"
    updated = put(
        cluster,
        secret.replace('"metadata"', '"data": {"p": "aHVudGVyMg=="}, "metadata"'),
        "--encryption-config",
        str(CONFIG),
    )
    assert "aHVudGVyMg==" not in updated.stderr
    assert "+  p: (7 bytes)\n" in updated.stderr
    provider, opened = sealed_by(cluster, key, CONFIG)
    assert provider == "aescbc key2"
    assert b"hunter2" in opened
    closed = put(cluster, secret)
    assert "secrets/default/fresh cannot be replaced: encrypted by aescbc key key2" in closed.stderr


def test_the_lease_is_kept(cluster: Etcd) -> None:
    lease = cluster.etcdctl("lease", "grant", "3600", check=True).stdout.split()[1].decode()
    put(cluster, config_map("leased", data={"a": "1"}))
    key = "/registry/configmaps/default/leased"
    cluster.etcdctl("put", key, "--lease", lease, input=value_of(cluster, key), check=True)
    assert put(cluster, config_map("leased", data={"a": "2"})).exit_code == 0
    assert entry_of(cluster, key)["lease"] == int(lease, 16)


def test_an_event_without_a_lease_is_reported_and_can_have_one(cluster: Etcd) -> None:
    event = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "e"},
            "involvedObject": {"kind": "Pod"},
        }
    )
    lease = cluster.etcdctl("lease", "grant", "3600", check=True).stdout.split()[1].decode()
    key = "/registry/events/default/e"
    lasting = put(cluster, event)
    assert lasting.stdout == b"events/default/e created\n"
    assert "Note: a new Event without a lease stays for good" in lasting.stderr
    assert put(cluster, event).stdout == b"events/default/e unchanged\n"
    passing = put(cluster, event, "--lease", lease)
    assert (passing.stdout, "Note" in passing.stderr) == (b"events/default/e updated\n", False)
    assert entry_of(cluster, key)["lease"] == int(lease, 16)
    assert put(cluster, event, "--lease", "0").stdout == b"events/default/e updated\n"
    assert "lease" not in entry_of(cluster, key)
    gone = put(cluster, event, "--lease", "1234")
    assert (gone.exit_code, "requested lease not found" in gone.stderr) == (1, True)


def test_a_custom_resource_in_cbor_stays_cbor(cluster: Etcd) -> None:
    key = next(k for k, a in responses().items() if a["format"] == "cbor" and "encryption" not in a)
    shown = kube(cluster, "decode", "-o", "yaml", input=cluster.etcdctl("get", key).stdout).stdout
    replaced = put(cluster, shown.replace(b"metadata:", b"metadata:\n  generateName: put-"))
    assert "stored as" not in replaced.stderr
    value = value_of(cluster, key)
    assert value.startswith(b"\xd9\xd9\xf7")
    obj = object_of(cluster, key)
    assert obj["metadata"]["generateName"] == "put-"
    assert kube(cluster, "encode", "--as", "cbor", input=json.dumps(obj)).stdout == value
    put(cluster, shown, "--as", "json")
    assert value_of(cluster, key).startswith(b"{")


@pytest.mark.parametrize(
    ("form", "spec"), [("cbor", '{"a":1.0,"b":[{"c":-0.0}]}'), ("json", '{"a":1.50,"b":[1E3]}')]
)
def test_numbers_that_yaml_shows_otherwise_stay(cluster: Etcd, form: str, spec: str) -> None:
    title, key = f"odd-{form}", f"/registry/shop.example.com/widgets/shop/odd-{form}"
    metadata = f'{{"name":"{title}","namespace":"shop"}}'
    given = f'{{"apiVersion":"shop.example.com/v1","kind":"Widget","metadata":{metadata}'
    put(cluster, f'{given},"spec":{spec}}}', "--as", form)
    value = value_of(cluster, key)
    shown = kube(cluster, "decode", input=value).stdout
    again = put(cluster, shown).stdout.decode()
    assert again == f"widgets.shop.example.com/shop/{title} unchanged\n"
    put(cluster, shown.replace(b"spec:", b"spec:\n  new: 1"))
    new = {"cbor": b"\x43new\x01", "json": b',"new":1'}[form]
    after = value_of(cluster, key).replace(new, b"")
    generations = {"cbor": b"\x4ageneration%c", "json": b'"generation":%d'}[form]
    assert generations % 1 in value
    after = after.replace(generations % 2, generations % 1)
    assert after.replace(b"\x44spec\xa3", b"\x44spec\xa2") == value


def test_an_object_is_put_where_the_key_says(cluster: Etcd) -> None:
    key = "/kubernetes.io/configmaps/a/b"
    created = put(cluster, config_map("b", metadata={"namespace": "a"}), "--at", key)
    assert created.stdout == f"{key} created\n".encode()
    assert value_of(cluster, key).startswith(b"k8s\0")
    below = ("--etcd-prefix", "/kubernetes.io")
    text = config_map("b", data={"x": "y"})
    assert put(cluster, text, "-n", "a", *below).stdout == b"configmaps/a/b updated\n"
    assert kube(cluster, "del", "cm", "b", "-n", "a", "--yes", *below).exit_code == 0
    assert not cluster.etcdctl("get", key).stdout


REFUSED_OBJECTS = [
    ('{"apiVersion":"x.y/v1","kind":"Nope","metadata":{"name":"a"}}', "no resource of kind Nope"),
    ('{"apiVersion":"v1","kind":"Pod","metadata":{}}', "metadata.name: an object needs a name"),
    (config_map("a", metadata={"namespace": "other"}), "the object is not for namespace shop"),
    (config_map("a", metadata={"namespace": "x/y"}), "this is not a name of a namespace"),
    (config_map("a", metadata={"name": "../a"}), "a name of an object has no slash"),
    (config_map("a", data={"x": 1}), "standard input:1: data.x: a string is needed here"),
    (
        '{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"a"}}',
        "apiVersion: the API server stores this as v1 Event",
    ),
    ("[1]", "an object with apiVersion, kind and metadata is needed here"),
]


@pytest.mark.parametrize(("text", "error"), REFUSED_OBJECTS, ids=[e for _, e in REFUSED_OBJECTS])
def test_what_does_not_fit_is_not_put(cluster: Etcd, text: str, error: str) -> None:
    refused = put(cluster, text, "-n", "shop")
    assert refused.exit_code == 3
    assert error in refused.stderr


def test_no_key_can_add_a_line_to_the_question(cluster: Etcd) -> None:
    key = "/registry/configmaps/default/a\nDelete nothing?"
    cluster.etcdctl("put", key, "v", check=True)
    terminal = on_terminal(cluster, "del", key)
    terminal.expect_exact("[y/N] ")
    shown = terminal.before.splitlines()
    assert [line for line in shown if line.startswith("Delete")] == shown[-1:]
    terminal.sendline("y")
    terminal.read()
    terminal.wait()
    assert not cluster.etcdctl("get", key).stdout


def test_objects_are_deleted_after_they_were_shown(cluster: Etcd) -> None:
    pods = [key for key in responses() if key.startswith("/registry/pods/payments/")][:3]
    first, second, third = pods
    names = [each.rpartition("/")[2] for each in (first, second)]
    deleted = kube(cluster, "del", "pod", *names, "-n", "payments", "--yes")
    assert deleted.stdout == b"".join(b"pods/payments/%b deleted\n" % n.encode() for n in names)
    assert f"# {first}  mod_revision " in deleted.stderr
    assert kube(cluster, "del", third, "--yes").exit_code == 0
    for key in pods:
        assert not cluster.etcdctl("get", key).stdout
    missing = kube(cluster, "del", f"pod/payments/{names[0]}", "--yes")
    assert missing.exit_code == 1
    assert missing.stderr.startswith(f"Error: pods/payments/{names[0]} not found\n")
    put(cluster, config_map("held", metadata={"finalizers": ["example.com/hold"]}))
    held = kube(cluster, "del", "cm/held", "--yes")
    assert "its finalizers are not run: example.com/hold" in held.stderr


def test_a_value_goes_from_encode_to_put_by_a_pipe(cluster: Etcd, tmp_path: Path) -> None:
    file = tmp_path / "o.yaml"
    file.write_text(config_map("piped"))
    ours = " ".join(map(shlex.quote, command()))
    key = "/registry/configmaps/default/piped"
    line = f"{ours} kubernetes encode {file} | {ours} put {key}"
    shell = pexpect.run(
        f"/bin/sh -c {shlex.quote(line)}",
        env=clean_environment(cluster.environment),  # type: ignore[arg-type]
        cwd=str(PROJECT),
        timeout=SECONDS,
    )
    assert shell == b"OK\r\n"
    assert object_of(cluster, key)["metadata"]["name"] == "piped"


def test_a_lost_response_is_reported_as_such(own_etcd: Callable[..., Etcd], tmp_path: Path) -> None:
    server = own_etcd()
    file = tmp_path / "o.json"
    file.write_text(config_map("lost"))
    flags = ("--etcd-prefix", "/registry", "--command-timeout", "3s")
    terminal = on_terminal(server, "put", "-f", str(file), *flags)
    terminal.expect_exact("[y/N] ")
    os.kill(server.members[0].process_id, signal.SIGSTOP)
    terminal.sendline("y")
    said = terminal.read()
    terminal.wait()
    assert terminal.exitstatus == 1
    assert "The write may have been applied: look before you repeat it." in said
    assert "This was about configmaps/default/lost." in said
    os.kill(server.members[0].process_id, signal.SIGCONT)
