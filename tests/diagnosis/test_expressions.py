"""Rules are parsed and evaluated as etcd-defrag's are, and nothing else is executed."""

from __future__ import annotations

import pytest

from pyetcdctl.diagnosis.defrag_plan import VARIABLES
from pyetcdctl.diagnosis.expressions import Expression
from pyetcdctl.errors import BadArguments

MIB = 1 << 20
VALUES = {
    "dbSize": 801.0 * MIB,
    "dbSizeInUse": 600.0 * MIB,
    "dbSizeFree": 201.0 * MIB,
    "dbQuota": 1000.0 * MIB,
    "dbQuotaUsage": 0.801,
    "free": 201.0 * MIB,
    "usage": 0.801,
    "quota": 1000.0 * MIB,
    "size": 801.0 * MIB,
    "inUse": 600.0 * MIB,
}


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        # etcd-defrag's own
        ("dbSize > dbQuota*80/100", True),
        ("dbQuotaUsage > 0.8", True),
        ("dbSize - dbSizeInUse > 200*1024*1024", True),
        ("dbSize > dbQuota*80/100 && dbSize - dbSizeInUse > 300*1024*1024", False),
        ("dbSize > dbQuota*80/100 || dbSize - dbSizeInUse > 300*1024*1024", True),
        ("(dbSize > dbQuota*90/100) || (dbSizeFree > 200*1024*1024)", True),
        ("dbSizeInUse / dbSize < 0.5", False),
        ("dbQuotaUsage > 0.8 ? dbSizeFree > 200 << 20 : false", True),
        ("!(dbSizeFree < 0x100) && true", True),
        # ours
        ("free > 200MiB && usage > 50%", True),
        ("free > 202 MiB", False),
        ("usage > 50% && usage < 81 %", True),
        ("free > 210MB", True),
        ("free > 211MB", False),
        ("size % 2 == 0", True),
        ("50% < usage", True),
        ("1 + 2 * 3 == 7", True),
        ("10 - 4 - 3 == 3", True),
        ("-1 < 0 && 1e3 == 1000 && .5 == 50%", True),
        ("(6 & 3) == 2 && (6 | 1) == 7 && (6 ^ 3) == 5", True),
        # as the library that etcd-defrag evaluates with
        ("dbSize > dbQuota * (80 / 100)", True),
        ("dbSize > dbQuota * (90 / 100)", True),
        ("dbSize > dbQuota * (90.0 / 100)", False),
        ("7 / 2 == 3 && -7 / 2 == -3 && -7 % 5 == -2 && 7 % -5 == 2", True),
        ("7 / 2.0 == 3.5 && 5.5 % 2 == 1.5", True),
        ("free / 0 > 1", True),
        ("(free - free) / 0 > 1 || (free - free) / 0 <= 1", False),
        ("8 << -1 == 4 && 8 >> -1 == 16 && 1 << 64 == 0 && 1 << 63 < 0", True),
        ("dbSize - dbSizeInUse > 200_000_000 && 0b11 == 3 && 0o17 == 15 && 017 == 15", True),
        ("true == 1 || false == 0", False),
        ("true ? false : true ? true : true", True),
        ("dbSize <-4", False),
        ("(dbSize & 1) == 0 && ~0 == -1", True),
    ],
)
def test_a_rule_holds_or_not(rule, holds):
    assert Expression(rule, VARIABLES).holds(VALUES) is holds


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("", "ends too early"),
        ("dbSize - dbSizeInUse", "not true or false"),
        ("dbSizE > 100", "no variable 'dbSizE'"),
        ("free >", "ends too early"),
        ("(free > 1", "')' is missing"),
        ("free > 1)", "unexpected ')'"),
        ("free > 1 2", "unexpected '2'"),
        ("free > 200XB", "unexpected 'XB'"),
        ("free && true", "a number where true or false is needed"),
        ("true + 1 > 0", "true or false where a number is needed"),
        ("true ? 1 > 0", "':' is missing"),
        ("__import__('os')", "unexpected"),
        ("__import__ > 1", "no variable '__import__'"),
        ("free.real > 1", "unexpected '.real > 1'"),
        ("free ** 2 > 1", "unexpected '*'"),
        ("(" * 60 + "true" + ")" * 60, "nested too deeply"),
        ("1 > 0 " * 500, "at most 1000 characters"),
        ("1 / (2 - 2) > 0", "divided by 0"),
        ("true || 1 / 0 > 0", "divided by 0"),
        ("(free / 3 & 1) == 0", "whole number"),
        ("09 > 1", "'09' is not a number"),
        ("9999999999999999999 > 1", "is not a number"),
    ],
)
def test_a_wrong_rule_is_refused_before_anything_is_done(rule, complaint):
    with pytest.raises(BadArguments) as refused:
        Expression(rule, VARIABLES)
    assert complaint in refused.value.message
