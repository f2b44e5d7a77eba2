"""``theano.tensor.signal.downsample``: the older home of pooling."""

from dltut.theano.names import passed_on
from dltut.theano.tensor.signal.pool import Pool, max_pool_2d_same_size, pool_2d

max_pool_2d = pool_2d
max_pool2D = pool_2d
DownsampleFactorMax = Pool

__all__ = ["DownsampleFactorMax", "Pool", "max_pool_2d", "max_pool_2d_same_size", "pool_2d"]
__getattr__ = passed_on(__name__)
