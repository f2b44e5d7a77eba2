"""Reductions over neighbouring axes: sums, products, the largest, the smallest, any, all."""
