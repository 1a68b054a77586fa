"""How fast and how small, beside etcdctl: ``python -m tests.benchmarks``. No test needs it."""
