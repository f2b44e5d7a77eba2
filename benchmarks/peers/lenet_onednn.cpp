// LeNet on oneDNN: its convolutions, pools and products, in the layouts that it asks for.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <dnnl.hpp>
#include <functional>
#include <omp.h>
#include <vector>

using namespace dnnl;
using Desc = memory::desc;
using Dims = memory::dims;
static const auto F32 = memory::data_type::f32;
static const auto ANY = memory::format_tag::any;

static engine cpu(engine::kind::cpu, 0);
static stream flow(cpu);
static std::vector<std::function<void()>> calls, savings;  // of a step, in order; of the end
static std::vector<std::function<memory(memory)>> backs;   // from a layer's gradient to the one below
static const float *data;
static const int *labels;
static int batch;
static float rate, cost;
static memory pictures;

static void add(primitive what, std::unordered_map<int, memory> with) {
    calls.push_back([=] { what.execute(flow, with); });
}

// The same numbers in another layout.
static memory laid(memory from, Desc wanted) {
    if (from.get_desc() == wanted) return from;
    memory to(wanted, cpu);
    add(reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
    return to;
}

static void descend(memory weights, memory gradient) {
    gradient = laid(gradient, weights.get_desc());
    auto *w = (float *)weights.get_data_handle(), *g = (float *)gradient.get_data_handle();
    long n = weights.get_desc().get_size() / sizeof(float);
    calls.push_back([=] {
#pragma omp parallel for simd if (n > 10000)
        for (long i = 0; i < n; i++) w[i] -= rate * g[i];
    });
}

// A copy of the given weights in the layout wanted, which goes back at the end.
static memory kept(float *given, Desc theirs, Desc wanted) {
    memory user(theirs, cpu, given), mine(wanted, cpu);
    reorder(user, mine).execute(flow, user, mine);
    savings.push_back([=]() mutable { reorder(mine, user).execute(flow, mine, user); });
    return mine;
}

// It correlates, and here filters are turned round.
static void turn(float *W, long n) {
    for (long i = 0; i < n; i += 25) std::reverse(W + i, W + i + 25);
}

static memory convolution(memory x, int maps, float *given, float *given_b, bool is_first) {
    Dims in = x.get_desc().get_dims(), one{1, 1}, none{0, 0};
    Dims shape{maps, in[1], 5, 5}, out{in[0], maps, in[2] - 4, in[3] - 4};
    Desc w(shape, F32, ANY), b(Dims{maps}, F32, memory::format_tag::x), y(out, F32, ANY);
    Desc x_any = is_first ? x.get_desc() : Desc(in, F32, ANY);
    auto direct = algorithm::convolution_direct;
    convolution_forward::primitive_desc forth(cpu, prop_kind::forward_training, direct, x_any, w, b,
                                              y, one, none, none);
    turn(given, maps * in[1] * 25);
    memory W = kept(given, Desc(shape, F32, memory::format_tag::oihw), forth.weights_desc());
    savings.push_back([=] { turn(given, maps * in[1] * 25); });
    memory bias(b, cpu, given_b), dst(forth.dst_desc(), cpu);
    memory src = laid(x, forth.src_desc());
    add(convolution_forward(forth),
        {{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, W}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, dst}});
    backs.push_back([=](memory above) {
        convolution_backward_weights::primitive_desc of_weights(cpu, direct, x_any, w, b, y, one,
                                                                none, none, forth);
        memory below, dW(of_weights.diff_weights_desc(), cpu), db(b, cpu);
        if (!is_first) {
            convolution_backward_data::primitive_desc of_data(cpu, direct, x_any, w, y, one, none,
                                                              none, forth);
            below = memory(of_data.diff_src_desc(), cpu);
            memory g = laid(above, of_data.diff_dst_desc());
            memory same = laid(W, of_data.weights_desc());
            add(convolution_backward_data(of_data),
                {{DNNL_ARG_DIFF_DST, g}, {DNNL_ARG_WEIGHTS, same}, {DNNL_ARG_DIFF_SRC, below}});
        }
        memory g = laid(above, of_weights.diff_dst_desc());
        memory seen = laid(src, of_weights.src_desc());
        add(convolution_backward_weights(of_weights), {{DNNL_ARG_SRC, seen},
                                                       {DNNL_ARG_DIFF_DST, g},
                                                       {DNNL_ARG_DIFF_WEIGHTS, dW},
                                                       {DNNL_ARG_DIFF_BIAS, db}});
        descend(W, dW), descend(bias, db);
        return below;
    });
    return dst;
}

static memory max_pool(memory x) {
    Dims two{2, 2}, none{0, 0}, out = x.get_desc().get_dims();
    out[2] /= 2, out[3] /= 2;
    auto max = algorithm::pooling_max;
    pooling_forward::primitive_desc forth(cpu, prop_kind::forward_training, max, x.get_desc(),
                                          Desc(out, F32, ANY), two, two, none, none, none);
    memory dst(forth.dst_desc(), cpu), places(forth.workspace_desc(), cpu);
    add(pooling_forward(forth),
        {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, dst}, {DNNL_ARG_WORKSPACE, places}});
    backs.push_back([=](memory above) {
        memory below(x.get_desc(), cpu), g = laid(above, forth.dst_desc());
        pooling_backward::primitive_desc back(cpu, max, x.get_desc(), g.get_desc(), two, two, none,
                                              none, none, forth);
        add(pooling_backward(back), {{DNNL_ARG_DIFF_DST, g},
                                     {DNNL_ARG_WORKSPACE, places},
                                     {DNNL_ARG_DIFF_SRC, below}});
        return below;
    });
    return dst;
}

