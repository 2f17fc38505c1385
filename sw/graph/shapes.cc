// SPDX-License-Identifier: Apache-2.0
// What each operator takes and gives: here an unknown one is refused.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

#include "sw/graph/plan.h"
#include "sw/graph/window.h"
#include "sw/io/shape.h"

namespace sumac {
namespace {

std::string Text(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

// One node, with its plan, so that its checks read as sentences.
class Checker {
 public:
  Checker(const GraphPlan& plan, const GraphNode& node) : plan_(plan), node_(node) {}

  [[noreturn]] void Refuse(const std::string& what) const { RefuseNode(plan_.graph, node_, what); }

  const Shape& Input(std::size_t index) const {
    const auto found = plan_.shapes.find(node_.Input(index));
    if (found == plan_.shapes.end()) {
      Refuse(fmt::format("needs a tensor of float32 as input {}; export it again.", index));
    }
    if (*ElementCount(found->second) == 0) {
      Refuse(fmt::format("has the empty input '{}'; export it again.", found->first));
    }
    return found->second;
  }
  bool Has(std::size_t index) const { return !node_.Input(index).empty(); }

  const Shape& Image() const {
    if (Input(0).size() != 4) {
      Refuse(fmt::format("takes {}; only images of two dimensions, N x C x H x W, are supported.",
                         Text(Input(0))));
    }
    return Input(0);
  }
  // A weight: it has to be known before the network runs.
  const Shape& Constant(std::size_t index) const {
    const Shape& shape = Input(index);
    if (!plan_.IsConstant(node_.Input(index))) {
      Refuse(
          fmt::format("has the input '{}', which is computed; only constants are supported "
                      "there.",
                      node_.Input(index)));
    }
    return shape;
  }
  void ExpectShape(std::size_t index, const Shape& expected) const {
    if (Constant(index) != expected) {
      Refuse(fmt::format("has '{}' of {}, expected {}; export it again.", node_.Input(index),
                         Text(Input(index)), Text(expected)));
    }
  }
  const std::vector<std::int64_t>& Integers(std::size_t index) const {
    const auto found = plan_.graph.integers.find(node_.Input(index));
    if (found == plan_.graph.integers.end()) {
      Refuse(
          "computes a shape while it runs; only constant shapes are supported: export it with "
          "fixed shapes.");
    }
    return found->second;
  }
  void ExpectNumber(const char* attribute, float expected) const {
    const float found = node_.Number(attribute, expected);
    if (found != expected) {
      Refuse(fmt::format("has {} {}; only {} is supported.", attribute, found, expected));
    }
  }
  void ExpectInteger(const char* attribute, std::int64_t expected) const {
    const std::int64_t found = node_.Integer(attribute, expected);
    if (found != expected) {
      Refuse(fmt::format("has {} {}; only {} is supported.", attribute, found, expected));
    }
  }

  Shape Conv() const;
  Shape Norm() const;
  Shape Pool() const;
  Shape Gemm() const;
  Shape MatMul() const;
  Shape Sum() const;
  Shape Flatten() const;
  Shape Reshape() const;
  Shape Pad() const;

 private:
  const GraphPlan& plan_;
  const GraphNode& node_;
};

Shape Checker::Conv() const {
  const Shape& x = Image();
  const Shape& w = Constant(1);
  const std::int64_t groups = node_.Integer("group", 1);
  const bool fits = w.size() == 4 && groups >= 1 && x[1] % groups == 0 && w[0] % groups == 0 &&
                    w[0] > 0 && w[1] == x[1] / groups;
  if (!fits) {
    Refuse(
        fmt::format("has weights of {} in {} groups, which do not fit its input of {}; export "
                    "it again.",
                    Text(w), groups, Text(x)));
  }
  if (Has(2)) ExpectShape(2, {w[0]});
  const auto window = NodeWindow(plan_.graph, node_, x, {w[2], w[3]});
  return {x[0], w[0], window[0].out, window[1].out};
}

Shape Checker::Norm() const {
  const Shape& x = Input(0);
  if (x.size() != 2 && x.size() != 4) {
    Refuse(fmt::format("takes {}; only N x C and N x C x H x W are supported.", Text(x)));
  }
  for (std::size_t i = 1; i <= 4; ++i) ExpectShape(i, {x[1]});
  ExpectInteger("training_mode", 0);
  ExpectInteger("spatial", 1);
  return x;
}

Shape Checker::Pool() const {
  const Shape& x = Image();
  const auto window = NodeWindow(plan_.graph, node_, x);
  for (const WindowAxis& axis : window) {
    // Else a window could lie in the padding alone.
    if (std::max(axis.before, axis.after) >= axis.kernel) {
      Refuse("has as much padding as its window is large; export it with less.");
    }
    if (node_.op == "AveragePool" && axis.dilation != 1) Refuse("has dilations, not supported.");
  }
  return {x[0], x[1], window[0].out, window[1].out};
}

Shape Checker::Gemm() const {
  const Shape& a = Input(0);
  const Shape& b = Input(1);
  ExpectNumber("alpha", 1);
  ExpectNumber("beta", 1);
  const bool turned_a = node_.Integer("transA", 0) != 0;
  const bool turned_b = node_.Integer("transB", 0) != 0;
  if (a.size() != 2 || b.size() != 2 || a[turned_a ? 0 : 1] != b[turned_b ? 1 : 0]) {
    Refuse(
        fmt::format("multiplies {} by {}, which do not fit; export it again.", Text(a), Text(b)));
  }
  const Shape y = {a[turned_a ? 1 : 0], b[turned_b ? 0 : 1]};
  if (Has(2)) {
    const Shape& c = Input(2);
    if (c != y && c != Shape{y[1]} && c != Shape{1, y[1]}) {
      Refuse(fmt::format("adds {} to {}; only a row or a whole matrix is supported.", Text(c),
                         Text(y)));
    }
  }
  return y;
}

Shape Checker::MatMul() const {
  const Shape& a = Input(0);
  const Shape& b = Input(1);
  if ((a.size() != 2 && a.size() != 3) || b.size() != 2 || a.back() != b[0]) {
    Refuse(
        fmt::format("multiplies {} by {}; only matrices, or a stack of them by one, that fit "
                    "are supported.",
                    Text(a), Text(b)));
  }
  Shape y = a;
  y.back() = b[1];
  return y;
}

Shape Checker::Sum() const {
  Shape a = Input(0);
  Shape b = Input(1);
  const std::size_t rank = std::max(a.size(), b.size());
  a.insert(a.begin(), rank - a.size(), 1);
  b.insert(b.begin(), rank - b.size(), 1);
  for (std::size_t i = 0; i < rank; ++i) {
    if (a[i] != b[i] && a[i] != 1 && b[i] != 1) {
      Refuse(fmt::format("adds {} and {}, which do not fit; export it again.", Text(Input(0)),
                         Text(Input(1))));
    }
    a[i] = std::max(a[i], b[i]);
  }
  return a;
}

Shape Checker::Flatten() const {
  const Shape& x = Input(0);
  std::int64_t axis = node_.Integer("axis", 1);
  if (axis < 0) axis += std::ssize(x);
  if (axis < 0 || axis > std::ssize(x)) Refuse("has an axis outside its input; export it again.");
  const auto middle = x.begin() + axis;
  return {*ElementCount(Shape(x.begin(), middle)), *ElementCount(Shape(middle, x.end()))};
}

Shape Checker::Reshape() const {
  const Shape& x = Input(0);
  Shape y = Integers(1);
  ExpectInteger("allowzero", 0);
  const std::int64_t count = *ElementCount(x);
  std::int64_t known = 1;
  std::int64_t* open = nullptr;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] == 0 && i < x.size()) y[i] = x[i];
    if (y[i] == -1 && open == nullptr) {
      open = &y[i];
    } else if (y[i] < 1 || y[i] > count / known) {
      known = 0;
      break;
    } else {
      known *= y[i];
    }
  }
  if (open != nullptr && known > 0) {
    *open = count / known;
    known *= *open;
  }
  if (known != count) {
    Refuse(fmt::format("makes {} of {}, which has {} elements; export it again.", Text(Integers(1)),
                       Text(x), count));
  }
  return y;
}

