"""Expositions of Prometheus are parsed, and two scrapes of them subtracted."""

from math import inf

import pytest

from pyetcdctl.diagnosis.metrics import NotMetrics, parse_metrics
from pyetcdctl.diagnosis.windows import Histogram, Quantile, Window

PAGE = r"""
# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{method="Range",code="OK"} 12
calls_total{method="Range",code="Unknown",} 3 1700000000000
calls_total{method="Put \"x\"\\\n",code="OK"} 1.5e+01
up 1
nothing NaN
"""


def scrape(*lines):
    return parse_metrics("\n".join(lines))


def fsyncs(start="1", **buckets):
    lines = [f"process_start_time_seconds {start}"]
    for bound, count in buckets.items():
        lines.append(f'fsync_bucket{{le="{bound.lstrip("b").replace("_", ".")}"}} {count}')
    return scrape(*lines)


def test_samples_are_found_by_their_labels():
    page = parse_metrics(PAGE)
    assert page.total("calls_total", method="Range") == 15
    assert page.total("calls_total", code="OK") == 27
    assert page.total("calls_total", code="Aborted") is None
    assert page.total("up") == 1
    assert page.label_values("calls_total", "method") == ('Put "x"\\\n', "Range")


@pytest.mark.parametrize("line", ["<html>", "name", 'name{a="b} 1', "name one", "na me 1 2 3"])
def test_a_page_that_is_no_exposition_is_refused(line):
    with pytest.raises(NotMetrics):
        parse_metrics(f"up 1\n{line}")


@pytest.mark.parametrize("text", ["", "\n\n", "# HELP only\n"])
def test_a_page_without_a_sample_is_refused(text):
    with pytest.raises(NotMetrics, match="no metrics"):
        parse_metrics(text)


def test_a_page_of_a_real_server_is_parsed(etcd):
    from urllib.request import urlopen

    with urlopen(f"{etcd.endpoint}/metrics") as response:
        page = parse_metrics(response.read().decode())
    assert page.total("etcd_server_has_leader") == 1
    window = Window(page, page, 1.0)
    assert window.histogram("etcd_disk_backend_commit_duration_seconds").bounds[0] == 0.001


def test_the_difference_of_two_scrapes_counts_and_not_the_life_of_the_process():
    before = fsyncs(b0_001=900_000, b0_002=1_000_000, **{"+Inf": 1_000_000})
    after = fsyncs(b0_001=900_010, b0_002=1_000_010, **{"+Inf": 1_000_110})
    found = Window(before, after, 10.0).histogram("fsync")
    assert found == Histogram((0.001, 0.002, inf), (10.0, 0.0, 100.0))
    assert found.quantile(0.99) == Quantile(0.002, inf, 110)


def test_increases_are_grouped_by_labels():
    before = scrape('c_total{m="a",c="OK"} 5', 'c_total{m="b",c="OK"} 1')
    after = scrape('c_total{m="a",c="OK"} 7', 'c_total{m="a",c="No"} 3', 'c_total{m="b",c="OK"} 1')
    window = Window(before, after, 1.0)
    assert window.increases("c_total", "m") == {("a",): 5.0, ("b",): 0.0}
    assert window.increases("c_total", "m", "c")[("a", "No")] == 3.0
    assert window.increases("other_total", "m") == {}


def test_a_quantile_is_the_bucket_of_the_sample_with_that_rank():
    histogram = Histogram((1.0, 2.0, 4.0), (98.0, 1.0, 1.0))
    assert histogram.quantile(0.98) == Quantile(0.0, 1.0, 100)
    assert histogram.quantile(0.99) == Quantile(1.0, 2.0, 100)
    assert histogram.quantile(1.0) == Quantile(2.0, 4.0, 100)
    assert Histogram((1.0,), (0.0,)).quantile(0.99) is None


def test_a_counter_that_begins_again_is_counted_from_zero():
    before, after = scrape("c_total 50", "process_start_time_seconds 1"), scrape("c_total 7")
    assert Window(before, after, 1.0).increase("c_total") == 7
    restarted = scrape("c_total 60", "process_start_time_seconds 2")
    assert Window(before, restarted, 1.0).restarted
    assert Window(before, restarted, 1.0).increase("c_total") == 60
    assert Window(before, after, 1.0).increase("other_total") is None
