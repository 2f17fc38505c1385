// SPDX-License-Identifier: Apache-2.0
// `upset`: what single bits that flip in the array's processing elements do to a network.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "model/error.h"
#include "model/names.h"
#include "sw/cli/commands.h"
#include "sw/cli/interrupt.h"
#include "sw/cli/network.h"
#include "sw/cli/progress.h"
#include "sw/cli/upset_bits.h"
#include "sw/cli/upset_inference.h"
#include "sw/io/json.h"
#include "sw/nn/random.h"

namespace sumac {
namespace {

using Json = nlohmann::ordered_json;

struct UpsetOptions {
  NetworkOptions network;
  std::int64_t upsets = 0;
  std::uint64_t seed = 1;
  std::int64_t confirm = 0;
  std::string out;
};

// What became of an upset, from the least to the worst.
constexpr const char* kOutcomes[] = {"masked", "same logits", "same class", "wrong class"};

std::int64_t Class(std::span<const float> logits) {
  return std::ranges::max_element(logits) - logits.begin();  // as SoftmaxCrossEntropy
}

bool HasNaN(std::span<const float> logits) {
  return std::ranges::any_of(logits, [](float x) { return x != x; });
}

// The campaign's file: a line that says what it is of, then one an upset, in order.
class UpsetFile {
 public:
  // Begins it, or goes on with one of the same campaign. Throws Error where it is another's.
  UpsetFile(const std::string& path, const Json& header) : path_(path) {
    std::string whole = header.dump() + "\n";
    if (std::filesystem::exists(path)) {
      std::string text = ReadFile(path);
      text.erase(text.rfind('\n') + 1);  // a line that was cut short
      if (!text.starts_with(whole)) {
        throw Error(path + " is of another campaign; give another --out, or the same options.");
      }
      for (std::size_t at = whole.size(); at < text.size();) {
        const std::size_t end = text.find('\n', at);
        lines_.push_back(Parse(text.substr(at, end - at)));
        at = end + 1;
      }
      whole = text;
    }
    WriteFileAtomically(path, whole);
    file_.open(path, std::ios::app);
  }

  const std::vector<Json>& lines() const { return lines_; }

  void Append(Json line) {
    file_ << line.dump() << '\n' << std::flush;
    if (!file_) throw WorkFailed(path_ + " cannot be written; is the disk full?");
    lines_.push_back(std::move(line));
  }

 private:
  Json Parse(const std::string& text) const {
    Json line = ParseJson<Json>(text);
    const std::size_t number = lines_.size();
    if (line.is_object() && line.contains("upset") && line["upset"] == number) return line;
    throw Error(fmt::format("{} line {} is not upset {}; remove the file to begin again.", path_,
                            number + 2, number));
  }

  std::string path_;
  std::ofstream file_;
  std::vector<Json> lines_;
};

class Campaign {
 public:
  Campaign(const UpsetOptions& options, const NetworkInput& input, UpsetArray& array)
      : options_(options), input_(input), array_(array), inference_(input, array) {
    for (std::size_t reg = 0; reg < array.registers().size(); ++reg) {
      for (int bit = 0; bit < array.registers()[reg].bits; ++bit) bits_.push_back({reg, bit});
    }
  }

  std::int64_t bits() const { return std::ssize(bits_); }
  // Of an inference; known when one was shown.
  std::int64_t cycles() const { return inference_.cycles(); }

  Json Header() const {
    const Arithmetic& arithmetic = input_.arithmetic;
    const std::string checkpoint = ReadFile(options_.network.checkpoint);
    const auto crc =
        crc32_z(0, reinterpret_cast<const Bytef*>(checkpoint.data()), checkpoint.size());
    return {{"checkpoint_crc32", fmt::format("{:08x}", crc)},
            {"model", input_.checkpoint.net.model},
            {"data", input_.data.name},
            {"array", array_.array().Geometry()},
            {"adder_depth", array_.array().adder_depth},
            {"mul", ProductName(arithmetic.product)},
            {"comp", CompName(arithmetic.comp)},
            {"format", FormatName(arithmetic.mantissa_bits)},
            {"images", input_.images},
            {"upsets", options_.upsets},
            {"seed", options_.seed}};
  }

  // Upset `number` and what became of it. A function of the seed and the number.
  Json Run(std::int64_t number) {
    const Drawn drawn = Draw(number);
    const auto struck = inference_.Strike(drawn.place, drawn.upset);
    const std::span<const float> clean = inference_.logits();
    const std::int64_t clean_class = Class(clean);
    const std::int64_t found = Class(struck.logits);
    const std::uint32_t crc = LogitsCrc32(struck.logits);
    const int outcome = struck.words == 0           ? 0
                        : crc == LogitsCrc32(clean) ? 1
                        : found == clean_class      ? 2
                                                    : 3;
    const ElementRegister& reg = array_.registers()[drawn.upset.reg];
    const BitMeaning meaning = MeaningOf(reg, drawn.upset.bit, input_.arithmetic.mantissa_bits);
    return {{"upset", number},
            {"image", shown_},
            {"layer", drawn.place.layer},
            {"unit", drawn.place.unit},
            {"cycle", drawn.upset.cycle},
            {"row", drawn.upset.row},
            {"column", drawn.upset.column},
            {"register", reg.name},
            {"bit", drawn.upset.bit},
            {"kind", meaning.kind},
            {"field", meaning.field},
            {"outcome", kOutcomes[outcome]},
            {"wrong_sums", struck.sums},
            {"wrong_words", struck.words},
            {"label", input_.data.labels[static_cast<std::size_t>(shown_)]},
            {"clean_class", clean_class},
            {"class", found},
            {"nan", HasNaN(struck.logits)},
            {"logits_crc32", crc}};
  }

