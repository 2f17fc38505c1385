// SPDX-License-Identifier: Apache-2.0
// Checkpoint files in the safetensors format (8 bytes of header length, a JSON header, raw
// little-endian tensors; https://github.com/huggingface/safetensors), float32 only.
#ifndef SUMAC_SW_IO_SAFETENSORS_H_
#define SUMAC_SW_IO_SAFETENSORS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sumac {

struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;  // empty: a scalar
  std::vector<float> values;        // row-major
};

struct TensorFile {
  std::vector<NamedTensor> tensors;             // in the file's order of data
  std::map<std::string, std::string> metadata;  // "__metadata__"
};

// Writes atomically; equal contents give equal bytes. Throws Error where a name is doubled or
// reserved, or a count of values is not its shape's product.
void WriteSafetensors(const std::string& path, const TensorFile& file);

// Throws Error, naming the file, what was expected and found, and a remedy, where the header or
// any tensor (dtype, shape, extent, overlap, gap, name) is not as the format has it.
TensorFile ReadSafetensors(const std::string& path);

}  // namespace sumac

#endif  // SUMAC_SW_IO_SAFETENSORS_H_
