// SPDX-License-Identifier: Apache-2.0
// A batch that several processes, the ranks, compute together (docs/parallel.md): each has the
// images of some consecutive shards, and learns of the others' what a word depends on.
#ifndef SUMAC_SW_NN_BATCH_H_
#define SUMAC_SW_NN_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace sumac {

// What the ranks say to each other. Every rank makes the same calls in the same order.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  // Sends out[r] to each rank r and fills in[r] with what that rank sent here, this one included.
  // Throws RanksStopped where not all ranks will come.
  virtual void Exchange(std::span<const std::span<const std::byte>> out,
                        std::span<const std::span<std::byte>> in) = 0;
};

// The ranks cannot go on; what() says why.
class RanksStopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `images` images in `shards` consecutive ranges, shard i from floor(i * images / shards) on. Of
// `ranks`, whose number divides the shards, each has equally many consecutive shards; null: this
// process has them all.
class Batch {
 public:
  // A number of images is a batch of one process.
  Batch(std::int64_t images, int shards = 1, Communicator* ranks = nullptr)
      : images_(images), shards_(shards), ranks_(ranks) {}

  std::int64_t images() const { return images_; }
  int shards() const { return shards_; }
  int ranks() const { return ranks_ == nullptr ? 1 : ranks_->size(); }
  int rank() const { return ranks_ == nullptr ? 0 : ranks_->rank(); }

  std::int64_t ShardBegin(std::int64_t shard) const { return shard * images_ / shards_; }
  int ShardsOfRank() const { return shards_ / ranks(); }
  int FirstShard() const { return rank() * ShardsOfRank(); }
  // The images of a rank, and this one's.
  std::int64_t Begin(int of_rank) const {
    return ShardBegin(static_cast<std::int64_t>(of_rank) * ShardsOfRank());
  }
  std::int64_t Begin() const { return Begin(rank()); }
  std::int64_t Own() const { return Begin(rank() + 1) - Begin(); }

  // All images' values, `count` an image, in their order; `own` are those of this rank's images.
  template <typename T>
  std::vector<T> Gather(std::vector<T> own, std::int64_t count) const {
    if (ranks() == 1) return own;
    std::vector<T> all(static_cast<std::size_t>(images_ * count));
    const std::vector<std::span<const std::byte>> out(static_cast<std::size_t>(ranks()),
                                                      std::as_bytes(std::span(own)));
    std::vector<std::span<std::byte>> in;
    for (int r = 0; r < ranks(); ++r) {
      const auto begin = static_cast<std::size_t>(Begin(r) * count);
      const auto end = static_cast<std::size_t>(Begin(r + 1) * count);
      in.push_back(std::as_writable_bytes(std::span(all).subspan(begin, end - begin)));
    }
    ranks_->Exchange(out, in);
    return all;
  }

  // sum[i] becomes the i-th words of all shards added in binary32 in the shards' order; `partial`
  // has this rank's shards. Each rank adds a segment of the words, then all learn of all. Called
  // under a ScopedFloatMode.
  void SumShards(std::span<const std::span<const float>> partial, std::span<float> sum) const;

 private:
  std::int64_t images_;
  int shards_;
  Communicator* ranks_;
};

}  // namespace sumac

#endif  // SUMAC_SW_NN_BATCH_H_
