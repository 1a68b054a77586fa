"""Files of variables, as systemd's own parser reads them."""

from __future__ import annotations

import pytest

from pyetcdctl.discovery.systemd import variables_in

FILES = {
    "A=b\n\n# A=c\n ; A=d\n": {"A": "b"},
    "A=--x=1 --y  \r\nB=\r\n": {"A": "--x=1 --y", "B": ""},
    'A="--x\n  --y"\nB=1': {"A": "--x\n  --y", "B": "1"},
    "A='a\\\nb\"'\nB=1": {"A": 'a\\\nb"', "B": "1"},
    'A="a \\\n b"': {"A": "a  b"},
    "A=a \\\n  b\\ c\nB=1": {"A": "a   b c", "B": "1"},
    r'A="\" \\ \$ \` \x \n"': {"A": '" \\ $ ` \\x \\n'},
    "A=\"a\"'b' c": {"A": "abc"},
    "A=don't\nB=it's": {"A": "don't", "B": "it's"},
    "# don't\nA=1": {"A": "1"},
    'A=1\nB="open\nC=2': {"A": "1", "B": "open\nC=2"},
    "export A=1\n1A=2\nA B=3\n=4\nA\n": {},
    " A = 1": {"A": "1"},
    "A=1\nA=2": {"A": "2"},
    "A=\\": {"A": ""},
}


@pytest.mark.parametrize(("text", "variables"), FILES.items(), ids=map(repr, FILES))
def test_a_file_of_variables_is_read_as_systemd_does(text: str, variables: dict[str, str]) -> None:
    assert dict(variables_in(text)) == variables


@pytest.mark.parametrize("text", ["A='", 'A="\\', "=", "A=\\\n", " ", "'"])
def test_long_files_take_no_long_time(text: str) -> None:
    assert len(list(variables_in(text * 50_000))) <= 50_000