Shape Checker::Pad() const {
  Shape y = Input(0);
  if (node_.Text("mode", "constant") != "constant") {
    Refuse(fmt::format("has the mode '{}'; only 'constant' is supported.", node_.Text("mode", "")));
  }
  if (Has(2) && Constant(2) != Shape{} && Constant(2) != Shape{1}) {
    Refuse("has more than one value to pad with; export it again.");
  }
  const std::vector<std::int64_t> pads = NodePads(plan_, node_);
  const bool good = pads.size() == 2 * y.size() && !Has(3) &&
                    std::ranges::all_of(pads, [](auto pad) { return pad >= 0 && pad < 1 << 20; });
  if (!good) {
    Refuse(
        fmt::format("has pads {} for {}; only 0 or more before and after every dimension are "
                    "supported.",
                    Text(pads), Text(y)));
  }
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += pads[i] + pads[y.size() + i];
  return y;
}

}  // namespace

Shape ResultShape(const GraphPlan& plan, const GraphNode& node) {
  const Checker check(plan, node);
  const std::map<std::string, std::function<Shape()>> operators = {
      {"Conv", [&] { return check.Conv(); }},
      {"BatchNormalization", [&] { return check.Norm(); }},
      {"Relu", [&] { return check.Input(0); }},
      {"Clip",
       [&] {
         NodeClip(plan, node);
         return check.Input(0);
       }},
      {"Add", [&] { return check.Sum(); }},
      {"MaxPool", [&] { return check.Pool(); }},
      {"AveragePool", [&] { return check.Pool(); }},
      {"GlobalAveragePool",
       [&] {
         return Shape{check.Image()[0], check.Image()[1], 1, 1};
       }},
      {"Gemm", [&] { return check.Gemm(); }},
      {"MatMul", [&] { return check.MatMul(); }},
      {"Flatten", [&] { return check.Flatten(); }},
      {"Reshape", [&] { return check.Reshape(); }},
      {"Pad", [&] { return check.Pad(); }},
  };
  const auto found = operators.find(node.op);
  if (found == operators.end()) {
    std::vector<std::string> names = {"Constant", "Identity"};
    for (const auto& [name, shape] : operators) names.push_back(name);
    std::ranges::sort(names);
    check.Refuse(fmt::format("is not supported; there are {}.", fmt::join(names, ", ")));
  }
  const Shape shape = found->second();
  const std::optional<std::int64_t> count = ElementCount(shape);
  if (!count || *count == 0) check.Refuse(fmt::format("gives {}, no tensor.", Text(shape)));
  return shape;
}

ClipRange NodeClip(const GraphPlan& plan, const GraphNode& node) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto limit = [&](std::size_t input, const char* attribute, float absent) {
    const std::string name = node.Input(input);
    if (name.empty()) return node.Number(attribute, absent);
    const auto tensor = plan.graph.tensors.find(name);
    if (tensor == plan.graph.tensors.end() || tensor->second.values.size() != 1) {
      RefuseNode(plan.graph, node, "has a limit that is not one constant number; export it again.");
    }
    return tensor->second.values[0];
  };
  return {limit(1, "min", -kInfinity), limit(2, "max", kInfinity)};
}

std::vector<std::int64_t> NodePads(const GraphPlan& plan, const GraphNode& node) {
  if (node.Input(1).empty()) return node.Integers("pads", {});
  const auto found = plan.graph.integers.find(node.Input(1));
  if (found == plan.graph.integers.end()) {
    RefuseNode(plan.graph, node,
               "computes its pads while it runs; only constant ones are supported: export it with "
               "fixed shapes, or pad in the Conv.");
  }
  return found->second;
}

}  // namespace sumac
