"""The machinery under all kernels: threads, compiled symbols, products, patches, questions."""
