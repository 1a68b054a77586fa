"""Name clusters, and choose one of them."""

EXAMPLE = "  pyetcdctl context add prod --endpoints https://10.0.0.5:2379 --read-only"
