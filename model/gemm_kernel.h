// SPDX-License-Identifier: Apache-2.0
// What the SIMD GEMM's framework (gemm_plan, simd_device) asks of a kernel set: one set a CPU
// family, each in a file of its own (kernel_avx512.cc ...), all made from one body
// (gemm_kernel_body.h).
//
// A GEMM is computed as outer products over k, in order: one operand's outer index lies along the
// lanes of vectors (the "vector side"), the other's words are broadcast (the "broadcast side").
// Nothing is ever summed over lanes, so that every output is one sequential fold.
#ifndef SUMAC_MODEL_GEMM_KERNEL_H_
#define SUMAC_MODEL_GEMM_KERNEL_H_

#include <cstdint>

#include "model/word.h"

namespace sumac::gemm {

inline constexpr int kMaxLanes = 16;     // words a vector, over all kernel sets
inline constexpr int kMaxVectors = 3;    // vectors a tile
inline constexpr int kMaxRows = 8;       // broadcast words a tile, a power of two
inline constexpr int kRowChoices = 4;    // 1, 2, 4 and 8 rows
inline constexpr int kFusedChoices = 3;  // groups of 4, 8 and 16 products

// How a tile's products are computed. kPlain and kMasked need a certificate (gemm_certificate.h).
// None but kIeee multiplies.
enum Kind {
  kPlain,    // pam; no word of the broadcast panel is zero: an integer add under a mask
  kMasked,   // pam; products of the panel's zeros are left out, by `keep`
  kGeneral,  // pam of any words
  kIeee,     // IEEE multiplication of any words
  kKinds
};

// A walk along k of one tile's vectors: rows x count steps, of which step (j, i) is k + j * count +
// i and loads vector v from base[v] + j * row_step + i * step, lanes outside mask[v] being +0.
struct Run {
  const Word* base[kMaxVectors] = {};
  std::uint32_t mask[kMaxVectors] = {};
  std::int64_t count = 0;
  std::int64_t step = 0;
  std::int64_t rows = 1;
  std::int64_t row_step = 0;
  std::int64_t k = 0;
};

// One tile: acc[r * acc_pitch + v * lanes + lane] <- its fold over the runs.
struct TileWork {
  const Run* runs = nullptr;
  std::int64_t run_count = 0;
  const Word* words = nullptr;  // broadcast panel: K x rows, as EncodeFunction leaves it
  const Word* keep = nullptr;   // K x rows: 0 where the word is zero, else all ones
  float* acc = nullptr;
  std::int64_t acc_pitch = 0;
  Word bias = 0;  // what EncodeFunction subtracted: 1.0's bits less comp; 0 under kIeee
};
using TileFunction = void (*)(const TileWork& work);
// The same by groups of products. The runs begin with a group; steps that they leave out are +0.
using FusedFunction = void (*)(const TileWork& work, int rows, int vectors);
// Fused (model/fused.h), for kernel files: compiled for a CPU, they instantiate nothing of the
// standard library that another file could pick up.
Word FusedWord(Word psum, const Word* products, int count);

// Lane-wise range of the words that pass through a copy: least and greatest magnitude of those not
// zero, the least less 2^-126's bits, so that a zero wraps to the greatest number. EncodeFunction
// also leaves 1.0's bits in `unit` where no word was zero, else 0.
struct RangeState {
  alignas(64) Word low[kMaxLanes];
  alignas(64) Word high[kMaxLanes];
  alignas(64) Word keep[kMaxLanes];
};

// Words are cleaned on every copy: narrowed into E8Mn (docs/arithmetic.md, "Narrow operands"), and
// zeros and subnormals made +0.
//
// dst[i] = clean(src[i]), i < count.
using CopyFunction = void (*)(Word* dst, const float* src, std::int64_t count, int mantissa_bits,
                              RangeState* range);
// dst[c * pitch + i] = clean(src[i][c]), c < channels, i < count. Writes whole vectors: up to
// count rounded up to the lanes.
using TransposeFunction = void (*)(Word* dst, std::int64_t pitch, const float* const* src,
                                   std::int64_t count, std::int64_t channels, int mantissa_bits,
                                   RangeState* range);
// Makes a broadcast panel in place: words[i] = clean(words[i]) - bias; keep[i] = 0 where the word
// is zero, else all ones.
using EncodeFunction = void (*)(Word* words, Word* keep, std::int64_t count, int mantissa_bits,
                                Word bias, RangeState* range);
// dst[i] = add(src[i], +0), i < count: a fold's last step.
using FinishFunction = void (*)(float* dst, const float* src, std::int64_t count);
// dst[i][r] = add(src[r * pitch + i], +0), r < rows, i < count; a null dst[i] is left out.
using FinishTransposedFunction = void (*)(float* const* dst, const float* src, std::int64_t pitch,
                                          std::int64_t rows, std::int64_t count);

// The nonzero words of an operand, pixel by pixel (a pixel: the channels of one position). Pixel i
// has counts[i] of them from words[i * channels] on, channels ascending, and at the same index of
// `places` the channel's number times a step.
struct NonzeroLists {
  Word* words = nullptr;
  Word* places = nullptr;
  std::int32_t* counts = nullptr;
};
// Makes the lists of pixels `pitch` words apart, of so many of their channels: cleaned, and less
// `bias`. Gathers the range before that. May write 16 words past the last pixel's.
using ListFunction = void (*)(const float* src, std::int64_t pixels, std::int64_t pitch,
                              std::int64_t channels, Word place_step, int mantissa_bits, Word bias,
                              const NonzeroLists& lists, RangeState* range);
// dst[i * channels + c] = clean(src[i * pitch + c]). Whether no word is zero. The channels are a
// multiple of the lanes.
using CopyPixelsFunction = bool (*)(Word* dst, const float* src, std::int64_t pixels,
                                    std::int64_t pitch, std::int64_t channels, int mantissa_bits,
                                    RangeState* range);

inline constexpr int kSparseTaps = 9;  // tap 3 r + s of a 3 x 3 kernel

// Whether all words, in whole vectors, are clean and not zero; if so, their range.
using MeasureFunction = bool (*)(const float* src, std::int64_t count, RangeState* range);

// Adds the products of some adjacent pixels' words with the weights that they meet to a vector of
// output channels: tap (r, s) of pixel i at acc + i * acc_pixel - r * acc_row - s * acc_pixel.
struct ScatterWork {
  NonzeroLists lists;       // places: of the word's weights, in words from `weights` on
  const Word* all[2] = {};  // instead of lists, of one image or of two: pixels x channels words
                            // without a zero
  std::int64_t pixels = 0;
  std::int64_t channels = 0;
  const Word* weights = nullptr;  // channel x tap x lane, as EncodeFunction leaves them
  float* acc[2] = {};             // of each image
  std::int64_t acc_pixel = 0;
  std::int64_t acc_row = 0;
  Word bias = 0;  // what EncodeFunction subtracted
};
using ScatterFunction = void (*)(const ScatterWork& work);

// An operand's words channel by channel: that of channel c and place p at words[c * pitch + p], and
// from places[c * pitch] on the places of those that are not zero, counts[c] of them, ascending.
struct ChannelLists {
  Word* words = nullptr;
  Word* places = nullptr;
  std::int64_t pitch = 0;
  std::int32_t* counts = nullptr;
};
// Adds pixels that are `pitch` words apart, of so many of their channels, to the lists; their
// places begin at `first`. Words are cleaned, and less `bias`. May write 16 words past the last
// pixel's.
using ListChannelsFunction = void (*)(const float* src, std::int64_t pixels, std::int64_t pitch,
                                      std::int64_t channels, Word first, int mantissa_bits,
                                      Word bias, const ChannelLists& lists, RangeState* range);

// Which taps of a pixel meet an output, by row and column of the taps: 0 or all ones each. The
// middle ones always do.
struct KeepTaps {
  Word first_row, last_row, first_column, last_column;
};

// Adds the products of one input channel's nonzero words with the output gradients that they met to
// the gradients of its weights, for one or two vectors of output channels: tap (r, s) of place p
// meets the vector at gradient + p * gradient_pixel - r * gradient_row - s * gradient_pixel.
struct UpdateWork {
  const Word* places = nullptr;
  std::int64_t count = 0;
  const Word* words = nullptr;  // of all places, less the bias
  const Word* gradient = nullptr;
  std::int64_t gradient_pixel = 0;
  std::int64_t gradient_row = 0;
  const KeepTaps* keep = nullptr;  // of each place
  float* acc = nullptr;            // tap x lane
  std::int64_t acc_vector = 0;     // to the second vector's
  Word bias = 0;
};
// No word of the gradient is zero where the kind is kPlain.
using UpdateFunction = void (*)(const UpdateWork& work);

struct KernelSet {
  const char* name;
  int lanes;    // words a vector
  int vectors;  // vectors a tile, at most
  int rows;     // broadcast words a tile, at most
  // tile[kind][log2 of rows][vectors - 1]
  TileFunction tile[kKinds][kRowChoices][kMaxVectors];
  FusedFunction fused[kKinds][kFusedChoices];
  CopyFunction copy;
  TransposeFunction transpose;
  EncodeFunction encode;
  FinishFunction finish;
  FinishTransposedFunction finish_transposed;

  // Null where a set has none.
  ListFunction list_nonzeros;
  CopyPixelsFunction copy_pixels;
  MeasureFunction measure;
  ScatterFunction scatter[kKinds];  // never kMasked, nor are the next two
  ScatterFunction scatter_all[kKinds];
  ScatterFunction scatter_pair[kKinds];  // of two images by `all`; some or all may be null
  ListChannelsFunction list_channels;
  UpdateFunction update[kKinds][2];  // [vectors - 1]; those of two vectors may be null
};

// Null where this build has no such kernels.
const KernelSet* Avx512Kernels();
const KernelSet* Avx2Kernels();
const KernelSet* PortableKernels();

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_KERNEL_H_
