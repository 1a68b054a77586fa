"""Values that the sample does not have: zeros, strangers, damage."""

import base64
import json

import pytest

from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.envelope import Format
from pyetcdctl.kubernetes.codec.json_writing import json_text
from tests.kubernetes.wire import field, stored

META = field(1, field(1, "web") + field(3, "shop"))


def decoded_json(api_version, kind, *fields):
    decoded = decode(stored(api_version, kind, *fields))
    assert decoded.problem is None
    return json_text(decoded.object)


@pytest.mark.parametrize(
    ("api_version", "kind", "rest"),
    [
        ("v1", "Pod", '"metadata":{},"spec":{"containers":null},"status":{}'),
        ("v1", "Service", '"metadata":{},"spec":{},"status":{"loadBalancer":{}}'),
        ("v1", "Secret", '"metadata":{}'),
        ("v1", "ConfigMap", '"metadata":{}'),
        (
            "policy/v1",
            "PodDisruptionBudget",
            '"metadata":{},"spec":{},"status":{"disruptionsAllowed":0,"currentHealthy":0,'
            '"desiredHealthy":0,"expectedPods":0}',
        ),
        ("apps/v1", "ControllerRevision", '"metadata":{},"data":null,"revision":0'),
        (
            "v1",
            "Event",
            '"metadata":{},"involvedObject":{},"source":{},"firstTimestamp":null,'
            '"lastTimestamp":null,"eventTime":null,"reportingComponent":"","reportingInstance":""',
        ),
    ],
)
def test_an_empty_message_prints_what_go_prints_for_zero(api_version, kind, rest):
    expected = f'{{"kind":"{kind}","apiVersion":"{api_version}",{rest}}}'
    assert decoded_json(api_version, kind) == expected


def test_a_selector_without_omitempty_is_null():
    deployment = decode(stored("apps/v1", "Deployment")).object
    assert deployment["spec"]["selector"] is None
    assert deployment["spec"]["template"] == {"metadata": {}, "spec": {"containers": None}}
    assert deployment["spec"]["strategy"] == {}


def test_a_pointer_to_zero_is_printed():
    spec = field(2, field(1, 0) + field(4, ""))
    assert decode(stored("apps/v1", "Deployment", spec)).object["spec"]["replicas"] == 0


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (b"", None),
        (field(1, 0) + field(2, 0), "1970-01-01T00:00:00Z"),
        (field(1, 1795458158), "2026-11-23T18:22:38Z"),
        (field(1, -62135596800), None),
        (field(1, -1), "1969-12-31T23:59:59Z"),
        (field(1, 951782400), "2000-02-29T00:00:00Z"),
        (field(1, 253402300800), "10000-01-01T00:00:00Z"),
    ],
)
def test_times(time, text):
    event = decode(stored("v1", "Event", field(6, time))).object
    assert event["firstTimestamp"] == text


def test_a_micro_time_has_six_decimals():
    lease = stored(
        "coordination.k8s.io/v1", "Lease", field(2, field(4, field(1, 5) + field(2, 1500)))
    )
    assert decode(lease).object["spec"]["renewTime"] == "1970-01-01T00:00:05.000001Z"


@pytest.mark.parametrize(
    ("nanos", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1500, "1.5µs"),
        (300_000_000, "300ms"),
        (1_500_000_000, "1.5s"),
        (-3_000_000_000, "-3s"),
        (3_600_000_000_000, "1h0m0s"),
        (61_000_000_000, "1m1s"),
        (5_400_250_000_000, "1h30m0.25s"),
    ],
)
def test_durations_are_gos(nanos, text):
    from pyetcdctl.kubernetes.codec.special_reading import duration

    assert duration(field(1, nanos)) == text


def test_a_number_or_a_string():
    port = field(8, field(1, 0) + field(2, -1) + field(3, ""))
    name = field(8, field(1, 1) + field(2, 0) + field(3, "http"))
    ports = field(2, field(1, port) + field(1, name))
    spec = decode(stored("v1", "Service", ports)).object["spec"]
    assert "ports" in spec
    probe_port = field(1, 1) + field(3, "http")
    from pyetcdctl.kubernetes.codec.special_reading import int_or_string

    assert int_or_string(probe_port) == "http"
    assert int_or_string(field(1, 0) + field(2, -1)) == -1
    assert int_or_string(b"") == 0


def test_bytes_that_are_no_text_become_one_mark_each():
    pod = stored("v1", "ConfigMap", field(2, field(1, "k") + field(2, b"a\xff\xed\xa0\x80z")))
    assert decode(pod).object["data"] == {"k": "a\ufffd\ufffd\ufffd\ufffdz"}


def test_map_keys_are_sorted_whatever_the_wire_says():
    entries = [field(2, field(1, key) + field(2, "")) for key in ("b", "a", "ä", "Z")]
    data = decode(stored("v1", "ConfigMap", *entries)).object["data"]
    assert list(data) == ["Z", "a", "b", "ä"]


