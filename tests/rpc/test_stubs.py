"""The committed stubs are what the compiler makes of the definitions, and fit one process."""

from __future__ import annotations

import pytest

from pyetcdctl.rpc import etcdrpc, generate

# Where the compiler is missing, the record it left is compared: it names what was made of what.
COMPARISONS = [generate.stale_records]
if generate.compiler_is_installed():
    COMPARISONS.append(generate.stale_stubs)


@pytest.mark.parametrize("stale", COMPARISONS)
def test_the_stubs_are_up_to_date(stale):
    assert stale() == []


def test_a_definition_that_changed_after_its_stubs_is_named(monkeypatch, tmp_path):
    for definition in generate.PROTO.glob("*.proto"):
        (tmp_path / definition.name).write_bytes(definition.read_bytes())
    changed = tmp_path / "mvccpb.proto"
    changed.write_text(changed.read_text().replace("lease = 6", "lease = 7"))
    monkeypatch.setattr(generate, "PROTO", tmp_path)

    assert generate.stale_records() == ["proto/mvccpb.proto"]


@pytest.mark.parametrize(
    "service", ["KV", "Watch", "Lease", "Cluster", "Maintenance", "Auth", "Lock", "Election"]
)
def test_each_service_has_a_stub(service):
    assert hasattr(etcdrpc, f"{service}Stub")


def test_responses_of_newer_servers_are_known():
    assert "downgradeInfo" in etcdrpc.StatusResponse.DESCRIPTOR.fields_by_name
    assert etcdrpc.RangeStreamResponse.DESCRIPTOR.fields_by_name["range_response"].number == 1


def test_fields_of_a_newer_server_survive_being_read_and_written():
    newer = etcdrpc.RangeResponse(count=3).SerializeToString() + b"\xa2\x06\x02ok"

    assert etcdrpc.RangeResponse.FromString(newer).SerializeToString() == newer
