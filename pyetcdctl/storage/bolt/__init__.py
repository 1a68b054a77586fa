"""bbolt's file format, read only.

A file is an array of pages. Transactions write two meta pages in turn, and the newer valid one
applies; it leads to the root bucket, whose values are the other buckets. A bucket is a tree of
branch and leaf pages. Nothing in the file is trusted: each number is checked against the file's
bounds before it is used, and every walk ends. DamagedSnapshot names the page and the offset of the
damage.
"""
