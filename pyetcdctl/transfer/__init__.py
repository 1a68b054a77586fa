"""Moving keys between a cluster and a file, and between clusters: compared, guarded, resumable."""
