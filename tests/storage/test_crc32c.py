"""The CRC is Castagnoli's, however the data is cut."""

import random
from itertools import pairwise

import pytest

from pyetcdctl.storage.crc32c import Crc32c


def crc_of(*pieces, start=0):
    crc = Crc32c(start)
    for piece in pieces:
        crc.update(piece)
    return crc.value()


def crc_bit_by_bit(data):
    rest = 0xFFFFFFFF
    for byte in data:
        rest ^= byte
        for _ in range(8):
            rest = rest >> 1 ^ (0x82F63B78 if rest & 1 else 0)
    return rest ^ 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),  # the vectors of RFC 3720, appendix B.4
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_known_data_has_its_known_crc(data, known):
    assert crc_of(data) == known


@pytest.mark.parametrize("size", [1421, 1422, 1423, 1424, 2843, 5686, 70001, 250_000])
def test_long_data_is_folded_to_the_same_remainder(size):
    data = random.Random(size).randbytes(size)
    assert crc_of(data) == crc_bit_by_bit(data)


def test_every_length_around_a_fold_ends():
    data = random.Random(1).randbytes(3000)
    assert all(crc_of(data[:size]) >= 0 for size in range(1400, 3000))


def test_the_pieces_do_not_matter():
    data = random.Random(2).randbytes(300_000)
    cuts = [0, 1, 7, 70_000, 70_001, 250_000, 300_000]
    assert crc_of(*(data[a:b] for a, b in pairwise(cuts))) == crc_of(data)


@pytest.mark.parametrize("cut", [0, 3, 1000, 22_740, 68_220, 150_000])
def test_a_crc_goes_on_from_that_of_the_data_before(cut):
    data = random.Random(3).randbytes(150_000)
    assert crc_of(data[cut:], start=crc_of(data[:cut])) == crc_of(data)


def test_a_value_in_between_changes_nothing():
    crc, data = Crc32c(), random.Random(4).randbytes(100_000)
    for at in range(0, len(data), 10_000):
        crc.update(data[at : at + 10_000])
        assert crc.value() == crc_of(data[: at + 10_000])
