// SPDX-License-Identifier: Apache-2.0
// A GEMM operand read out of host memory through its view, narrowed into the operand format.
#ifndef SUMAC_MODEL_OPERAND_ROWS_H_
#define SUMAC_MODEL_OPERAND_ROWS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "model/host_device.h"
#include "model/narrow.h"
#include "model/view.h"
#include "model/word.h"

namespace sumac {

class OperandRows {
 public:
  // The view's buffer is a HostBuffer; both outlive this object.
  OperandRows(const View& view, int mantissa_bits)
      : index_(view), words_(AsHostBuffer(*view.buffer).floats()), mantissa_bits_(mantissa_bits) {
    for (std::int64_t i = 0; i < view.KSize(); ++i) parts_.push_back(index_.K(i));
  }

  // Rows [first, first + count) as a dense count x K matrix, row-major.
  std::vector<Word> Read(std::int64_t first, std::int64_t count) const {
    std::vector<Word> rows;
    rows.reserve(static_cast<std::size_t>(count) * parts_.size());
    for (std::int64_t row = first; row < first + count; ++row) {
      const ViewIndex::Part outer = index_.Outer(row);
      for (const ViewIndex::Part& part : parts_) {
        const std::int64_t address = index_.Address(outer, part);
        const Word word = address < 0 ? 0 : ToWord(words_[static_cast<std::size_t>(address)]);
        rows.push_back(Narrow(word, mantissa_bits_));
      }
    }
    return rows;
  }

 private:
  ViewIndex index_;
  std::span<const float> words_;
  int mantissa_bits_;
  std::vector<ViewIndex::Part> parts_;
};

}  // namespace sumac

#endif  // SUMAC_MODEL_OPERAND_ROWS_H_