  // Whether the upset of a line gives the same logits where all runs on the array.
  bool Confirm(const Json& line) {
    const Drawn drawn = Draw(line.at("upset"));
    return LogitsCrc32(inference_.StrikeOnRtl(drawn.place, drawn.upset)) == line.at("logits_crc32");
  }

 private:
  struct Drawn {
    UpsetInference::Place place;
    Upset upset;
  };

  // Any cycle of the inference, any element, any bit of its registers, all alike. Consecutive
  // upsets share an image.
  Drawn Draw(std::int64_t number) {
    const std::int64_t image = number * input_.images / options_.upsets;
    if (image != shown_) inference_.Show(image);
    shown_ = image;
    const RandomWords words =
        RandomFor(options_.seed, RandomStream::kUpset, 0, static_cast<std::uint64_t>(number));
    const auto below = [](std::uint32_t word, std::int64_t bound) {
      return static_cast<std::int64_t>(Below(word, static_cast<std::uint32_t>(bound)));
    };
    Drawn drawn;
    drawn.place = inference_.Find(below(words[0], inference_.cycles()));
    const std::int64_t element = below(words[1], array_.array().Elements());
    const auto [reg, bit] = bits_[static_cast<std::size_t>(below(words[2], bits()))];
    drawn.upset = {drawn.place.cycle, static_cast<int>(element / array_.array().columns),
                   static_cast<int>(element % array_.array().columns), reg, bit};
    return drawn;
  }

