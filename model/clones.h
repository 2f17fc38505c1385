// SPDX-License-Identifier: Apache-2.0
// Functions compiled for several CPUs, of which the best is taken when the program starts: the same
// operations on wider registers; words are the same.
#ifndef SUMAC_MODEL_CLONES_H_
#define SUMAC_MODEL_CLONES_H_

#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
#define SUMAC_CLONES
#else
#define SUMAC_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif

#endif  // SUMAC_MODEL_CLONES_H_
