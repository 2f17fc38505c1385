// SPDX-License-Identifier: Apache-2.0
// Own transcendental functions in binary64, by + - * / and bit operations alone: the mathematics
// libraries of two machines differ in last bits, these do not. Call them under a ScopedFloatMode:
// subnormal arguments and results are zeros. A NaN gives NaN.
#ifndef SUMAC_SW_NN_MATH_H_
#define SUMAC_SW_NN_MATH_H_

namespace sumac {

// e^x within 1.5 ulp; +0 where it is below 2^-1022, infinity where it is 2^1024 or more.
double Exp(double x);

// The natural logarithm within 1.5 ulp; -infinity for zero, NaN for negatives.
double Log(double x);

// cos(pi * x) within 2^-52; exact at multiples of 1/2. NaN for infinities.
double CosPi(double x);

}  // namespace sumac

#endif  // SUMAC_SW_NN_MATH_H_
