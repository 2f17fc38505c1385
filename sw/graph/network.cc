// SPDX-License-Identifier: Apache-2.0
#include "sw/graph/network.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "model/epilogue.h"
#include "model/float_mode.h"
#include "sw/graph/fold_norm.h"
#include "sw/graph/host_operators.h"
#include "sw/graph/window.h"
#include "sw/nn/pool.h"
#include "sw/nn/tensor.h"

namespace sumac {
namespace {

std::int64_t Count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

class Runner {
 public:
  Runner(Context& context, const GraphPlan& plan) : context_(context), plan_(plan) {
    const auto use = [&](const std::string& name) { ++uses_[name]; };
    for (const PlanStep& step : plan.steps) {
      std::ranges::for_each(step.node.inputs, use);
      if (!step.residual.empty()) use(step.residual);
    }
    use(plan.graph.output);
  }

  std::vector<float> Run(std::span<const float> input) {
    Place(plan_.graph.input.name, input);
    for (const PlanStep& step : plan_.steps) {
      const Tensor y = MakeTensor(context_.device, Count(plan_.shapes.at(step.output)));
      if (!RunJobsOf(step, y)) RunOnHost(step.node, y);
      tensors_[step.output] = y;
      for (const std::string& name : step.node.inputs) Release(name);
      Release(step.residual);
    }
    const Shape& shape = plan_.shapes.at(plan_.graph.output);
    std::vector<float> output(static_cast<std::size_t>(Count(shape)));
    FromChannelsLast(shape, Value(plan_.graph.output).values, output);
    return output;
  }

 private:
  // Words in ONNX's order, put into the device's memory.
  void Place(const std::string& name, std::span<const float> words) {
    const Tensor tensor = MakeTensor(context_.device, std::ssize(words));
    ToChannelsLast(plan_.shapes.at(name), words, tensor.values);
    tensors_[name] = tensor;
  }
  const Tensor& Value(const std::string& name) {
    if (!tensors_.contains(name)) Place(name, plan_.graph.tensors.at(name).values);
    return tensors_.at(name);
  }
  const Shape& ShapeOf(const std::string& name) const { return plan_.shapes.at(name); }
  void Release(const std::string& name) {
    if (--uses_[name] == 0) tensors_.erase(name);
  }

  // Where the step is a GEMM; false where it is none.
  bool RunJobsOf(const PlanStep& step, const Tensor& y) {
    std::vector<Job> jobs;
    if (step.node.op == "Conv") {
      jobs = ConvJobs(step, y);
    } else if (step.node.op == "Gemm" || step.node.op == "MatMul") {
      jobs = {MatrixJob(step, y)};
    } else {
      return false;
    }
    Tensor scale, shift;
    for (const GraphNode& node : step.norm) {
      const FoldedChannels folded = FoldNorm(plan_, node, context_.forward);
      scale = MakeTensor(context_.device, std::ssize(folded.scale));
      shift = MakeTensor(context_.device, std::ssize(folded.shift));
      std::ranges::copy(folded.scale, scale.values.begin());
      std::ranges::copy(folded.shift, shift.values.begin());
    }
    for (Job& job : jobs) {
      const std::int64_t offset = job.c.offset;  // its first channel
      job.name = step.node.name;
      job.arithmetic = context_.forward;
      if (scale.buffer) job.epilogue.affine = {{scale.buffer, offset}, {shift.buffer, offset}};
      if (!step.residual.empty()) {
        job.epilogue.residual = job.c;
        job.epilogue.residual->buffer = Value(step.residual).buffer;
      }
      job.epilogue.relu = step.relu;
    }
    RunJobs(context_, jobs);
    return true;
  }

