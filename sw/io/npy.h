// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy files of float32 (format: numpy.lib.format, versions 1.0, 2.0 and 3.0).
#ifndef SUMAC_SW_IO_NPY_H_
#define SUMAC_SW_IO_NPY_H_

#include <cstdint>
#include <string>
#include <vector>

namespace sumac {

// Values in C order (the last index fastest); their words are kept, NaN payloads included.
struct Array {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

// Reads little-endian float32 in C order. Throws Error, naming the file, what was expected and
// found, and a remedy, on anything else.
Array ReadNpy(const std::string& path);

// Writes the bytes that numpy.save writes: version 1.0, the header padded to 64 bytes. Atomic.
// The values' count must be the shape's product.
void WriteNpy(const std::string& path, const Array& array);

}  // namespace sumac

#endif  // SUMAC_SW_IO_NPY_H_
