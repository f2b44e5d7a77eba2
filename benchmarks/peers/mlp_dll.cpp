// The perceptron as DLL's users write it, its products from MKL.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dll/generators.hpp>
#include <dll/network.hpp>
#include <dll/neural/dense/dense_layer.hpp>
#include <memory>
#include <mkl.h>

enum { SIZE = 20, LAYERS = 2 };
using layers_t = dll::network_layers<dll::dense_layer<784, 500, dll::tanh>,
                                     dll::dense_layer<500, 10, dll::softmax>>;
using input_t = etl::fast_dyn_matrix<float, SIZE, 784>;

using network_t =
    dll::dyn_network_desc<layers_t, dll::updater<dll::updater_type::SGD>,
                          dll::weight_decay<dll::decay_type::L2>, dll::batch_size<SIZE>>::network_t;

static std::unique_ptr<network_t> net;
static std::unique_ptr<dll::sgd_trainer<network_t>> trainer;
static const float *data;
static const int *labels;
static float **params, l2;

// `act` on the weights and biases of each layer and the given ones, in order.
template <typename Act>
static void all(Act act) {
    act(net->template layer_get<0>(), 0), act(net->template layer_get<1>(), 1);
}

extern "C" void load(const float *x, const int *y, float **given, const int *, int, int,
                     float learning_rate, float penalty, int threads) {
    mkl_set_num_threads(threads);
    data = x, labels = y, l2 = penalty;
    params = (float **)std::malloc(8 * sizeof *given);
    net = std::make_unique<network_t>();
    std::memcpy(params, given, 2 * LAYERS * sizeof *given);
    net->learning_rate = learning_rate;
    net->l2_weight_cost = 2 * penalty * SIZE;  // it divides by the size, and forgets the 2
    all([](auto &layer, int i) {
        std::copy_n(params[2 * i], etl::size(layer.w), layer.w.begin());
        std::copy_n(params[2 * i + 1], etl::size(layer.b), layer.b.begin());
    });
    trainer = std::make_unique<dll::sgd_trainer<network_t>>(*net);
    trainer->init_training(SIZE);
}

extern "C" double run(int n) {
    double total = 0;
    static input_t x;
    static etl::fast_dyn_matrix<float, SIZE, 10> y;
    for (int i = 0; i < n; i++) {
        std::copy_n(data + i * etl::size(x), etl::size(x), x.begin());
        y = 0;
        for (int row = 0; row < SIZE; row++) y(row, labels[i * SIZE + row]) = 1;
        if (l2)
            all([&](auto &layer, int) { total += l2 * double(etl::sum(layer.w >> layer.w)); });
        total += trainer->train_batch<true>(0, x, y).second;
    }
    return total / n;
}

extern "C" void save() {
    all([](auto &layer, int i) {
        std::copy_n(layer.w.begin(), etl::size(layer.w), params[2 * i]);
        std::copy_n(layer.b.begin(), etl::size(layer.b), params[2 * i + 1]);
    });
}
