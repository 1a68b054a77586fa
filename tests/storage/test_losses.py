"""What a gap in the revisions is reported to have lost."""

import pytest

from pyetcdctl.file_results import Fault
from pyetcdctl.storage.mvcc.revisions import Revision
from pyetcdctl.storage.salvage.losses import BEHIND, Gap, Losses

EVERYTHING = b"", None


def key(main, sub=0):
    return Revision(main, sub, is_deletion=False).encode()


def gap(first, end, *found):
    made = Gap(first, end)
    made.places.update((each, (0, 1)) for each in found)
    return made


@pytest.mark.parametrize(
    ("made", "compacted", "missing"),
    [
        (gap(key(5), key(9)), 0, (5, 8, 4)),
        (gap(key(5), key(9, 2)), 0, (5, 9, 5)),
        (gap(key(5), key(9), key(5), key(5, 1), key(7)), 0, (5, 8, 2)),
        (gap(key(5), key(9), key(5), key(7)), 6, (7, 8, 1)),
        (gap(*EVERYTHING, key(2), key(3), key(4)), 0, (2, 4, 0)),
        (gap(*EVERYTHING), 0, (2, 1, 0)),
        (gap(key(9) + BEHIND, None), 0, (10, 9, 0)),
        (gap(key(9) + BEHIND, None, key(12)), 0, (10, 12, 2)),
    ],
)
def test_revisions_are_counted_that_no_record_was_found_of(made, compacted, missing):
    assert made.missing(compacted) == missing


def test_nothing_is_said_of_a_compaction_that_was_none():
    faults = (Fault("page 7", "it is gone"),)
    losses = Losses(faults, 0, 3, 0, (gap(b"", key(5), key(2), key(3), key(4)),), has_index=True)
    assert not [line for line in losses.lines("a.db") if "# lost" in line]
