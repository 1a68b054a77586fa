"""JSONPath templates, with kubectl's words for what is wrong with them."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from pyetcdctl.errors import BadArguments, TemplateFailed
from pyetcdctl.kubernetes.kubectl.jsonpath_templates import Path, template
from pyetcdctl.kubernetes.objects import Literal

OBJECT = {
    "a": {"b": "x", "c.d": "y", "none": None, "yes": True},
    "l": [{"n": 1, "t": "Q", "z": {"n": 7}}, {"n": 2, "t": "R"}, {"n": 10, "t": "it's"}],
    "raw": Literal('{"z":[1,2.50],"a":"<"}'),
    "half": Literal("0.5"),
    "words": ["zero", "one", "two", "three", "four"],
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{.a.b}", "x"),
        (".a.b", "x"),
        ("a.b", "x"),
        ("{$.a['b']}", "x"),
        ('{.a["c.d"]}', "y"),
        ("{.a.c\\.d}", "y"),
        ("{.a['c\\.d']}", "y"),
        ("{.l[*].n}", "1 2 10"),
        ("{.l[-1].n}", "10"),
        ("{.words[1:3]}", "one two"),
        ("{.words[:2]}", "zero one"),
        ("{.words[3:]}", "three four"),
        ("{.words[-2:]}", "three four"),
        ("{.words[::2]}", "zero two four"),
        ("{.words[0,-1]}", "zero four"),
        ("{.words[2:2]}", ""),
        ("{.a['b','c.d']}", "x y"),
        ("{..n}", "1 7 2 10"),
        ("{.l..n}", "1 7 2 10"),
        ("{..t}", "Q R it's"),
        ("{.a.*}", "x y null true"),
        ('{.l[?(@.t=="R")].n}', "2"),
        ("{.l[?(@.t=='R')].n}", "2"),
        ('{.l[?(@.t!="R")].n}', "1 10"),
        ('{.l[?(@.t=="it\'s")].n}', "10"),
        ("{.l[?(@.n>1)].t}", "R it's"),
        ("{.l[?(@.n<=2)].t}", "Q R"),
        ("{.l[?(@.z)].t}", "Q"),
        ("{.l[?(@.z.n==7)].t}", "Q"),
        ('{.l[?(@.missing!="R")].n}', ""),
        ('{range .l[*]}{.t}={.n}{"\\n"}{end}!', "Q=1\nR=2\nit's=10\n!"),
        ("{range .l[:2]}{range .z}{.n}{end};{end}", "7;;"),
        ("n: {.missing}{'\\t'}!", "n: \t!"),
        ('{"\\"\\x41\\u00e9\\\\"}{"}"}', '"A\u00e9\\}'),
        ("\\n{.a.b}", "\\nx"),
        ("{.raw}", '{"a":"\\u003c","z":[1,2.50]}'),
        ("{.raw.z[1]} {.half}", "2.50 0.5"),
        ("{.a}", '{"b":"x","c.d":"y","none":null,"yes":true}'),
        ("{@.a.b}", "x"),
        ("{ .a.b }", "x"),
    ],
)
def test_a_template_shows_what_is_at_its_paths(text: str, shown: str) -> None:
    assert template(text)(OBJECT) == shown


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{.a", "unclosed action"),
        ("{.a[}", "unterminated array"),
        ("{.a[x]}", "invalid array index x"),
        ("{.a[]}", "invalid array index "),
        ("{.a[-]}", "invalid array index -"),
        ("{.a[1:-]}", "invalid array index 1:-"),
        (f"{{.a[{'9' * 5000}]}}", "invalid array index 99"),
        (f"{{{'9' * 5000}}}", "a number of 5000 characters is too long"),
        ("{.l[?(@.t==" + "'x'" * 60 + "}", "unterminated filter"),
        ('{.l[?(@.t=="R")}', "unterminated filter"),
        ('{.l[?(@.t==="R")].n}', "unrecognized filter operator ==="),
        ('{.l[?(@.t=="R" && @.n==2)].n}', "unrecognized character in action: U+0026 '&'"),
        ("{&}", "unrecognized character in action: U+0026 '&'"),
        ('{"x}', "unterminated quoted string"),
        ("{...n}", "invalid multiple recursive descent"),
        ("{range .a}x", "unterminated range"),
        ("{end}", "not in range, nothing to end"),
        ("{a.b}", "unrecognized identifier a"),
    ],
)
def test_a_template_that_is_none_is_refused_in_kubectls_words(text: str, why: str) -> None:
    with pytest.raises(BadArguments) as refused:
        template(text)
    assert refused.value.message.startswith(f"error parsing jsonpath {text}, {why}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{.l[3].n}", "array index out of bounds: index 3, length 3"),
        ("{.l[-4].n}", "array index out of bounds: index -1, length 3"),
        ("{.words[1:9]}", "array index out of bounds: index 8, length 5"),
        ("{.words[3:1]}", "starting index 3 is greater than ending index 1"),
        ("{.a[0]}", "an object is not array or slice"),
        ("{.a.b[?(@.x)]}", "a string is not array or slice and cannot be filtered"),
        ("{.l[?(@.n=='1')]}", "incompatible types for comparison"),
    ],
)
def test_a_template_that_does_not_fit_fails_in_kubectls_words(text: str, why: str) -> None:
    with pytest.raises(TemplateFailed) as failed:
        template(text)(OBJECT)
    assert failed.value.message == f'error executing jsonpath "{text}": {why}'


@pytest.mark.parametrize("text", [".l[0].n", "l[0].n", "{.l[0].n}", "{l[0].n}", "$.l[0].n"])
def test_a_path_is_read_in_every_spelling(text: str) -> None:
    assert Path(text).of(OBJECT) == [1]
    assert Path(text).of({"l": "x"}) == []


@pytest.mark.parametrize("text", ["\\'", "'", "[?(", "{[", "..", "\\", "a,", "(a"])
def test_no_template_takes_long_to_be_refused(text: str) -> None:
    begin = time.monotonic()
    for inner in (text * 4_000, f"{{[?({text * 1_000})]}}", f"{{.a[{text * 1_000}]}}"):
        for read in (template, Path):
            with suppress(BadArguments):
                read(inner)
    assert time.monotonic() - begin < 5
