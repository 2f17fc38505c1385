// SPDX-License-Identifier: Apache-2.0
// sumac_pe against its timing on words (unit_vectors.h), cycle by cycle: the beats that
// tests/rtl/replay gives to other simulators.
#include <gtest/gtest.h>

#include "rtl_pe_10.h"
#include "rtl_pe_23.h"
#include "sim/power_up.h"
#include "tests/clock.h"
#include "tests/rtl/unit_vectors.h"

namespace sumac {
namespace {

// sign above magnitude, or above the offset's two's complement.
Word Packed(const EdgeWord& edge, int width) {
  const auto value = static_cast<Word>(edge.value) & ((Word{1} << width) - 1);
  return (edge.sign ? Word{1} << width : 0) | value;
}

template <typename Model>
void ExpectBeats(Word comp, int mantissa_bits, int depth) {
  SCOPED_TRACE(testing::Message() << "seed " << kPairSeed << ", mantissa bits " << mantissa_bits);
  VerilatedContext context;
  RandomPowerUp(context, 1);
  Model pe(&context);
  const int width = 8 + mantissa_bits;
  const Word offset_mask = static_cast<Word>((std::uint64_t{2} << width) - 1);
  int differing = 0;
  int number = 0;
  for (const PeBeat& beat :
       PeBeats(PePairs(comp, mantissa_bits), PeSums(), comp, mantissa_bits, depth)) {
    const EdgeWord activation = ActivationEdge(beat.activation, mantissa_bits);
    const EdgeWord weight = WeightEdge(beat.weight, comp, mantissa_bits);
    pe.en_i = beat.enable;
    pe.swap_i = beat.swap;
    pe.load_i = beat.load;
    pe.act_special_i = activation.special;
    pe.act_i = Packed(activation, width);
    pe.wgt_flags_i = static_cast<unsigned char>(weight.special * 2 + weight.sign);
    pe.wgt_offset_i = static_cast<Word>(weight.value) & offset_mask;
    pe.psum_i = beat.psum;
    Clock(pe);
    if (++number <= kWarmUpBeats) continue;
    const EdgeWord right = ActivationEdge(beat.activation_out, mantissa_bits);
    const EdgeWord down = WeightEdge(beat.weight_out, comp, mantissa_bits);
    const bool equal = pe.swap_o == beat.swap_out && pe.load_o == beat.load_out &&
                       pe.act_special_o == right.special && pe.act_o == Packed(right, width) &&
                       pe.wgt_flags_o == down.special * 2 + down.sign &&
                       pe.wgt_offset_o == (static_cast<Word>(down.value) & offset_mask) &&
                       Settled(pe.sum_o) == beat.sum;
    if (!equal && ++differing <= 5) {
      ADD_FAILURE() << "beat " << number << ": sum " << std::hex << Settled(pe.sum_o)
                    << ", expected " << beat.sum;
    }
  }
  EXPECT_EQ(differing, 0);
  EXPECT_GT(number, 1000);
}

TEST(PeRtl, KeepsItsTimingOnWords) {
  ExpectBeats<rtl_pe_23>(0, 23, 1);
  ExpectBeats<rtl_pe_10>(kCompPamAlpha, 10, 2);
}

}  // namespace
}  // namespace sumac