  const UpsetOptions& options_;
  const NetworkInput& input_;
  UpsetArray& array_;
  UpsetInference inference_;
  std::vector<std::pair<std::size_t, int>> bits_;  // of an element: register and bit
  std::int64_t shown_ = -1;
};

// How many upsets ended in each way.
using Counts = std::array<std::int64_t, std::size(kOutcomes)>;

std::int64_t Sum(const Counts& counts) {
  std::int64_t sum = 0;
  for (const std::int64_t count : counts) sum += count;
  return sum;
}

void Count(Counts& counts, const Json& line) {
  const auto outcome = std::ranges::find(kOutcomes, line.at("outcome").get<std::string>());
  ++counts.at(static_cast<std::size_t>(outcome - std::begin(kOutcomes)));
}

void AddCounts(Json& row, const Counts& counts) {
  row["upsets"] = Sum(counts);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::string key = kOutcomes[i];
    std::ranges::replace(key, ' ', '_');
    row[key] = counts[i];
  }
}

// The table: rows by register and field, then all.
Json Summarise(const std::vector<Json>& lines, const UpsetArray& array) {
  std::map<BitMeaning, Counts> found;
  std::map<BitMeaning, std::int64_t> bits;
  Counts all{};
  std::int64_t masked_sums = 0;
  std::int64_t nan = 0;
  for (const ElementRegister& reg : array.registers()) {
    for (int bit = 0; bit < reg.bits; ++bit) {
      ++bits[MeaningOf(reg, bit, array.array().arithmetic.mantissa_bits)];
    }
  }
  for (const Json& line : lines) {
    Count(found[{line.at("kind"), line.at("field")}], line);
    Count(all, line);
    masked_sums += line.at("wrong_sums") != 0 && line.at("wrong_words") == 0 ? 1 : 0;
    nan += line.at("nan") ? 1 : 0;
  }
  Json rows = Json::array();
  for (const BitMeaning& meaning : BitMeanings()) {
    if (!bits.contains(meaning)) continue;
    Json row = {{"register", meaning.kind}, {"field", meaning.field}, {"bits", bits[meaning]}};
    AddCounts(row, found[meaning]);
    rows.push_back(row);
  }
  Json total = {{"register", "all"}, {"field", ""}, {"bits", 0}};
  for (const auto& [meaning, count] : bits)
    total["bits"] = total["bits"].get<std::int64_t>() + count;
  AddCounts(total, all);
  rows.push_back(total);
  return {{"table", rows}, {"masked_by_epilogue", masked_sums}, {"nan_logits", nan}};
}

void PrintSummary(const Json& document) {
  fmt::print("{} upsets, {} images, {} on {} {} {}, {} cycles an inference\n\n",
             document.at("upsets").get<std::int64_t>(), document.at("images").get<std::int64_t>(),
             document.at("model").get<std::string>(), document.at("array").get<std::string>(),
             document.at("mul").get<std::string>(), document.at("format").get<std::string>(),
             document.at("cycles").get<std::int64_t>());
  fmt::print("{:13}  {:8}  {:>4}  {:>7}  {:>7}  {:>11}  {:>10}  {:>11}\n", "register", "field",
             "bits", "upsets", "masked", "same logits", "same class", "wrong class");
  for (const Json& row : document.at("table")) {
    const auto count = [&](const char* key) { return row.at(key).get<std::int64_t>(); };
    fmt::print("{:13}  {:8}  {:4}  {:7}  {:7}  {:11}  {:10}  {:11}\n",
               row.at("register").get<std::string>(), row.at("field").get<std::string>(),
               count("bits"), count("upsets"), count("masked"), count("same_logits"),
               count("same_class"), count("wrong_class"));
  }
  fmt::print("\nwrong sums that the epilogue masked {}  NaN among the logits {}\n",
             document.at("masked_by_epilogue").get<std::int64_t>(),
             document.at("nan_logits").get<std::int64_t>());
  if (!document.contains("confirmed")) return;
  fmt::print("wholly on the RTL {}: {} with other logits\n",
             document.at("confirmed").get<std::int64_t>(),
             document.at("differing").get<std::int64_t>());
}

int RunUpset(const UpsetOptions& options) {
  const NetworkInput input = ReadNetworkInput(options.network, Split::kTest);
  if (options.confirm > options.upsets) {
    throw Error(fmt::format("--confirm {} is more than --upsets {}; ask for fewer.",
                            options.confirm, options.upsets));
  }
  RequireFold(input.arithmetic);
  const auto array = MakeUpsetArray(options.network.engine.array, input.arithmetic);
  Campaign campaign(options, input, *array);
  UpsetFile file(options.out, campaign.Header());
  CatchInterrupts();
  Progress progress("upsets");
  const std::vector<Json>& lines = file.lines();
  for (auto i = std::ssize(lines); i < options.upsets; ++i) {
    StopIfInterrupted(
        fmt::format("after {} of {} upsets; the same call goes on", i, options.upsets));
    progress.Update("struck", i, options.upsets);
    file.Append(Working([&] { return campaign.Run(i); }));
  }
  std::int64_t differing = 0;
  for (std::int64_t i = 0; i < options.confirm; ++i) {
    StopIfInterrupted(fmt::format("after {} of {} confirmations", i, options.confirm));
    progress.Update("confirming", i, options.confirm);
    const auto line = static_cast<std::size_t>(i * options.upsets / options.confirm);
    differing += Working([&] { return campaign.Confirm(lines[line]); }) ? 0 : 1;
  }
  progress.Clear();
  Json document = campaign.Header();
  document["cycles"] = campaign.cycles();
  document.update(Summarise(lines, *array));
  if (options.confirm > 0)
    document.update({{"confirmed", options.confirm}, {"differing", differing}});
  if (options.network.json) {
    fmt::print("{}\n", document.dump(2));
  } else {
    PrintSummary(document);
  }
  return differing == 0 ? kDone : kDifferent;
}

}  // namespace

void AddUpset(CLI::App& app, int& status) {
  const auto options = std::make_shared<UpsetOptions>();
  options->network.images = 100;
  NetworkOptions& network = options->network;
  CLI::App* command = app.add_subcommand(
      "upset", "Flip bits in the array's processing elements during a network's inference");
  AddCheckpointOptions(*command, network);
  command->add_option("--images", network.images, "The first N test images, each struck as often")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--upsets", options->upsets, "Bits flipped, one an inference")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 31))
      ->required();
  command->add_option("--seed", options->seed, "Seed of the cycles, elements and bits")
      ->capture_default_str();
  command
      ->add_option("--confirm", options->confirm,
                   "Run N of the upsets again with all layers on the RTL; exit status 1 where the "
                   "logits differ")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--out", options->out, "File of the upsets, a JSON object a line")
      ->required();
  AddArrayOption(*command, network.engine.array);
  command->add_option("--mul", network.mul, "Product: pam or ieee (default: as in training)")
      ->check(Accepted(ParseProduct));
  command->add_option("--comp", network.comp, "Compensation of pam (default: as in training)")
      ->check(Accepted(ParseComp));
  command->add_option("--format", network.format, "Operand format (default: as in training)")
      ->check(Accepted(ParseFormat));
  AddThreadsOption(*command, network.engine.threads);
  AddJsonOption(*command, network.json);
  command->footer(
      "Each upset is one bit of one register of one processing element in one cycle of an image's "
      "inference, all drawn alike. The struck work unit runs on the Verilated array, the rest on "
      "the CPU's kernels. masked: the layer's words are the clean ones; same logits: later layers "
      "masked it; same class, wrong class: the logits differ, and with them the greatest or not.\n"
      "The same call goes on with a file that is not complete.\n\n"
      "Example:\n"
      "  sumac upset --checkpoint runs/pam/model.safetensors --upsets 1000 --confirm 20 "
      "--out upsets.jsonl");
  command->callback([options, &status] { status = RunUpset(*options); });
}

}  // namespace sumac
