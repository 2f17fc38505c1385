// SPDX-License-Identifier: Apache-2.0
#include "model/spread_device.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "model/compare.h"
#include "model/job_snapshot.h"

namespace sumac {
namespace {

struct Task {
  std::uint64_t job = 0;
  JobSnapshot start;
  std::vector<float> expected;
};

class SpreadDeviceImpl : public SpreadDevice {
 public:
  SpreadDeviceImpl(std::unique_ptr<Device> predictor, std::vector<std::unique_ptr<Device>> workers,
                   SpreadWait wait, int rank, int ranks)
      : SpreadDevice(std::move(predictor)),
        workers_(std::move(workers)),
        wait_(std::move(wait)),
        rank_(static_cast<std::size_t>(rank)),
        work_(static_cast<std::size_t>(ranks), 0) {
    for (const auto& worker : workers_) {
      threads_.emplace_back([this, &worker] { Work(*worker); });
    }
  }
  ~SpreadDeviceImpl() override {
    {
      const std::scoped_lock lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    threads_.clear();  // joins
  }

  std::string name() const override { return workers_.front()->name(); }

  std::vector<SpreadReport> Finish() override {
    std::unique_lock lock(mutex_);
    WaitUntil(lock, [this] { return queue_.empty() && std::ssize(reports_) + dropped_ == taken_; });
    std::ranges::sort(reports_, {}, &SpreadReport::job);
    return std::move(reports_);
  }

 protected:
  JobReport Execute(const Job& job) override {
    const std::uint64_t number = next_job_++;
    if (!Ours(job) || Differs()) {
      device().Run(job);
      return {};
    }
    auto task = std::make_unique<Task>(Task{number, JobSnapshot(device(), job), {}});
    device().Run(job);
    task->expected = ReadResult(device(), job);
    std::unique_lock lock(mutex_);
    WaitUntil(lock, [this] { return queue_.size() < workers_.size(); });
    queue_.push_back(std::move(task));
    ++taken_;
    changed_.notify_all();
    return {};
  }

 private:
  // Whether the job goes to this rank.
  bool Ours(const Job& job) {
    const auto least = std::ranges::min_element(work_);
    *least += job.m * job.n * job.k;
    return least == work_.begin() + static_cast<std::ptrdiff_t>(rank_);
  }

  bool Differs() {
    const std::scoped_lock lock(mutex_);
    return differs_;
  }

  template <typename Condition>
  void WaitUntil(std::unique_lock<std::mutex>& lock, Condition condition) {
    const auto over = [&] { return error_ != nullptr || condition(); };
    while (!changed_.wait_for(lock, std::chrono::milliseconds(100), over)) {
      const auto done = std::ssize(reports_);
      const std::int64_t total = taken_;
      lock.unlock();
      wait_(done, total);
      lock.lock();
    }
    if (error_) std::rethrow_exception(error_);
  }

  void Work(Device& worker) {
    for (;;) {
      std::unique_ptr<Task> task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
        if (stop_) return;
        task = std::move(queue_.front());
        queue_.pop_front();
        if (differs_) {
          ++dropped_;
          task.reset();
        }
      }
      changed_.notify_all();
      if (task == nullptr) continue;
      try {
        Report(RunTask(worker, *task));
      } catch (...) {
        const std::scoped_lock lock(mutex_);
        error_ = std::current_exception();
      }
      changed_.notify_all();
    }
  }

  static SpreadReport RunTask(Device& worker, const Task& task) {
    const Job job = task.start.On(worker);
    SpreadReport report{task.job, worker.Run(job), false};
    const Mismatch words = CompareWords(ReadResult(worker, job), task.expected, job.n);
    report.as_predicted = words.differing == 0;
    return report;
  }

  void Report(SpreadReport report) {
    const std::scoped_lock lock(mutex_);
    differs_ = differs_ || !report.as_predicted;
    reports_.push_back(std::move(report));
  }

  std::vector<std::unique_ptr<Device>> workers_;
  SpreadWait wait_;
  std::size_t rank_;
  std::vector<std::int64_t> work_;  // multiply-accumulates given to each rank
  std::uint64_t next_job_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Task>> queue_;  // at most one waits for each worker
  std::int64_t taken_ = 0;                   // tasks that entered it
  std::int64_t dropped_ = 0;                 // tasks not run, after a difference
  std::vector<SpreadReport> reports_;
  bool differs_ = false;
  bool stop_ = false;
  std::exception_ptr error_;
  std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace

std::unique_ptr<SpreadDevice> MakeSpreadDevice(std::unique_ptr<Device> predictor,
                                               std::vector<std::unique_ptr<Device>> workers,
                                               SpreadWait wait, int rank, int ranks) {
  return std::make_unique<SpreadDeviceImpl>(std::move(predictor), std::move(workers),
                                            std::move(wait), rank, ranks);
}

}  // namespace sumac
