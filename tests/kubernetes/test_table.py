"""The packed field table: whole, quick to load, and nothing heavy beside it."""

import subprocess
import sys
import time

import pytest

from pyetcdctl.kubernetes.codec import protobuf_reading
from pyetcdctl.kubernetes.schema import table

FORBIDDEN = {
    "yaml",
    "google",
    "grpc",
    "cryptography",
    "lzma",
    "typer",
    "rich",
    "etcd3",
    "dataclasses",
}


def test_every_type_of_a_field_is_in_the_table():
    names = set(table.names())
    assert len(names) >= 1488
    for name in names:
        for field in table.message(name).fields:
            kind = field.map_value or field.type
            assert "." not in kind or kind in names, (name, field)


def test_every_message_can_be_planned():
    for name in table.names():
        plan = protobuf_reading.plan_of(name).prepare()
        assert len(plan.slots) + len(plan.doubles) >= len(plan.message.fields)


def test_the_table_survives_packing():
    messages = [table.message(name) for name in table.names()]
    unpacked = table.unpack(table.pack(messages))
    assert [table.parse(name, *line) for name, line in unpacked.items()] == sorted(messages)


@pytest.mark.parametrize(
    ("api_version", "kind", "name"),
    [
        ("v1", "Pod", "k8s.io.api.core.v1.Pod"),
        ("apps/v1", "Deployment", "k8s.io.api.apps.v1.Deployment"),
        ("rbac.authorization.k8s.io/v1", "Role", "k8s.io.api.rbac.v1.Role"),
        (
            "internal.apiserver.k8s.io/v1alpha1",
            "StorageVersion",
            "k8s.io.api.apiserverinternal.v1alpha1.StorageVersion",
        ),
        ("settings.k8s.io/v1alpha1", "PodPreset", "k8s.io.api.settings.v1alpha1.PodPreset"),
        ("v1", "Status", "k8s.io.apimachinery.pkg.apis.meta.v1.Status"),
        ("apps.openshift.io/v1", "Deployment", None),
        ("", "", None),
    ],
)
def test_a_kind_finds_its_message(api_version, kind, name):
    assert table.message_name(api_version, kind) == name


def test_the_table_is_loaded_in_ten_milliseconds():
    times = []
    for _ in range(5):
        started = time.process_time()
        table.unpack(table.TABLE.read_bytes())
        times.append(time.process_time() - started)
    assert min(times) <= 0.010


def test_only_messages_that_occur_are_built():
    code = (
        "from pyetcdctl.kubernetes.codec.decoding import decode\n"
        "from pyetcdctl.kubernetes.codec.protobuf_reading import MessagePlan\n"
        "built = []\n"
        "prepare = MessagePlan.prepare\n"
        "MessagePlan.prepare = lambda plan: built.append(plan.message.name) or prepare(plan)\n"
        "from pyetcdctl.kubernetes.codec.envelope import wrap\n"
        "decode(wrap('v1', 'ConfigMap', b'\\x0a\\x00'))\n"
        "print(len(built))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert int(output) == 2


def test_decoding_loads_nothing_heavy():
    code = "import sys, pyetcdctl.kubernetes.codec.decoding\nprint(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    roots = {name.partition(".")[0] for name in output.split()}
    assert not roots & FORBIDDEN
