// SPDX-License-Identifier: Apache-2.0
// The clock and the reset of a Verilated module without a driver.
#ifndef SUMAC_TESTS_CLOCK_H_
#define SUMAC_TESTS_CLOCK_H_

namespace sumac {

// The falling edge, then the rising one.
template <typename Model>
void Clock(Model& model) {
  for (const bool level : {false, true}) {
    model.clk_i = level;
    model.eval();
  }
}

// A reset of one cycle from power-up on: its falling edge, with the inputs as they are, then a
// clock.
template <typename Model>
void PowerUpReset(Model& model) {
  model.clk_i = 0;
  model.rst_ni = 1;
  model.eval();
  model.rst_ni = 0;
  Clock(model);
  model.rst_ni = 1;
}

}  // namespace sumac

#endif  // SUMAC_TESTS_CLOCK_H_
