// SPDX-License-Identifier: Apache-2.0
#include "sim/coverage_points.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sumac {
namespace {

// Another object of the model registers it again.
bool IsSame(const CoveragePoint& a, const CoveragePoint& b) {
  return std::tie(a.file, a.line, a.column, a.hierarchy, a.page, a.comment) ==
         std::tie(b.file, b.line, b.column, b.hierarchy, b.page, b.comment);
}

class Points {
 public:
  ~Points() {
    const char* folder = std::getenv("SUMAC_COVERAGE_FOLDER");
    if (folder == nullptr || points_.empty()) return;
    const std::string name = std::string(folder) + "/" + std::to_string(getpid()) + ".dat";
    std::ofstream file(name);
    file << "# SystemC::Coverage-3\n";
    for (const auto& [counter, points] : points_) {
      for (const CoveragePoint& point : points) {
        file << "C '\001f\002" << point.file << "\001l\002" << point.line << "\001n\002"
             << point.column << "\001page\002" << point.page << "\001o\002" << point.comment
             << "\001h\002" << point.hierarchy << "' " << counter->count() << '\n';
      }
    }
    if (!file.flush()) std::cerr << "Cannot write the coverage to '" << name << "'.\n";
  }

  void Add(const CoverageCounter* counter, CoveragePoint point) {
    const std::lock_guard lock(mutex_);
    std::vector<CoveragePoint>& points = points_[counter];
    if (std::ranges::none_of(points, [&](const auto& other) { return IsSame(point, other); })) {
      points.push_back(std::move(point));
    }
  }

 private:
  std::mutex mutex_;
  std::unordered_map<const CoverageCounter*, std::vector<CoveragePoint>> points_;
};

}  // namespace

void AddCoveragePoint(const CoverageCounter* counter, CoveragePoint point) {
  static Points points;
  points.Add(counter, std::move(point));
}

}  // namespace sumac
