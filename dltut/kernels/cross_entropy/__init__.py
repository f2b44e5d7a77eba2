"""Mean negative log-likelihood of each row's label from unnormalised scores, with its gradient."""

from dltut.kernels.cross_entropy.op import CrossEntropy, check_batch, check_labels

__all__ = ["CrossEntropy", "check_batch", "check_labels"]
