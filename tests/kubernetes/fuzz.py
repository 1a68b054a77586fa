"""Damaged, truncated and random values for the decoders: ``python -m tests.kubernetes.fuzz``.

The values are made from those of the sample cluster, so that most of each is still well formed.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import resource
import time
from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.codec.decoding import decode
from pyetcdctl.kubernetes.codec.envelope import Format, recognise, wrap
from pyetcdctl.kubernetes.codec.json_writing import json_text
from pyetcdctl.kubernetes.codec.yaml_writing import yaml_text
from pyetcdctl.kubernetes.editing.revising import obstacle
from pyetcdctl.kubernetes.kubectl.like_api import like_api
from pyetcdctl.kubernetes.stored_value import StoredValue
from tests.kubernetes.sample import stored_values
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BEGINNINGS = (
    b"k8s\0",
    b"k8s\0\n\x0b\n\x02v1\x12\x03Pod\x12",
    b"\xd9\xd9\xf7",
    b"{",
    b"azhzAA",
    b"",
)
SLOW_SECONDS = 5
PROGRESS = 10_000
CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")


def truncated(value: bytes, dice: random.Random) -> bytes:
    """Cut the end off."""
    return value[: dice.randrange(len(value) + 1)]


def flipped(value: bytes, dice: random.Random) -> bytes:
    """Turn over a few bits."""
    damaged = bytearray(value)
    for _ in range(dice.randint(1, 8)):
        damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def overwritten(value: bytes, dice: random.Random) -> bytes:
    """Put random bytes over a stretch."""
    at, size = dice.randrange(len(value)), dice.randint(1, 40)
    return value[:at] + dice.randbytes(size) + value[at + size :]


def inserted(value: bytes, dice: random.Random) -> bytes:
    """Put random bytes, or bytes that mean something, in between."""
    at = dice.randrange(len(value) + 1)
    piece = dice.choice((dice.randbytes(dice.randint(1, 30)), b"\xff" * 10, b"\0" * 9, b"[" * 300))
    return value[:at] + piece + value[at:]


def doubled(value: bytes, dice: random.Random) -> bytes:
    """Repeat a stretch many times."""
    at = dice.randrange(len(value))
    piece = value[at : at + dice.randint(1, 30)]
    return value[:at] + piece * dice.randint(2, 40) + value[at:]


def headless(value: bytes, dice: random.Random) -> bytes:
    """Put a beginning before random bytes."""
    return dice.choice(BEGINNINGS) + dice.randbytes(dice.randint(0, 300))


def as_base64(value: bytes, dice: random.Random) -> bytes:
    """Write it as etcd2 had it, damaged or not."""
    return base64.b64encode(flipped(value, dice))


def as_yaml(value: bytes, dice: random.Random) -> bytes:
    """Write it as YAML, then damage it."""
    obj = decode(value[:2000]).object
    return flipped(yaml_text(obj).encode(), dice) if obj else headless(value, dice)


def deep(value: bytes, dice: random.Random) -> bytes:
    """Nest arrays, maps or messages as deep as hostile hands would."""
    depth = dice.choice((50, 150, 250, 1200, 5000))
    message = b""
    if dice.random() < 0.6:
        piece = dice.choice((b'{"a":', b"[", b"\xa1\x41a", b"\x81", b"\xd8\x16"))
        start = b"\xd9\xd9\xf7" if piece[0] > 0x7F else b'{"a":'
        return start + piece * depth
    for _ in range(min(depth, 1200)):
        # JSONSchemaProps' field 27, not.
        message = b"\xda\x01" + varint(len(message)) + message
    for tag in (0x0A, 0x22, 0x3A, 0x12):
        message = bytes([tag]) + varint(len(message)) + message
    return wrap(*CRD, message)


def varint(number: int) -> bytes:
    """Write a length."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(truncated, flipped, overwritten, inserted, doubled) * 6,
    *(headless, headless, headless, as_base64, as_yaml, deep),
)


def damaged_values(values: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Make the same values for the same seed."""
    dice = random.Random(seed)
    plain = [value for value in values if recognise(value) is not Format.ENCRYPTED and value]
    for _ in range(count):
        value = dice.choice(WAYS)(dice.choice(plain), dice)
        yield dice.choice(WAYS)(value, dice) if value and dice.random() < 0.2 else value


def read(value: bytes) -> Format:
    """Do with a value all that the commands do; raises where something is wrong."""
    started = time.process_time()
    decoded = decode(value)
    if decoded.object is not None:
        json.loads(json_text(decoded.object))
        yaml_text(decoded.object)
        json_text(like_api(decoded.object, 1))
        obstacle(StoredValue(decoded, value))
    assert decoded.problem is None or decoded.problem.isprintable(), decoded.problem
    assert time.process_time() - started < SLOW_SECONDS, "too slow"
    return decoded.format


def main() -> None:
    """Run as many values as asked for, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.count} values", flush=True)
    with running(sample=True) as server:
        values = [stored.value for stored in stored_values(server)]
    formats = dict.fromkeys(Format, 0)
    started = time.monotonic()
    for number, value in enumerate(damaged_values(values, options.count, options.seed)):
        try:
            formats[read(value)] += 1
            if number % PROGRESS == PROGRESS - 1:
                print(f"{number + 1} values", flush=True)
        except BaseException:
            print(f"value {number}: {value!r}", flush=True)
            raise
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    met = ", ".join(f"{form.value} {count}" for form, count in formats.items() if count)
    print(f"{options.count} values, no traceback, {seconds:.0f} s, peak {peak} MiB: {met}")


if __name__ == "__main__":
    main()
