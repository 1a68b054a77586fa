"""What measured values of a cluster mean: readings, rules, findings; no RPC and no output."""
