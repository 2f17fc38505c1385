// SPDX-License-Identifier: Apache-2.0
// Functions compiled for several CPUs, of which the best is taken when the program starts: the same
// operations on wider registers; words are the same.
#ifndef SUMAC_MODEL_CLONES_H_
#define SUMAC_MODEL_CLONES_H_

// The choice is made before a sanitizer is ready for its code. Clang names them in its own way.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define SUMAC_NO_CLONES
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
#define SUMAC_NO_CLONES
#endif

#ifdef SUMAC_NO_CLONES
#define SUMAC_CLONES
#else
#define SUMAC_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif

#endif  // SUMAC_MODEL_CLONES_H_
