# SPDX-License-Identifier: Apache-2.0
"""The contract's arithmetic (docs/arithmetic.md) a second time: exact numbers, Python's integers."""
from fractions import Fraction

NAN, INFINITY, ONE = 0x7FC00000, 0x7F800000, 0x3F800000


def _magnitude(word):
    return word & 0x7FFFFFFF


def _number(word):
    """The exact value of a finite word; subnormals are zero."""
    exponent, mantissa = word >> 23 & 0xFF, word & 0x7FFFFF
    if exponent == 0:
        return Fraction(0)
    value = Fraction(0x800000 + mantissa) * Fraction(2) ** (exponent - 150)
    return -value if word >> 31 else value


def _rounded(value, bits, least_exponent=None):
    """A positive number to nearest even with so many bits: mantissa, exponent of its last bit."""
    exponent = value.numerator.bit_length() - value.denominator.bit_length() - bits
    while value / Fraction(2) ** exponent >= 2 ** bits:
        exponent += 1
    while value / Fraction(2) ** exponent < 2 ** (bits - 1):
        exponent -= 1
    return round(value / Fraction(2) ** exponent), exponent


def _word(value, sign):
    """The word of an exact number that is not zero, rounded; `sign` is that of a result flushed."""
    mantissa, exponent = _rounded(abs(value), 24)
    if mantissa == 1 << 24:
        mantissa, exponent = mantissa >> 1, exponent + 1
    field = exponent + 150
    if field < 1:
        return sign
    return sign | (INFINITY if field > 254 else field << 23 | mantissa & 0x7FFFFF)


def pam(a, b, comp=0):
    sign = (a ^ b) & 0x80000000
    x, y = _magnitude(a), _magnitude(b)
    if x > INFINITY or y > INFINITY:
        return NAN
    zero = x < 0x800000 or y < 0x800000
    if x == INFINITY or y == INFINITY:
        return NAN if zero else sign | INFINITY
    total = x + y - ONE + comp
    if zero or total < 0x800000:
        return 0
    return sign | min(total, INFINITY)


def mul(a, b):
    sign = (a ^ b) & 0x80000000
    x, y = _magnitude(a), _magnitude(b)
    zero = x < 0x800000 or y < 0x800000
    if max(x, y) > INFINITY or (max(x, y) == INFINITY and zero):
        return NAN
    if max(x, y) == INFINITY:
        return sign | INFINITY
    return sign if zero else _word(_number(a) * _number(b), sign)


def add(a, b):
    x, y = _magnitude(a), _magnitude(b)
    if max(x, y) > INFINITY or (x == y == INFINITY and a != b):
        return NAN
    if x == INFINITY or y == INFINITY:
        return a if x == INFINITY else b
    value = _number(a) + _number(b)
    if value == 0:  # -0 only as the sum of two that are negative zeros
        zeros = x < 0x800000 and y < 0x800000
        return a & b & 0x80000000 if zeros else 0
    return _word(value, 0x80000000 if value < 0 else 0)


def padiv(a, b):
    sign = (a ^ b) & 0x80000000
    x, y = _magnitude(a), _magnitude(b)
    if x > INFINITY or y > INFINITY or (x == y == INFINITY) or (x < 0x800000 and y < 0x800000):
        return NAN
    if x == INFINITY or y < 0x800000:
        return sign | INFINITY
    total = x - y + ONE
    if x < 0x800000 or y == INFINITY or total < 0x800000:
        return 0
    return sign | min(total, INFINITY)


def pasqrt(word):
    x = _magnitude(word)
    if x < 0x800000:
        return 0
    if x > INFINITY or word >> 31:
        return NAN
    return INFINITY if x == INFINITY else (x + ONE) // 2


def paexp2(word):
    x, negative = _magnitude(word), word >> 31
    if x > INFINITY:
        return NAN
    if x == INFINITY or abs(_number(word)) >= 128:
        return 0 if negative else INFINITY
    result = ONE + int(_number(word) * (1 << 23))  # int goes towards zero
    return 0 if result < 0x800000 else result


def palog2(word):
    x = _magnitude(word)
    if x < 0x800000:
        return 0x80000000 | INFINITY
    if x > INFINITY or word >> 31:
        return NAN
    if x in (INFINITY, ONE):
        return INFINITY if x == INFINITY else 0
    return _word(Fraction(x - ONE, 1 << 23), 0x80000000 if x < ONE else 0)


def narrow(word, bits):
    x, sign = _magnitude(word), word & 0x80000000
    if x > INFINITY:
        return NAN
    if x < 0x800000 or x == INFINITY:
        return sign if x < 0x800000 else word
    unit = 1 << 23 - bits
    return sign | round(Fraction(x, unit)) * unit


def fold(a, b, start, product):
    """One element of a GEMM from lists of words."""
    total = start
    for x, y in zip(a, b):
        total = add(total, product(x, y))
    return add(total, 0)