def test_an_entry_without_its_parts_is_empty():
    assert decode(stored("v1", "ConfigMap", field(2, b""))).object["data"] == {"": ""}


def test_keys_are_in_the_apis_order_whatever_the_wire_says():
    straight = stored(
        "v1", "Pod", META, field(2, field(3, "Always") + field(10, "node")), field(3, b"")
    )
    turned = stored(
        "v1", "Pod", field(3, b""), field(2, field(10, "node") + field(3, "Always")), META
    )
    assert json_text(decode(turned).object) == json_text(decode(straight).object)


def test_a_retired_field_is_printed_only_when_it_says_something():
    quiet = decode(stored("v1", "Service", field(2, field(15, "")))).object
    assert "ipFamily" not in quiet["spec"]
    loud = decode(stored("v1", "Service", field(2, field(15, "IPv6")))).object
    assert loud["spec"]["ipFamily"] == "IPv6"


def test_a_retired_struct_of_nothing_is_not_printed():
    assert (
        "status"
        not in decode(stored("networking.k8s.io/v1", "NetworkPolicy", field(3, b""))).object
    )


@pytest.mark.parametrize("reference", [b"", field(1, "") + field(2, "")])
def test_a_retired_pointer_is_printed_where_it_is_as_its_last_release_did(reference):
    value = stored("v1", "Pod", field(2, field(42, reference)))
    shown = decode(value).object["spec"]
    assert shown == decode(value, "1.35").object["spec"]
    assert shown["workloadRef"] == {"name": "", "podGroup": ""}
    assert "workloadRef" not in decode(stored("v1", "Pod", field(2, b""))).object["spec"]


def test_a_zero_creation_timestamp_is_left_out():
    assert decode(stored("v1", "Pod", field(1, field(8, b"")))).object["metadata"] == {}


def test_a_kind_that_is_gone_is_still_read():
    rule = field(1, "RunAsAny")
    policy = stored(
        "policy/v1beta1", "PodSecurityPolicy", META, field(2, field(1, 1) + field(10, rule))
    )
    spec = decode(policy).object["spec"]
    assert spec["privileged"] is True
    assert spec["seLinux"] == {"rule": "RunAsAny"}


def test_an_unknown_field_is_kept_with_its_path():
    container = field(1, "main") + field(900, "future")
    decoded = decode(stored("v1", "Pod", META, field(2, field(2, container)), field(77, 5)))
    assert [tuple(unknown) for unknown in decoded.unknown] == [
        ("spec.containers[0]", 900, 2, b"future"),
        ("", 77, 0, 5),
    ]
    assert decoded.problem is None


def test_a_known_number_of_another_wire_type_is_unknown():
    decoded = decode(stored("v1", "Pod", field(2, 7)))
    assert decoded.unknown[0][1:] == (2, 0, 7)


def test_an_unknown_kind_shows_its_metadata_and_its_wire():
    spec = (
        field(1, "example.com")
        + field(3, field(1, "Service") + field(2, 100))
        + field(3, b"\xff\0")
    )
    decoded = decode(stored("route.example.io/v1", "Route", META, field(2, spec), field(9, -1)))
    assert not decoded.schema_known
    assert decoded.object == {
        "kind": "Route",
        "apiVersion": "route.example.io/v1",
        "metadata": {"name": "web", "namespace": "shop"},
        "wire": {
            "2": {"1": "example.com", "3": [{"1": "Service", "2": 100}, {"base64": "/wA="}]},
            "9": -1,
        },
    }


def test_a_group_of_another_maker_is_not_taken_for_kubernetes():
    assert not decode(stored("apps.openshift.io/v1", "Deployment", META)).schema_known


def test_a_truncated_value_shows_what_was_there():
    value = stored("v1", "Pod", META, field(2, field(3, "Always") + field(10, "a-long-node-name")))
    decoded = decode(value[:-10])
    assert decoded.object["metadata"] == {"name": "web", "namespace": "shop"}
    assert decoded.object["spec"]["restartPolicy"] == "Always"
    assert decoded.object["spec"]["nodeName"] == "a-long-nod"
    assert decoded.problem == "the value is cut off: 6 bytes are missing at its end"


def test_damage_inside_leaves_the_rest_alone():
    broken = field(2, field(3, "Always") + b"\x52\x7fab")
    decoded = decode(stored("v1", "Pod", META, broken, field(3, field(1, "Running"))))
    assert decoded.object["status"]["phase"] == "Running"
    assert decoded.problem == "spec: cut off: 125 bytes are missing"


def test_messages_nested_without_end_are_refused():
    message = b""
    for _ in range(3000):
        message = field(26, message)
    version = field(4, field(1, field(28, message)))
    definition = stored(
        "apiextensions.k8s.io/v1", "CustomResourceDefinition", field(2, field(7, version))
    )
    decoded = decode(definition)
    assert decoded.object["kind"] == "CustomResourceDefinition"
    json_text(decoded.object)