  // One a group: its channels of the input and of the output, as they lie.
  std::vector<Job> ConvJobs(const PlanStep& step, const Tensor& y) {
    const GraphNode& node = step.node;
    const Shape& x = ShapeOf(node.inputs[0]);
    const Shape& w = ShapeOf(node.inputs[1]);
    const auto [rows, columns] = NodeWindow(plan_.graph, node, x, {w[2], w[3]});
    const std::int64_t groups = node.Integer("group", 1);
    const std::int64_t taps = w[2] * w[3] * w[1];
    Job job;
    job.m = x[0] * rows.out * columns.out;
    job.n = w[0] / groups;
    job.k = taps;
    job.a.buffer = Value(node.inputs[0]).buffer;
    job.a.outer = {Digit{.extent = x[0], .stride = x[2] * x[3] * x[1]},
                   Digit{.extent = rows.out, .y = rows.stride},
                   Digit{.extent = columns.out, .x = columns.stride}};
    job.a.k = {Digit{.extent = w[2], .y = rows.dilation},
               Digit{.extent = w[3], .x = columns.dilation}, Digit{.extent = w[1], .stride = 1}};
    job.a.y = {.extent = x[2], .stride = x[3] * x[1], .padding = rows.before};
    job.a.x = {.extent = x[3], .stride = x[1], .padding = columns.before};
    std::vector<Job> jobs;
    for (std::int64_t group = 0; group < groups; ++group) {
      const std::int64_t first = group * job.n;  // of its output channels
      job.a.offset = group * w[1];
      job.b = MatrixOperand(Value(node.inputs[1]).buffer, first * taps, job.n, taps, taps, 1);
      if (!node.Input(2).empty()) {
        job.c_in = MatrixView{.buffer = Value(node.inputs[2]).buffer, .offset = first};
      }
      job.c = {.buffer = y.buffer, .offset = first, .row_stride = w[0]};
      jobs.push_back(job);
    }
    return jobs;
  }

  Job MatrixJob(const PlanStep& step, const Tensor& y) {
    const GraphNode& node = step.node;
    const Shape& b = ShapeOf(node.inputs[1]);
    const bool turned_a = node.Integer("transA", 0) != 0;
    const bool turned_b = node.Integer("transB", 0) != 0;
    Job job;
    job.n = b[turned_b ? 0 : 1];
    job.k = b[turned_b ? 1 : 0];
    job.m = Count(ShapeOf(node.outputs[0])) / job.n;
    job.a = MatrixOperand(Value(node.inputs[0]).buffer, 0, job.m, turned_a ? 1 : job.k, job.k,
                          turned_a ? job.m : 1);
    job.b = MatrixOperand(Value(node.inputs[1]).buffer, 0, job.n, turned_b ? job.k : 1, job.k,
                          turned_b ? 1 : job.n);
    if (!node.Input(2).empty()) {
      const bool matrix = Count(ShapeOf(node.inputs[2])) > job.n;
      job.c_in =
          MatrixView{.buffer = Value(node.inputs[2]).buffer, .row_stride = matrix ? job.n : 0};
    }
    job.c = {.buffer = y.buffer, .row_stride = job.n};
    return job;
  }

  void RunOnHost(const GraphNode& node, const Tensor& y) {
    const ScopedFloatMode mode;
    const std::span<float> x = Value(node.inputs[0]).values;
    const Shape& shape = ShapeOf(node.inputs[0]);
    const Shape& out = ShapeOf(node.outputs[0]);
    const std::string& op = node.op;
    if (op == "Relu") {
      std::ranges::copy(x, y.values.begin());
      ApplyEpilogue(context_.forward, {.relu = true}, std::ssize(x), y.values);
    } else if (op == "BatchNormalization") {
      const FoldedChannels folded = FoldNorm(plan_, node, context_.forward);
      std::ranges::copy(x, y.values.begin());
      ApplyEpilogue(context_.forward, {.scale = folded.scale.data(), .shift = folded.shift.data()},
                    shape[1], y.values);
    } else if (op == "Add") {
      AddTensors(shape, x, ShapeOf(node.inputs[1]), Value(node.inputs[1]).values, out, y.values);
    } else if (op == "Clip") {
      ClipWords(NodeClip(plan_, node), x, y.values);
    } else if (op == "Pad") {
      const std::string value = node.Input(2);
      PadTensor(shape, x, NodePads(plan_, node),
                value.empty() ? node.Number("value", 0) : plan_.graph.tensors.at(value).values[0],
                out, y.values);
    } else if (op == "MaxPool") {
      MaxPool(NodeWindow(plan_.graph, node, shape), shape[0], shape[1], x, y.values);
    } else if (op == "AveragePool") {
      AveragePool(NodeWindow(plan_.graph, node, shape), node.Integer("count_include_pad", 0) != 0,
                  shape[0], shape[1], x, y.values);
    } else if (op == "GlobalAveragePool") {
      PoolForward(shape[0], shape[2] * shape[3], shape[1], x.data(), y.values.data());
    } else {  // Flatten, Reshape: ONNX's order stays
      std::vector<float> words(x.size());
      FromChannelsLast(shape, x, words);
      ToChannelsLast(out, words, y.values);
    }
  }

  Context& context_;
  const GraphPlan& plan_;
  std::map<std::string, Tensor> tensors_;
  std::map<std::string, int> uses_;  // of each tensor, by steps still to come
};

}  // namespace

std::vector<float> RunGraph(Context& context, const GraphPlan& plan, std::span<const float> input) {
  return Runner(context, plan).Run(input);
}

}  // namespace sumac
