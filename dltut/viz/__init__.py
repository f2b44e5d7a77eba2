"""Pictures: NumPy arrays and log rows in, PIL images out, without a window."""

from dltut.viz.chains import chain_picture
from dltut.viz.comparison import comparison_picture
from dltut.viz.confusion import confusion_matrix, confusion_picture
from dltut.viz.curves import channel_names, learning_curves, running_mean, with_seconds
from dltut.viz.feature_maps import feature_map_picture, sample_photograph
from dltut.viz.figure import save_picture
from dltut.viz.filters import filter_picture, first_layer_weights
from dltut.viz.mistakes import mistakes_picture, worst_mistakes
from dltut.viz.prediction import prediction_picture
from dltut.viz.samples import samples_picture
from dltut.viz.tiles import scale_to_unit_interval, tile_raster_images

__all__ = [
    "chain_picture",
    "channel_names",
    "comparison_picture",
    "confusion_matrix",
    "confusion_picture",
    "feature_map_picture",
    "filter_picture",
    "first_layer_weights",
    "learning_curves",
    "mistakes_picture",
    "prediction_picture",
    "running_mean",
    "sample_photograph",
    "samples_picture",
    "save_picture",
    "scale_to_unit_interval",
    "tile_raster_images",
    "with_seconds",
    "worst_mistakes",
]
