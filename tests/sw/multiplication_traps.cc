// SPDX-License-Identifier: Apache-2.0
#include "tests/sw/multiplication_traps.h"

#include <gtest/gtest.h>
#include <link.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <regex>

namespace sumac {
namespace {

constexpr std::uint8_t kBreakpoint = 0xCC;

// What a signal handler may touch: plain arrays.
struct Trap {
  std::uint8_t* address;
  std::uint8_t byte;  // that the breakpoint stands for
  bool reached;
};
Trap* g_traps = nullptr;
std::size_t g_trap_count = 0;

void OnTrap(int, siginfo_t*, void* context) {
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  auto* address = reinterpret_cast<std::uint8_t*>(registers[REG_RIP]) - 1;
  Trap* end = g_traps + g_trap_count;
  Trap* trap = std::lower_bound(g_traps, end, address,
                                [](const Trap& t, const std::uint8_t* a) { return t.address < a; });
  if (trap == end || trap->address != address) std::abort();
  trap->reached = true;
  *address = trap->byte;
  registers[REG_RIP] -= 1;
}

// Whether a mnemonic multiplies, divides, takes a root, or takes any of them part of the way.
bool Multiplies(const std::string& mnemonic) {
  static const std::regex pattern(
      "v?(mul|div|sqrt)[sp][sdh]|vfn?m(add|sub|addsub|subadd)(132|213|231)?[sp][sdh]|"
      "v?r(cp|sqrt)(14|28)?[sp][sdh]|v?dpp[sd]|v(exp2|scalef)[sp][sdh]|"
      "f(i?mul|i?div|sqrt|scale|yl2x|2xm1|prem|ptan|patan|sin|cos)[a-z0-9]*");
  return std::regex_match(mnemonic, pattern);
}

struct LoadedFile {
  std::string path;
  std::uint8_t* base;
};

int AddFile(dl_phdr_info* info, std::size_t, void* data) {
  auto& files = *static_cast<std::vector<LoadedFile>*>(data);
  auto* base = reinterpret_cast<std::uint8_t*>(info->dlpi_addr);
  const std::string name = info->dlpi_name;
  if (files.empty()) {
    files.push_back({"/proc/" + std::to_string(getpid()) + "/exe", base});
  } else if (name.find("/libm.so") != std::string::npos) {
    files.push_back({name, base});
  }
  return 0;
}

void Disassemble(const LoadedFile& file, std::vector<MultiplicationTraps::Instruction>& found) {
  const std::string command = "objdump -d -C --no-show-raw-insn " + file.path;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  ASSERT_NE(pipe, nullptr);
  std::map<std::string, bool> multiplies;  // by mnemonic
  std::string function;
  std::string line;
  for (int c; (c = std::fgetc(pipe.get())) != EOF;) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    const std::size_t name = line.find(" <");
    if (!line.empty() && line.back() == ':' && name != std::string::npos) {
      function = line.substr(name + 2, line.size() - name - 4);
    }
    const std::size_t tab = line.find(":\t");
    if (tab != std::string::npos) {
      const std::size_t end = line.find(' ', tab);
      const std::string mnemonic = line.substr(tab + 2, end - tab - 2);
      const auto [known, added] = multiplies.try_emplace(mnemonic, false);
      if (added) known->second = Multiplies(mnemonic);
      if (known->second) {
        const std::uint64_t offset = std::strtoull(line.c_str(), nullptr, 16);
        found.push_back({file.base + offset, line.substr(tab + 2), function});
      }
    }
    line.clear();
  }
}

void ProtectCode(const std::vector<MultiplicationTraps::Instruction>& code, int protection) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  std::uintptr_t last = 0;
  for (const auto& instruction : code) {
    const std::uintptr_t at = reinterpret_cast<std::uintptr_t>(instruction.address) & ~(page - 1);
    if (at == last) continue;
    last = at;
    ASSERT_EQ(mprotect(reinterpret_cast<void*>(at), page, protection), 0);
  }
}

std::vector<Trap> g_storage;

}  // namespace

MultiplicationTraps::MultiplicationTraps() {
  std::vector<LoadedFile> files;
  dl_iterate_phdr(AddFile, &files);
  for (const LoadedFile& file : files) Disassemble(file, instructions_);
  std::sort(instructions_.begin(), instructions_.end(),
            [](const auto& a, const auto& b) { return a.address < b.address; });
  EXPECT_GT(instructions_.size(), 100u) << "is objdump there?";
}

std::set<std::string> MultiplicationTraps::Functions() const {
  std::set<std::string> functions;
  for (const Instruction& instruction : instructions_) functions.insert(instruction.function);
  return functions;
}

void MultiplicationTraps::Arm() {
  g_storage.clear();
  for (const Instruction& instruction : instructions_) {
    g_storage.push_back({instruction.address, *instruction.address, false});
  }
  g_traps = g_storage.data();
  g_trap_count = g_storage.size();
  struct sigaction action = {};
  action.sa_sigaction = OnTrap;
  action.sa_flags = SA_SIGINFO;
  ASSERT_EQ(sigaction(SIGTRAP, &action, nullptr), 0);
  ProtectCode(instructions_, PROT_READ | PROT_WRITE | PROT_EXEC);
  for (const Trap& trap : g_storage) *trap.address = kBreakpoint;
}

std::vector<MultiplicationTraps::Instruction> MultiplicationTraps::Disarm() {
  std::vector<Instruction> reached;
  for (std::size_t i = 0; i < g_storage.size(); ++i) {
    *g_storage[i].address = g_storage[i].byte;
    if (g_storage[i].reached) reached.push_back(instructions_[i]);
  }
  ProtectCode(instructions_, PROT_READ | PROT_EXEC);
  return reached;
}

}  // namespace sumac
