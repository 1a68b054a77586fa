"""Show the health, status or hash of each endpoint."""

EXAMPLE = "  pyetcdctl endpoint status --cluster -w table"
