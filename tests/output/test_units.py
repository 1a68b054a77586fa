"""Sizes as go-humanize writes them, durations as Go does."""

import pytest

from pyetcdctl.go_durations import write_duration
from pyetcdctl.output.units import decimal_size

SIZES = {
    0: "0 B",
    9: "9 B",
    10: "10 B",
    999: "999 B",
    1000: "1.0 kB",
    1049: "1.0 kB",
    1050: "1.1 kB",
    9949: "9.9 kB",
    9950: "10 kB",
    20480: "20 kB",
    24576: "25 kB",
    999_499: "1000 kB",
    1_000_000: "1.0 MB",
    2_147_483_648: "2.1 GB",
    1_234_567_890_123: "1.2 TB",
    18_446_744_073_709_551_615: "18 EB",
}
DURATIONS = {
    0: "0s",
    1: "1ns",
    999: "999ns",
    1000: "1µs",
    1500: "1.5µs",
    999_999: "999.999µs",
    1_000_000: "1ms",
    2_094_852: "2.094852ms",
    999_999_999: "999.999999ms",
    1_000_000_000: "1s",
    5_000_436_584: "5.000436584s",
    60_000_000_000: "1m0s",
    60_500_000_000: "1m0.5s",
    3_600_000_000_000: "1h0m0s",
    3_723_004_005_006: "1h2m3.004005006s",
}


@pytest.mark.parametrize("size", SIZES)
def test_a_size_is_written_as_go_humanize_writes_it(size):
    assert decimal_size(size) == SIZES[size]


@pytest.mark.parametrize("nanoseconds", DURATIONS)
def test_a_duration_is_written_as_go_writes_it(nanoseconds):
    assert write_duration(nanoseconds) == DURATIONS[nanoseconds]
