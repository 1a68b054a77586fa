"""Tables as etcdctl 3.7 draws them; what is expected was drawn by the library that it uses."""

import json
from pathlib import Path

import pytest

from pyetcdctl.cluster_results import EndpointStatus, StatusReport
from pyetcdctl.output.cluster_rows import rows_of
from pyetcdctl.output.columns import width
from pyetcdctl.output.table import drawn
from pyetcdctl.rpc import etcdserverpb_pb2

DRAWN = json.loads((Path(__file__).parent / "tables.json").read_text())


@pytest.mark.parametrize("table", DRAWN, ids=lambda table: repr(table["rows"])[:40])
def test_a_table_is_drawn_as_etcdctl_draws_it(table):
    assert drawn(table["titles"], table["rows"]).split("\n")[:-1] == table["drawn"]


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("etcd-1", 6), ("日本", 4), ("e\u0301", 1), ("\u200b", 0), ("😀", 2), ("\x1b[m", 2)],
)
def test_a_text_takes_as_many_columns_as_a_terminal_gives_it(text, columns):
    assert width(text) == columns


def test_nothing_of_a_file_without_a_size_is_unused_where_etcdctl_crashes():
    status = EndpointStatus("e", etcdserverpb_pb2.StatusResponse(dbSize=0))
    table = rows_of(StatusReport((status,)))
    assert table.rows[0][table.titles.index("percentage not in use")] == "0%"
