// SPDX-License-Identifier: Apache-2.0
// Traps on floating-point multiplications: this process's own machine code is disassembled
// (objdump), and a breakpoint is written over every instruction that multiplies, divides, takes a
// root or fuses a multiplication, in the program and in the mathematics library.
#ifndef SUMAC_TESTS_SW_MULTIPLICATION_TRAPS_H_
#define SUMAC_TESTS_SW_MULTIPLICATION_TRAPS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace sumac {

class MultiplicationTraps {
 public:
  struct Instruction {
    std::uint8_t* address = nullptr;
    std::string text;      // as objdump writes it
    std::string function;  // the demangled name of what it belongs to
  };

  // Finds the instructions. Fails the test where the disassembly shows none.
  MultiplicationTraps();

  const std::vector<Instruction>& instructions() const { return instructions_; }
  // The functions that have such instructions.
  std::set<std::string> Functions() const;

  // Runs `work` under the traps and gives the instructions that it reached; each is reported once,
  // and then does what it does.
  template <class Work>
  std::vector<Instruction> Reached(const Work& work) {
    Arm();
    work();
    return Disarm();
  }

 private:
  void Arm();
  std::vector<Instruction> Disarm();

  std::vector<Instruction> instructions_;  // by address
};

}  // namespace sumac

#endif  // SUMAC_TESTS_SW_MULTIPLICATION_TRAPS_H_
