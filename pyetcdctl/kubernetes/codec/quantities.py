"""Quantities as the API server stores them: ``0.5`` becomes ``500m``, ``1024Mi`` becomes ``1Gi``.

A quantity keeps its kind of suffix: binary, decimal, or an exponent. A quantity that the API
machinery treats as canonical is not changed.
"""

from __future__ import annotations

import re
from fractions import Fraction

QUANTITY = re.compile(r"([+-]?)(?=\.?[0-9])0*+([0-9]*)(?:\.([0-9]*))?(\D?.*)", re.DOTALL)
EXPONENT = re.compile(r"[eE]([+-]?[0-9]{1,4})")
DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in DECIMAL.items()}
BINARY = {
    suffix: 10 * (rank + 1) for rank, suffix in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))
}
BINARY_SUFFIX = ("", *BINARY)
DIGITS_AT_ONCE = 18
NANO = Fraction(1, 10**9)
LARGEST_BINARY = (1 << 63) - 1
MOST_DIGITS = 200


def canonical(text: str) -> str:
    """Return a quantity in its stored form; raises ValueError for a text that is not a quantity."""
    text = text.strip()
    found = QUANTITY.fullmatch(text)
    if found is None or len(text) > MOST_DIGITS:
        raise ValueError("no quantity such as 500m, 2 or 1Gi")
    sign, whole, part, suffix = found[1], found[2] or "0", found[3] or "", found[4]
    if suffix in BINARY:
        return _binary(text, sign, whole, part, BINARY[suffix])
    exponent = DECIMAL.get(suffix)
    by_exponent = exponent is None
    if exponent is None:
        power = EXPONENT.fullmatch(suffix)
        if power is None:
            raise ValueError(f"no quantity: its suffix {suffix!r} is none of {_suffixes()}")
        exponent = int(power[1])
    scale = exponent - len(part)
    if len(whole + part) <= DIGITS_AT_ONCE and scale >= -9:
        digits = whole + part
        if scale % 3 == 0 and not digits.endswith("000") and digits[0] != "0":
            return text
    amount = _rounded(Fraction(int(whole + part)) * Fraction(10) ** scale)
    return _decimal(sign, amount, by_exponent=by_exponent)


def amount(text: str) -> Fraction | None:
    """Return the amount of a quantity; None for a text that is not a quantity."""
    found = QUANTITY.fullmatch(text) if len(text) <= MOST_DIGITS else None
    if found is None:
        return None
    whole, part, suffix = found[2], found[3] or "", found[4]
    power = EXPONENT.fullmatch(suffix)
    if suffix in BINARY:
        scale = Fraction(1 << BINARY[suffix])
    elif suffix in DECIMAL or power:
        scale = Fraction(10) ** (int(power[1]) if power else DECIMAL[suffix])
    else:
        return None
    return Fraction(int(f"{found[1]}0{whole}{part}"), 10 ** len(part)) * scale


def _suffixes() -> str:
    return ", ".join([*filter(None, DECIMAL), *BINARY])


def _binary(text: str, sign: str, whole: str, part: str, power: int) -> str:
    precision = 15 - len(whole) - int(power * 3 / 10) - 1
    if not part and precision >= 0 and int(whole) & 7:
        return text
    amount = _rounded(Fraction(int(whole + part), 10 ** len(part)) * (1 << power))
    if part or precision < 0:
        amount = min(amount, Fraction(LARGEST_BINARY))
    if amount < 1024 or amount.denominator != 1:
        return _decimal(sign, amount, by_exponent=False)
    number, rank = amount.numerator, 0
    while number % 1024 == 0:
        number, rank = number // 1024, rank + 1
    return f"{_minus(sign)}{number}{BINARY_SUFFIX[rank]}"


def _decimal(sign: str, amount: Fraction, *, by_exponent: bool) -> str:
    if not amount:
        return "0"
    number, exponent = (amount / NANO).numerator, -9
    while number % 10 == 0:
        number, exponent = number // 10, exponent + 1
    number, exponent = number * 10 ** (exponent % 3), exponent - exponent % 3
    if by_exponent:
        return f"{_minus(sign)}{number}{f'e{exponent}' if exponent else ''}"
    if exponent not in DECIMAL_SUFFIX:
        raise ValueError("no quantity: it is too large")
    return f"{_minus(sign)}{number}{DECIMAL_SUFFIX[exponent]}"


def _rounded(amount: Fraction) -> Fraction:
    """Return the amount in whole billionths, rounded up."""
    return -(-amount // NANO) * NANO


def _minus(sign: str) -> str:
    return "-" if sign == "-" else ""
