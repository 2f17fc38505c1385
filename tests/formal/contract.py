# SPDX-License-Identifier: Apache-2.0
"""The arithmetic contract (docs/arithmetic.md) once more, on Python's integers and fractions.

It checks counterexamples: that a mutant's word is wrong is not the solver's word alone. Slow, plain,
and written from that page, with neither the RTL nor contract.smt2 in mind.
"""

from fractions import Fraction

NAN = 0x7FC00000
INFINITY = 0x7F800000


def _fields(word):
    return word >> 31, word & 0x7FFFFFFF


def _is_zero(magnitude):  # DAZ
    return magnitude < 0x00800000


def pam(a, b, comp):
    (sign_a, a), (sign_b, b) = _fields(a), _fields(b)
    sign = (sign_a ^ sign_b) << 31
    infinite = INFINITY in (a, b)
    zero = _is_zero(a) or _is_zero(b)
    if a > INFINITY or b > INFINITY or (infinite and zero):
        return NAN
    if infinite:
        return sign | INFINITY
    r = a + b - 0x3F800000 + comp
    if zero or r < 0x00800000:
        return 0
    return sign | min(r, INFINITY)


def padiv(a, b):
    (sign_a, a), (sign_b, b) = _fields(a), _fields(b)
    sign = (sign_a ^ sign_b) << 31
    if a > INFINITY or b > INFINITY or a == b == INFINITY or (_is_zero(a) and _is_zero(b)):
        return NAN
    if a == INFINITY or _is_zero(b):
        return sign | INFINITY
    r = a - b + 0x3F800000
    if _is_zero(a) or b == INFINITY or r < 0x00800000:
        return 0
    return sign | min(r, INFINITY)


def pasqrt(a):
    sign, m = _fields(a)
    if m > INFINITY or (sign and not _is_zero(m)):
        return NAN
    if _is_zero(m):
        return 0
    return INFINITY if m == INFINITY else (m + 0x3F800000) // 2


def paexp2(a):
    sign, m = _fields(a)
    if m > INFINITY:
        return NAN
    if m >= 0x43000000:
        return 0 if sign else INFINITY
    r = 0x3F800000 + int((-1) ** sign * _number(m) * 2 ** 23)  # towards zero
    return 0 if r < 0x00800000 else r


def palog2(a):
    sign, m = _fields(a)
    if _is_zero(m):
        return 1 << 31 | INFINITY
    if m > INFINITY or sign:
        return NAN
    if m == INFINITY:
        return INFINITY
    log = Fraction(m - 0x3F800000, 2 ** 23)
    return (log < 0) << 31 | _rounded(abs(log)) if log else 0


def paexp(a):
    return paexp2(pam(a, 0x3FB8AA3B, 0))


def palog(a):
    return pam(palog2(a), 0x3F317218, 0)


def _number(magnitude):
    """The value of a finite magnitude, subnormals read as zero."""
    if _is_zero(magnitude):
        return Fraction(0)
    return Fraction(magnitude & 0x7FFFFF | 0x800000) * Fraction(2) ** ((magnitude >> 23) - 150)


def _rounded(value):
    """The magnitude of a positive number to nearest even: flushed below 2^-126, else maybe infinity."""
    exponent = 0
    while value >= 2 ** 24:
        value, exponent = value / 2, exponent + 1
    while value < 2 ** 23:
        value, exponent = value * 2, exponent - 1
    significand = round(value)  # ties to even
    if significand == 2 ** 24:
        significand, exponent = 2 ** 23, exponent + 1
    biased = exponent + 150
    if biased < 1:
        return 0
    return min(biased << 23 | significand & 0x7FFFFF, INFINITY)


def add(a, b):
    (sign_a, a), (sign_b, b) = _fields(a), _fields(b)
    if a > INFINITY or b > INFINITY or (a == b == INFINITY and sign_a != sign_b):
        return NAN
    if a == INFINITY or b == INFINITY:
        return (sign_a if a == INFINITY else sign_b) << 31 | INFINITY
    total = (-1) ** sign_a * _number(a) + (-1) ** sign_b * _number(b)
    if total == 0:  # -0 only where both operands are: a zero, or nothing left of x - x
        return (sign_a & sign_b) << 31
    return (total < 0) << 31 | _rounded(abs(total))


def rounded(sign, significand, exponent):
    """The word of a number: significand * 2^exponent, of that sign."""
    return sign << 31 | _rounded(significand * Fraction(2) ** exponent)


def mul(a, b):
    (sign_a, a), (sign_b, b) = _fields(a), _fields(b)
    sign = (sign_a ^ sign_b) << 31
    infinite = INFINITY in (a, b)
    zero = _is_zero(a) or _is_zero(b)
    if a > INFINITY or b > INFINITY or (infinite and zero):
        return NAN
    if infinite or zero:
        return sign | (INFINITY if infinite else 0)
    return sign | _rounded(_number(a) * _number(b))


def narrow(a, mantissa_bits):
    sign, m = _fields(a)
    if m > INFINITY:
        return NAN
    if m == INFINITY or _is_zero(m):
        return sign << 31 | (m if m == INFINITY else 0)
    unit = 2 ** (23 - mantissa_bits)
    return sign << 31 | round(Fraction(m, unit)) * unit  # ties to even; a carry is the exponent's


def fused_integer(term, e):
    """What a term adds to the sum of `fused`, with its sign; e is the greatest exponent field."""
    sign, m = _fields(term)
    if _is_zero(m):
        return 0
    v = Fraction(8 * (m & 0x7FFFFF | 0x800000)) * Fraction(2) ** ((m >> 23) - e)
    whole = int(v)
    if whole and whole != v:
        whole |= 1  # the odd one of the neighbours whole and whole + 1
    return (-1) ** sign * whole


def fused_rounded(s, e):
    """The word of s 2^(e-153), zeros as +0."""
    magnitude = _rounded(abs(s) * Fraction(2) ** (e - 153)) if s else 0
    return (s < 0) << 31 | magnitude if magnitude else 0


def fused(*terms):
    fields = [_fields(term) for term in terms]
    if any(m > INFINITY for _, m in fields):
        return NAN
    infinities = {sign for sign, m in fields if m == INFINITY}
    if infinities:
        return NAN if len(infinities) == 2 else infinities.pop() << 31 | INFINITY
    e = max(m >> 23 for _, m in fields)  # of zeros alone S is 0
    return fused_rounded(sum(fused_integer(term, e) for term in terms), e)
