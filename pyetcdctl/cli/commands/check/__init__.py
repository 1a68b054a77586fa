"""Measure the performance of a cluster under a load of writes.

The load is real: it competes with the work of other clients, and what it writes counts against the
quota until it is compacted and defragmented (--auto-compact, --auto-defrag).
"""

EXAMPLE = "  pyetcdctl check perf --load s --auto-compact"
