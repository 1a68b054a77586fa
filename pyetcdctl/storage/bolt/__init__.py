"""bbolt's file format, read only.

A file is an array of pages. Two meta pages take turns, the newer valid one counts; it leads to the
root bucket, whose values are the other buckets. A bucket is a tree of branch and leaf pages.
Nothing in the file is trusted: each number is checked against the file's bounds before it is used,
and every walk ends. DamagedSnapshot names the page and the offset of what is wrong.
"""
