/* A perceptron on Intel's MKL: products from the library, the rest between them by hand. */
#include <math.h>
#include <mkl.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8 };
static const float *data;
static const int *labels;
static float *params[2 * MOST], *a[MOST + 1], *d[MOST + 1]; /* a[l] enters layer l, d[l] comes back */
static int sizes[MOST + 1], layers, batch;
static float rate, l2;

void load(const float *x, const int *y, float **given, const int *shape, int n_layers, int size,
          float learning_rate, float penalty, int threads) {
    mkl_set_num_threads(threads);
    data = x, labels = y, layers = n_layers, batch = size, rate = learning_rate, l2 = penalty;
    memcpy(params, given, 2 * n_layers * sizeof *given);
    memcpy(sizes, shape, (n_layers + 1) * sizeof *shape);
    for (int l = 1; l <= layers; l++) {
        a[l] = mkl_malloc(sizeof(float) * batch * sizes[l], 64);
        d[l] = mkl_malloc(sizeof(float) * batch * sizes[l], 64);
    }
}

/* The mean cost of the scores, and its gradient. */
static float cross_entropy(const float *scores, float *delta, const int *y, int n) {
    float cost = 0;
    for (int row = 0; row < batch; row++, scores += n, delta += n) {
        float largest = scores[0], sum = 0;
        for (int i = 1; i < n; i++) largest = fmaxf(largest, scores[i]);
        for (int i = 0; i < n; i++) sum += delta[i] = expf(scores[i] - largest);
        cost += logf(sum) + largest - scores[y[row]];
        for (int i = 0; i < n; i++) delta[i] /= sum * batch;
        delta[y[row]] -= 1.0f / batch;
    }
    return cost / batch;
}

static float step(const float *x, const int *y) {
    a[0] = (float *)x;
    for (int l = 0; l < layers; l++) {
        int in = sizes[l], out = sizes[l + 1];
        for (int row = 0; row < batch; row++)
            memcpy(a[l + 1] + row * out, params[2 * l + 1], sizeof(float) * out);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, out, in, 1, a[l], in,
                    params[2 * l], out, 1, a[l + 1], out);
        if (l + 1 < layers) vmsTanh(batch * out, a[l + 1], a[l + 1], VML_LA);
    }
    float cost = cross_entropy(a[layers], d[layers], y, sizes[layers]);
    for (int l = layers - 1; l >= 0; l--) {
        int in = sizes[l], out = sizes[l + 1];
        float *W = params[2 * l], *b = params[2 * l + 1], *delta = d[l + 1];
        if (l) {
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch, in, out, 1, delta, out, W,
                        out, 0, d[l], in);
            for (int i = 0; i < batch * in; i++) d[l][i] *= 1 - a[l][i] * a[l][i];
        }
        if (l2) cost += l2 * cblas_sdot(in * out, W, 1, W, 1);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, in, out, batch, -rate, a[l], in, delta,
                    out, 1 - 2 * rate * l2, W, out);
        for (int row = 0; row < batch; row++)
            for (int i = 0; i < out; i++) b[i] -= rate * delta[row * out + i];
    }
    return cost;
}

/* The first n minibatches; the mean of their costs. */
double run(int n) {
    double total = 0;
    for (int i = 0; i < n; i++) total += step(data + (size_t)i * batch * sizes[0], labels + i * batch);
    return total / n;
}