def test_a_flood_of_empty_messages_is_bounded():
    decoded = decode(stored("v1", "Pod", field(2, field(2, b"") * 700_000)))
    assert "more than 100000 messages" in decoded.problem


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (b"1234", Format.NUMBER),
        (b"", Format.RAW),
        (b"\0\1\2", Format.RAW),
        (b"flannel says hello", Format.RAW),
        (b"k8s:enc:aescbc:v1:key1:xyz", Format.ENCRYPTED),
    ],
)
def test_a_value_that_is_not_an_object_is_named_by_its_format(value, form):
    decoded = decode(value)
    assert (decoded.format, decoded.object, decoded.problem) == (form, None, None)


def test_json_keeps_the_texts_of_numbers():
    value = (
        b' {"kind":"A","apiVersion":"b/v1","n":[1.50,1E3,-0.0,123456789012345678901234567890]}\n'
    )
    decoded = decode(value)
    assert decoded.format is Format.JSON
    assert json_text(decoded.object).endswith('"n":[1.50,1E3,-0.0,123456789012345678901234567890]}')


def test_truncated_json_shows_its_whole_values():
    decoded = decode(b'{"kind":"A","spec":{"list":[1,{"a":"b"},"cut of')
    assert decoded.object == {"kind": "A", "spec": {"list": [1, {"a": "b"}]}}
    assert decoded.problem.startswith("not all of it is JSON: ")


def test_json_nested_without_end_is_refused():
    decoded = decode(b'{"a":' + b"[" * 100_000)
    assert "nested deeper than" in decoded.problem


def test_numbers_of_thousands_of_digits_are_kept():
    digits = "9" * 5000
    assert json_text(decode(f'{{"n":{digits}}}'.encode()).object) == f'{{"n":{digits}}}'


def test_surrogates_that_stand_alone_become_marks():
    decoded = decode(rb'{"\ud800":"\udfff\ud83d\ude00"}')
    assert decoded.object == {"\ufffd": "\ufffd😀"}


def test_yaml_is_read_as_kubectl_reads_it():
    decoded = decode(
        b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 1:30\n"
        b"data: {when: 2001-01-01, yes: 0x1F, f: 1.50}\n"
    )
    assert decoded.format is Format.YAML
    assert decoded.object["metadata"] == {"name": "1:30"}
    assert json_text(decoded.object["data"]) == '{"when":"2001-01-01","yes":31,"f":1.5}'


def test_yaml_aliases_are_not_followed():
    decoded = decode(b"apiVersion: v1\nkind: &a [x]\ndata: [*a, *a]\n")
    assert decoded.problem == "not all of it is YAML: aliases are not read"


@pytest.mark.parametrize(
    ("yaml", "why"),
    {
        "a: !!float [1]": "on what is not a scalar (line 3)",
        "a: !!str {b: c}": "on what is not a scalar (line 3)",
        "a: !!map b": "on what is not a mapping (line 3)",
        "a: !!seq b": "on what is not a list (line 3)",
        "a: !!set {b}": "is not read (line 3)",
        "? [a]\n: b": "a key that is not text (line 3)",
        "a: 0x" + "f" * 5000: "a number of 5,002 digits (line 3)",
        "a: " + "1" * 5000: "a number of 5,000 digits (line 3)",
        "a: " + "[" * 100_000: "nested deeper than 200 levels",
        "a:\n" + "- " * 50_000: "nested deeper than 200 levels",
    }.items(),
    ids=lambda text: text[:20],
)
def test_yaml_that_no_object_can_be_read_from_is_a_problem_and_not_a_failure(yaml, why):
    decoded = decode(f"apiVersion: v1\nkind: ConfigMap\n{yaml}\n".encode())
    assert (decoded.format, decoded.object) == (Format.YAML, None)
    assert decoded.problem.startswith("not all of it is YAML: ")
    assert decoded.problem.endswith(why)


def test_base64_of_old_is_opened():
    value = stored("v1", "ConfigMap", META)
    decoded = decode(base64.b64encode(value) + b"\n")
    assert decoded.format is Format.BASE64
    assert decoded.object == decode(value).object


def test_a_raw_extension_is_compacted_and_keeps_its_numbers():
    raw = field(1, b'{ "a b" : [ 1.50, "<x>" ] }')
    revision = decode(stored("apps/v1", "ControllerRevision", field(2, raw)))
    assert '"data":{"a b":[1.50,"\\u003cx\\u003e"]}' in json_text(revision.object)


def test_a_raw_extension_that_is_no_json_becomes_base64():
    revision = decode(stored("apps/v1", "ControllerRevision", field(2, field(1, b"{oops"))))
    assert json.loads(json_text(revision.object))["data"] == base64.b64encode(b"{oops").decode()
