"""Work that lasts longer than a call: watches, leases, locks, elections and mirrors, which fail
over.
"""
