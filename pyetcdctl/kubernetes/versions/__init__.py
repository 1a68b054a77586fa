"""API versions that objects are stored in, and the releases that no longer read them."""
