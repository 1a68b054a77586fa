"""Judge the measured values of a cluster: readings, rules, findings; no RPC and no output."""
