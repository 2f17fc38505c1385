// SPDX-License-Identifier: Apache-2.0
// Fewer random cases where coverage is counted (script/coverage) and a simulated cycle takes
// fifteen times as long. An eighth of them hits what all of them do.
#ifndef SUMAC_TESTS_FEWER_H_
#define SUMAC_TESTS_FEWER_H_

namespace sumac {

#ifdef SUMAC_COVERAGE
inline constexpr int kCaseShare = 8;
#else
inline constexpr int kCaseShare = 1;
#endif

constexpr int Fewer(int cases) { return cases / kCaseShare; }

}  // namespace sumac

#endif  // SUMAC_TESTS_FEWER_H_
