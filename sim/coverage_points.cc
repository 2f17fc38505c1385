// SPDX-License-Identifier: Apache-2.0
#include "sim/coverage_points.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace sumac {
namespace {

class Points {
 public:
  ~Points() {
    const char* folder = std::getenv("SUMAC_COVERAGE_FOLDER");
    if (folder == nullptr || points_.empty()) return;
    const std::string name = std::string(folder) + "/" + std::to_string(getpid()) + ".dat";
    std::ofstream file(name);
    file << "# SystemC::Coverage-3\n";
    for (const auto& [counter, point] : points_) {
      file << "C '\001f\002" << point.file << "\001l\002" << point.line << "\001n\002"
           << point.column << "\001page\002" << point.page << "\001o\002" << point.comment
           << "\001h\002" << point.hierarchy << "' " << counter->count() << '\n';
    }
    if (!file.flush()) std::cerr << "Cannot write the coverage to '" << name << "'.\n";
  }

  void Add(const CoverageCounter* counter, CoveragePoint point) {
    const std::lock_guard lock(mutex_);
    points_.emplace(counter, std::move(point));
  }

 private:
  std::mutex mutex_;
  std::unordered_map<const CoverageCounter*, CoveragePoint> points_;
};

}  // namespace

void AddCoveragePoint(const CoverageCounter* counter, CoveragePoint point) {
  static Points points;
  points.Add(counter, std::move(point));
}

}  // namespace sumac
