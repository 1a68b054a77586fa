"""List, add, remove and change the members."""

EXAMPLE = "  pyetcdctl member list -w table"
