// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace sumac {
namespace {

constexpr std::chrono::milliseconds kRedraw{200};
constexpr std::chrono::seconds kLine{10};

std::size_t TerminalWidth() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

std::string Duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

Progress::Progress(std::string unit)
    : unit_(std::move(unit)),
      terminal_(isatty(STDERR_FILENO) == 1),
      next_(terminal_ ? Clock::time_point{} : Clock::now() + kLine) {}

void Progress::Update(const std::string& label, std::int64_t done, std::int64_t total) {
  const Clock::time_point now = Clock::now();
  if (!started_) {
    started_ = true;
    first_done_ = done;
    start_ = now;
  }
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = done > first_done_ ? static_cast<double>(done - first_done_) / seconds : 0;
  Update(label, done, total, rate, rate > 0 ? static_cast<double>(total - done) / rate : 0);
}

void Progress::Update(const std::string& label, std::int64_t done, std::int64_t total,
                      double per_second, double seconds_left) {
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + (terminal_ ? Clock::duration{kRedraw} : Clock::duration{kLine});
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1;
  std::string text = fmt::format("{}  {}/{} {}", label, done, total, unit_);
  if (per_second > 0) text += fmt::format("  {:.{}f}/s", per_second, per_second < 10 ? 2 : 0);
  if (seconds_left > 0) text += fmt::format("  {} left", Duration(seconds_left));
  if (!terminal_) {
    fmt::print(stderr, "{}\n", text);
    return;
  }
  constexpr std::size_t kBar = 24;
  const auto filled =
      static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(kBar));
  text = fmt::format("[{}{}] {}", std::string(filled, '#'), std::string(kBar - filled, '.'), text);
  fmt::print(stderr, "\r\x1b[K{}", text.substr(0, TerminalWidth() - 1));
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::Clear() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  drawn_ = false;
  next_ = {};
}

}  // namespace sumac