// In place; its gradient is had from its result.
static memory squashed(memory x) {
    auto squash = algorithm::eltwise_tanh_use_dst_for_bwd;
    Desc like = x.get_desc();
    eltwise_forward::primitive_desc forth(cpu, prop_kind::forward_training, squash, like, like);
    add(eltwise_forward(forth), {{DNNL_ARG_SRC, x}, {DNNL_ARG_DST, x}});
    backs.push_back([=](memory above) {
        memory g = laid(above, like);
        eltwise_backward::primitive_desc back(cpu, squash, like, like, like, forth);
        add(eltwise_backward(back),
            {{DNNL_ARG_DST, x}, {DNNL_ARG_DIFF_DST, g}, {DNNL_ARG_DIFF_SRC, g}});
        return g;
    });
    return x;
}

static memory dense(memory x, int n_out, float *given, float *given_b) {
    Dims in = x.get_desc().get_dims(), shape = in, strides(in.size(), 1);
    shape[0] = n_out;
    long n = n_out;  // the given weights have a row for each input
    for (int i = in.size() - 1; i > 0; n *= in[i--]) strides[i] = n;
    Desc w(shape, F32, ANY), b(Dims{n_out}, F32, memory::format_tag::x);
    Desc x_any(in, F32, ANY), y(Dims{in[0], n_out}, F32, memory::format_tag::nc);
    inner_product_forward::primitive_desc forth(cpu, prop_kind::forward_training, x_any, w, b, y);
    memory W = kept(given, Desc(shape, F32, strides), forth.weights_desc());
    memory bias(b, cpu, given_b), dst(y, cpu), src = laid(x, forth.src_desc());
    add(inner_product_forward(forth),
        {{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, W}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, dst}});
    backs.push_back([=](memory g) {
        inner_product_backward_data::primitive_desc of_data(cpu, x_any, w, y, forth);
        inner_product_backward_weights::primitive_desc of_weights(cpu, x_any, w, b, y, forth);
        memory below(of_data.diff_src_desc(), cpu), db(b, cpu);
        memory dW(of_weights.diff_weights_desc(), cpu), same = laid(W, of_data.weights_desc());
        add(inner_product_backward_data(of_data),
            {{DNNL_ARG_DIFF_DST, g}, {DNNL_ARG_WEIGHTS, same}, {DNNL_ARG_DIFF_SRC, below}});
        memory seen = laid(src, of_weights.src_desc());
        add(inner_product_backward_weights(of_weights), {{DNNL_ARG_SRC, seen},
                                                         {DNNL_ARG_DIFF_DST, g},
                                                         {DNNL_ARG_DIFF_WEIGHTS, dW},
                                                         {DNNL_ARG_DIFF_BIAS, db}});
        descend(W, dW), descend(bias, db);
        return below;
    });
    return dst;
}

// The mean cost of the scores, and their gradient in another place.
static void cross_entropy(const float *scores, float *delta, const int *y, int n) {
    float total = 0;
#pragma omp parallel for reduction(+ : total)
    for (int row = 0; row < batch; row++) {
        const float *s = scores + row * n;
        float *g = delta + row * n, largest = *std::max_element(s, s + n), sum = 0;
        for (int i = 0; i < n; i++) sum += g[i] = std::exp(s[i] - largest);
        total += std::log(sum) + largest - s[y[row]];
        for (int i = 0; i < n; i++) g[i] /= sum * batch;
        g[y[row]] -= 1.0f / batch;
    }
    cost = total / batch;
}

static int first;  // picture of the minibatch

// sizes: pixels, both numbers of maps, hidden units, classes.
extern "C" void load(const float *x, const int *y, float **p, const int *sizes, int, int size,
                     float learning_rate, float, int threads) {
    omp_set_num_threads(threads);
    data = x, labels = y, batch = size, rate = learning_rate;
    int side = std::lround(std::sqrt(sizes[0])), n = sizes[4];
    Desc plain(Dims{batch, 1, side, side}, F32, memory::format_tag::nchw);
    pictures = memory(plain, cpu, (void *)x);
    memory h = squashed(max_pool(convolution(pictures, sizes[1], p[0], p[1], true)));
    h = squashed(max_pool(convolution(h, sizes[2], p[2], p[3], false)));
    memory scores = dense(squashed(dense(h, sizes[3], p[4], p[5])), n, p[6], p[7]);
    memory gradient(scores.get_desc(), cpu);
    auto *s = (float *)scores.get_data_handle(), *g = (float *)gradient.get_data_handle();
    calls.push_back([=] { cross_entropy(s, g, labels + first, n); });
    for (int i = backs.size() - 1; i >= 0; i--) gradient = backs[i](gradient);
}

// The first n minibatches; the mean of their costs.
extern "C" double run(int n) {
    double total = 0;
    size_t pixels = pictures.get_desc().get_size() / sizeof(float);
    for (int i = 0; i < n; i++, total += cost) {
        first = i * batch;
        pictures.set_data_handle((void *)(data + i * pixels));
        for (auto &call : calls) call();
    }
    flow.wait();
    return total / n;
}

extern "C" void save() {
    for (auto &saving : savings) saving();
    flow.wait();
}
