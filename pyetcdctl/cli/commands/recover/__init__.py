"""Bring a cluster back to work, step by step."""

EXAMPLE = "  pyetcdctl recover nospace --dry-run"
