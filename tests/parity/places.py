"""Replace what differs from run to run: the server's port, new ids, times and file sizes."""

from __future__ import annotations

import re
from typing import AnyStr

ADDED = re.compile(rb"^Member +([0-9a-f]+) added", re.MULTILINE)
ADDED_IN_JSON = re.compile(rb'"member":{"ID":("?)([0-9a-f]+)')
GRANTED = re.compile(rb"^lease ([0-9a-f]{16}) granted with TTL\(\d+s\)$", re.MULTILINE)
GRANTED_OTHERWISE = re.compile(rb'"ID"(?::| : )([0-9a-f]+)(?:,"TTL":\d+,"Error"|\n"TTL" : \d+\n$)')
VARYING = (
    (re.compile(rb'((?:[Tt]ook(?: =|")?(?: :|:)? ?"?))[0-9][0-9hm.\xc2\xb5s]*'), rb"\1TIME"),
    (re.compile(rb'("dbSize(?:InUse)?":|"DBSize(?:InUse)?" : )\d+'), rb"\1SIZE"),
    (re.compile(rb'("raft(?:Applied)?Index":|"Raft(?:Applied)?Index" : )\d+'), rb"\1INDEX"),
    (re.compile(rb"(remaining\()\d+(?=s\))"), rb"\1SECONDS"),
    (re.compile(rb'("ttl":)\d+'), rb"\1SECONDS"),
    (re.compile(rb'("TTL" : )\d+(?=\n"GrantedTTL")'), rb"\1SECONDS"),
    (re.compile(rb"(/)[0-9a-f]{16}\b"), rb"\1LEASE"),
    (re.compile(rb"(memory used : )-?[0-9.]+"), rb"\1SIZE"),
    # Go's text form of a message has one blank here or two, by the build of the program.
    (re.compile(rb"(memberID:\d+) +(alarm:)"), rb"\1 \2"),
)
# A line of `endpoint status` as a table or in the simple format: its numbers have no names.
STATUS_LINE = re.compile(rb"^.*\d [km]?B.*$", re.MULTILINE)
STATUS_NUMBER = re.compile(rb" +\d+( [km]?B|%|(?=,| \xe2\x94\x82))")


class Places:
    """Fills in an invocation's placeholders, and replaces what varies in its output."""

    def __init__(self, address: str) -> None:
        self._values = {"{address}": address}
        self._port = address.rpartition(":")[2].encode()
        self._new_ids: list[int] = []
        self._leases: list[int] = []

    def filled(self, text: AnyStr) -> AnyStr:
        """Replace the placeholders."""
        if isinstance(text, str):
            for name, value in self._values.items():
                text = text.replace(name, value)
        return text

    def learn(self, output: bytes) -> None:
        """Remember the id of a member that was added, and of a lease that was granted."""
        ids = [int(word, 16) for word in ADDED.findall(output)]
        ids += [int(word, 16 if quote else 10) for quote, word in ADDED_IN_JSON.findall(output)]
        for number in ids:
            self._new_ids.append(number)
            self._values["{new}"] = f"{number:x}"
        leases = [int(word, 16) for word in GRANTED.findall(output)]
        leases += [
            int(word, 16 if len(word) == 16 else 10) for word in GRANTED_OTHERWISE.findall(output)
        ]
        for number in leases:
            if number not in self._leases:
                self._leases.append(number)
            self._values["{lease}"] = f"{number:x}"

    def settled(self, output: bytes) -> bytes:
        """Replace what varies by fixed words."""
        output = output.replace(b":" + self._port, b":#####")
        for number in self._new_ids:
            for form in (f"{number:>16x}", f"{number:x}", f"{number}"):
                output = output.replace(form.encode(), b"NEW-ID")
        for place, number in enumerate(self._leases):
            for form in (f"{number:016x}", f"{number}"):
                output = output.replace(form.encode(), b"LEASE-%d" % place)
        for pattern, replacement in VARYING:
            output = pattern.sub(replacement, output)
        return STATUS_LINE.sub(lambda line: STATUS_NUMBER.sub(rb" #\1", line[0]), output)
