"""The wrapper around protobuf, and telling the formats apart."""

import pytest

from pyetcdctl.kubernetes.codec.envelope import Format, recognise, unwrap, wrap


def test_a_wrapped_message_is_what_the_api_server_writes():
    assert wrap("v1", "Pod", b"\x0a\x00") == (
        b"k8s\0\x0a\x09\x0a\x02v1\x12\x03Pod\x12\x02\x0a\x00\x1a\x00\x22\x00"
    )


def test_unwrapping_returns_what_was_wrapped(stored):
    for _, value, _ in stored.values():
        if recognise(value) is Format.PROTOBUF:
            envelope = unwrap(value)
            assert envelope.problem is None
            assert wrap(envelope.api_version, envelope.kind, envelope.raw) == value


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (b"k8s\0", Format.PROTOBUF),
        (b"k8s:enc:kms:v2:x:", Format.ENCRYPTED),
        (b"\xd9\xd9\xf7\xa0", Format.CBOR),
        (b"{}", Format.JSON),
        (b"\n\t {}", Format.JSON),
        (b"2345", Format.NUMBER),
        (b"23 45", Format.RAW),
        (b"azhzAAoAEgA=", Format.BASE64),
        (b"# a comment\napiVersion: v1\nkind: Pod\n", Format.YAML),
        (b"kind of: yaml\n", Format.RAW),
        (b"k8s", Format.RAW),
    ],
)
def test_formats_are_recognised_by_their_first_bytes(value, form):
    assert recognise(value) is form


@pytest.mark.parametrize("size", range(4, 29))
def test_every_truncation_is_reported(size):
    value = wrap("v1", "Pod", b"\x0a\x05\x0a\x03web")
    assert len(value) == 28
    envelope = unwrap(value[:size])
    whole_fields = size in (24, 26, 28)
    assert (envelope.problem is None) == whole_fields


def test_an_envelope_of_another_content_type_reports_it():
    value = wrap("v1", "Pod", b"{}")[:-4] + b"\x22\x10application/json"
    assert unwrap(value).content_type == "application/json"
