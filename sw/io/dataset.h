// SPDX-License-Identifier: Apache-2.0
// Labelled images, whole in memory, read from the files in which they are published.
#ifndef SUMAC_SW_IO_DATASET_H_
#define SUMAC_SW_IO_DATASET_H_

#include <cstdint>
#include <string>
#include <vector>

namespace sumac {

struct Dataset {
  std::string name;
  std::int64_t count = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 0;
  int classes = 0;
  std::vector<std::uint8_t> pixels;  // count x height x width x channels (NHWC)
  std::vector<std::uint8_t> labels;  // count, each in [0, classes)
  std::vector<std::string> class_names;
};

enum class Split { kTrain, kTest };

// Names that LoadDataset knows.
std::vector<std::string> DatasetNames();

// Reads one split.
//   "fashion-mnist": gzip'd IDX files as Debian's dataset-fashion-mnist installs them; `dir` ""
//     is /usr/share/datasets/fashion-mnist. 28 x 28 x 1, ten classes.
//   "cifar-10": the binary batches (data_batch_1.bin .. data_batch_5.bin, test_batch.bin), in
//     `dir` or in its folder cifar-10-batches-bin. 32 x 32 x 3, ten classes.
// Any number of images will do, so that small extracts can be made. Throws Error, naming the
// file, what was expected and found, and a remedy, where anything is not as the formats have it.
Dataset LoadDataset(const std::string& name, const std::string& dir, Split split);

}  // namespace sumac

#endif  // SUMAC_SW_IO_DATASET_H_
