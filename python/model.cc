// SPDX-License-Identifier: Apache-2.0
// A trained network from its checkpoint, its logits and its weights; a checkpoint of weights from
// elsewhere.
#include <algorithm>
#include <tuple>

#include "model/devices.h"
#include "python/engine.h"
#include "sw/nn/resnet.h"
#include "sw/train/checkpoint.h"
#include "sw/train/images.h"

namespace sumac::python {
namespace {

class Model {
 public:
  explicit Model(const std::string& path) : checkpoint_(ReadCheckpoint(path)) {}

  const ResNetConfig& net() const { return checkpoint_.net; }
  std::string Config() const { return ToJson(checkpoint_.config).dump(); }

  // The logits of `images` images; fill(i, words) writes the network's input for image i.
  template <typename Fill>
  void Predict(std::int64_t images, std::int64_t batch, const EngineOptions& options,
               std::span<float> logits, Fill fill) const {
    const Arithmetic arithmetic = checkpoint_.config.Forward();
    const auto device = MakeEngine(options, arithmetic);
    const ResNet network = MakeNetwork(*device, checkpoint_);
    Context context{.device = *device, .forward = arithmetic, .backward = arithmetic};
    batch = std::min(batch, images);
    ResNetInference graph(context, network, batch);
    const auto words = static_cast<std::size_t>(net().height * net().width * net().channels);
    float* next = logits.data();
    for (std::int64_t done = 0; done < images; done += batch) {
      const std::int64_t now = std::min(batch, images - done);
      for (std::int64_t i = 0; i < now; ++i) {
        fill(done + i, graph.input().subspan(static_cast<std::size_t>(i) * words, words));
      }
      next = std::ranges::copy(graph.Run(now), next).out;
    }
  }

  // Pixels of the data set that the network was trained on.
  void PredictBytes(const Bytes& images, Floats& out, std::int64_t batch, const std::string& engine,
                    int threads, const std::string& array) const {
    const auto logits = MutableSpanOf(out);
    const auto pixels = SpanOf(images);
    const std::int64_t count = images.shape(0);
    const pybind11::gil_scoped_release released;
    Dataset data;
    data.name = checkpoint_.config.data;
    data.count = count;
    data.height = net().height;
    data.width = net().width;
    data.channels = net().channels;
    data.pixels.assign(pixels.begin(), pixels.end());
    const Normaliser normalise(data);
    Predict(count, batch, {engine, threads, array}, logits,
            [&](std::int64_t image, std::span<float> words) {
              LoadImage(data, normalise, image, {}, words);
            });
  }

  // The network's input as it is.
  void PredictFloats(const Floats& images, Floats& out, std::int64_t batch,
                     const std::string& engine, int threads, const std::string& array) const {
    const auto logits = MutableSpanOf(out);
    const auto values = SpanOf(images);
    const std::int64_t count = images.shape(0);
    const pybind11::gil_scoped_release released;
    Predict(count, batch, {engine, threads, array}, logits,
            [&](std::int64_t image, std::span<float> words) {
              const std::size_t first = static_cast<std::size_t>(image) * words.size();
              std::ranges::copy(values.subspan(first, words.size()), words.begin());
            });
  }

  // Name to array, in the order of the network.
  pybind11::dict State() const {
    const auto device = MakeReferenceDevice(1);
    const ResNet network = MakeNetwork(*device, checkpoint_);
    pybind11::dict state;
    for (const NamedTensor& tensor : StateTensors(network)) {
      Floats array(tensor.shape);
      std::ranges::copy(tensor.values, array.mutable_data());
      state[pybind11::str(tensor.name)] = std::move(array);
    }
    return state;
  }

 private:
  Checkpoint checkpoint_;
};

// Writes a checkpoint of an untrained run, velocities +0. Throws Error, the file as it was, where
// the configuration or a tensor is not the network's.
void WriteModel(const std::string& path, const std::string& name,
                const std::tuple<std::int64_t, std::int64_t, std::int64_t>& input_shape,
                std::int64_t classes, const std::string& config, const pybind11::dict& state) {
  const auto [height, width, channels] = input_shape;
  Checkpoint checkpoint;
  checkpoint.path = path;
  checkpoint.net = {name, channels, height, width, classes};
  checkpoint.config = ConfigFromJson(nlohmann::json::parse(config), {});
  checkpoint.config.model = name;
  CheckConfig(checkpoint.config);
  for (const auto& [key, value] : state) {
    const auto array = pybind11::cast<Floats>(value);
    const auto words = SpanOf(array);
    checkpoint.file.tensors.push_back({pybind11::cast<std::string>(key),
                                       {array.shape(), array.shape() + array.ndim()},
                                       {words.begin(), words.end()}});
  }
  const pybind11::gil_scoped_release released;
  const auto device = MakeReferenceDevice(1);
  const ResNet network = MakeNetwork(*device, checkpoint);
  const TrainConfig& training = checkpoint.config;
  const Sgd sgd(network.Parameters(), training.momentum, training.weight_decay, training.mul_free);
  WriteCheckpoint(path, network, sgd, training, {});
}

}  // namespace

void AddModel(pybind11::module_& module) {
  pybind11::class_<Model>(module, "Model")
      .def(pybind11::init<const std::string&>(),
           pybind11::call_guard<pybind11::gil_scoped_release>())
      .def("name", [](const Model& model) { return model.net().model; })
      .def("classes", [](const Model& model) { return model.net().classes; })
      .def("input_shape",
           [](const Model& model) {
             const ResNetConfig& net = model.net();
             return pybind11::make_tuple(net.height, net.width, net.channels);
           })
      .def("config", &Model::Config)
      .def("state", &Model::State)
      .def("predict_bytes", &Model::PredictBytes)
      .def("predict_floats", &Model::PredictFloats);
  module.def("write_model", &WriteModel);
  module.def("model_names", [] {
    pybind11::list names;
    for (const std::string& name : ResNetNames()) names.append(name);
    return names;
  });
}

}  // namespace sumac::python
