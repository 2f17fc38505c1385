// SPDX-License-Identifier: Apache-2.0
// sumac_program under stop_i: a request that is on offer stays until it is taken, none is made
// anew.
#include <gtest/gtest.h>

#include <memory>

#include "rtl_program.h"
#include "sim/power_up.h"
#include "tests/clock.h"

namespace sumac {
namespace {

// One descriptor is given; the window is all of memory.
class ProgramStop : public testing::Test {
 protected:
  ProgramStop() {
    RandomPowerUp(context_, 21);
    model_ = std::make_unique<rtl_program>(&context_);
    model_->stop_i = 0;
    model_->queue_base_i = 0x40;
    model_->queue_mask_i = 0;
    model_->tail_i = 0;
    model_->base_i = 0;
    model_->limit_i = 0x3FFFFFFF;
    model_->req_ready_i = 0;
    model_->desc_words_valid_i = 0;
    PowerUpReset(*model_);
    model_->tail_i = 1;
  }

  VerilatedContext context_;
  std::unique_ptr<rtl_program> model_;
};

TEST_F(ProgramStop, ARequestOnOfferStaysUntilItIsTaken) {
  Clock(*model_);
  ASSERT_TRUE(model_->req_valid_o);
  model_->stop_i = 1;
  for (int cycle = 0; cycle < 3; ++cycle) {
    model_->eval();
    EXPECT_TRUE(model_->req_valid_o) << "cycle " << cycle;
    EXPECT_EQ(model_->req_addr_o, 0x40) << "cycle " << cycle;
    EXPECT_EQ(model_->req_words_o, 64) << "cycle " << cycle;
    Clock(*model_);
  }
  model_->req_ready_i = 1;
  Clock(*model_);
  EXPECT_FALSE(model_->req_valid_o);
}

TEST_F(ProgramStop, NoRequestIsMadeAnew) {
  model_->stop_i = 1;
  for (int cycle = 0; cycle < 3; ++cycle) {
    model_->eval();
    EXPECT_FALSE(model_->req_valid_o) << "cycle " << cycle;
    Clock(*model_);
  }
  model_->stop_i = 0;
  model_->eval();
  EXPECT_TRUE(model_->req_valid_o);
}

}  // namespace
}  // namespace sumac
