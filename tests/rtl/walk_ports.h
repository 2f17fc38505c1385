// SPDX-License-Identifier: Apache-2.0
// What the tests of sumac_walk and of its users share: a view at their ports, and orders of tiles.
#ifndef SUMAC_TESTS_RTL_WALK_PORTS_H_
#define SUMAC_TESTS_RTL_WALK_PORTS_H_

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "sw/driver/walk_view.h"
#include "sw/nn/conv.h"

namespace sumac {

// Lane i of `width` bits from bit i * width on.
template <typename Port>
void SetLanes(Port& port, int width, const std::vector<std::int64_t>& lanes) {
  std::vector<std::uint32_t> words((lanes.size() * static_cast<std::size_t>(width) + 31) / 32 + 1);
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    for (int b = 0; b < width; ++b) {
      const std::size_t bit = i * static_cast<std::size_t>(width) + static_cast<std::size_t>(b);
      words[bit / 32] |= static_cast<std::uint32_t>(lanes[i] >> b & 1) << bit % 32;
    }
  }
  if constexpr (std::is_integral_v<Port>) {
    port = static_cast<Port>(words[0] | std::uint64_t{words[1]} << 32);
  } else {
    std::copy_n(words.begin(), sizeof port / sizeof words[0], port.data());
  }
}

template <typename Port>
std::int64_t GetLane(const Port& port, int width, std::int64_t lane) {
  std::int64_t value = 0;
  for (int b = 0; b < width; ++b) {
    const auto bit = static_cast<std::size_t>(lane * width + b);
    std::uint64_t word;
    if constexpr (std::is_integral_v<Port>) {
      word = static_cast<std::uint64_t>(port) >> bit;
    } else {
      word = port.at(bit / 32) >> bit % 32;
    }
    value |= static_cast<std::int64_t>(word & 1) << b;
  }
  return value;
}

enum class Order { kLanesAlongK, kLanesAlongOuter };

constexpr int kCoordinateBits = 16;
constexpr int kExtentBits = 16;

// Digits of one index at the ports of the steps or of the lanes.
template <typename Extents, typename Strides, typename Coordinates>
void SetIndex(int address_bits, const WalkIndex& index, Extents& extents, Strides& strides,
              Coordinates& y, Coordinates& x) {
  const auto& [high, middle, low] = index.digits;
  SetLanes(extents, kExtentBits, {middle.extent, low.extent});
  SetLanes(strides, address_bits, {high.stride, middle.stride, low.stride});
  SetLanes(y, kCoordinateBits, {high.y, middle.y, low.y});
  SetLanes(x, kCoordinateBits, {high.x, middle.x, low.x});
}

template <typename Model>
void SetView(Model& model, int address_bits, const WalkView& walk, Order order) {
  const bool along_k = order == Order::kLanesAlongK;
  const WalkIndex& steps = along_k ? walk.outer : walk.k;
  const WalkIndex& lanes = along_k ? walk.k : walk.outer;
  SetLanes(model.addr_start_i, address_bits, {walk.start});
  SetLanes(model.y_start_i, kCoordinateBits, {walk.y.start});
  SetLanes(model.y_limit_i, kCoordinateBits, {walk.y.limit});
  SetLanes(model.y_mask_i, kWalkFractionBits, {walk.y.mask});
  SetLanes(model.x_start_i, kCoordinateBits, {walk.x.start});
  SetLanes(model.x_limit_i, kCoordinateBits, {walk.x.limit});
  SetLanes(model.x_mask_i, kWalkFractionBits, {walk.x.mask});
  SetIndex(address_bits, steps, model.step_extent_i, model.step_stride_i, model.step_y_i,
           model.step_x_i);
  SetIndex(address_bits, lanes, model.lane_extent_i, model.lane_stride_i, model.lane_y_i,
           model.lane_x_i);
  model.lane_unit_i = lanes.unit;
}

enum After { kPast = 0, kBack = 1, kFirst = 2 };

struct Tile {
  std::int64_t step = 0;  // first
  std::int64_t steps = 0;
  std::int64_t lane = 0;  // first
  std::int64_t lanes = 0;
  After step_after = kPast;
  After lane_after = kPast;
};

template <typename Model>
void OfferTile(Model& model, const Tile& tile) {
  const auto set = [](auto& port, std::int64_t value) {
    port = static_cast<std::remove_reference_t<decltype(port)>>(value);
  };
  model.cmd_valid_i = 1;
  set(model.cmd_steps_i, tile.steps);
  set(model.cmd_lanes_i, tile.lanes);
  set(model.cmd_step_after_i, tile.step_after);
  set(model.cmd_lane_after_i, tile.lane_after);
}

// The tiles of activations that are read along k: all rows of one k-tile, then the next.
inline std::vector<Tile> RowTiles(std::int64_t outer, std::int64_t k, std::int64_t lanes) {
  std::vector<Tile> tiles;
  for (std::int64_t first = 0; first < k; first += lanes) {
    tiles.push_back({0, outer, first, std::min(lanes, k - first), kFirst, kPast});
  }
  return tiles;
}

// The blocks of an operand that is read across k: for each k-tile, block after block of the outer
// index.
inline std::vector<Tile> BlockTiles(std::int64_t outer, std::int64_t k, std::int64_t lanes) {
  std::vector<Tile> tiles;
  for (std::int64_t step = 0; step < k; step += lanes) {
    for (std::int64_t lane = 0; lane < outer; lane += lanes) {
      const bool last = lane + lanes >= outer;
      tiles.push_back({step, std::min(lanes, k - step), lane, std::min(lanes, outer - lane),
                       last ? kPast : kBack, last ? kFirst : kPast});
    }
  }
  return tiles;
}

// Forward, input gradient and weight gradient, without buffers.
inline std::vector<Job> ConvJobs(const ConvGeometry& g, std::int64_t images) {
  const Tensor none;
  return {ConvForwardJob(g, images, none, none, nullptr, none),
          ConvInputGradientJob(g, images, none, none, none, false),
          ConvWeightGradientJob(g, 0, images, none, none, none)};
}

}  // namespace sumac

#endif  // SUMAC_TESTS_RTL_WALK_PORTS_H_
