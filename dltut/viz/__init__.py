"""Pictures: NumPy arrays and log rows in, PIL images out, without a window."""

from dltut.viz.agreement import agreement_picture
from dltut.viz.chains import chain_picture
from dltut.viz.comparison import comparison_picture
from dltut.viz.confusion import confusion_matrix, confusion_picture
from dltut.viz.curves import channel_names, learning_curves, running_mean
from dltut.viz.examples import example_picture
from dltut.viz.feature_maps import feature_map_picture, sample_photograph
from dltut.viz.figure import save_picture, titled
from dltut.viz.filters import (
    filter_picture,
    first_layer_picture,
    first_layer_weights,
    learned_first,
)
from dltut.viz.forecast import continuation_picture, forecast_picture, horizon_picture
from dltut.viz.labels import label_counts, label_picture
from dltut.viz.mistakes import mistakes_picture, worst_mistakes
from dltut.viz.overlay import label_image, overlay_picture, strips_picture
from dltut.viz.page import live_page
from dltut.viz.piano_roll import note_name, piano_roll_picture
from dltut.viz.prediction import prediction_picture, side_by_side
from dltut.viz.samples import samples_picture
from dltut.viz.sequences import dimensions_picture, gradient_picture
from dltut.viz.standing import Standing
from dltut.viz.tagged import tagged_picture
from dltut.viz.terminal import terminal_view
from dltut.viz.tiles import scale_to_unit_interval, tile_raster_images
from dltut.viz.trials import trials_picture
from dltut.viz.weighed import stacked_pictures, weighed_words
from dltut.viz.writing import text_picture

__all__ = [
    "Standing",
    "agreement_picture",
    "chain_picture",
    "channel_names",
    "comparison_picture",
    "confusion_matrix",
    "confusion_picture",
    "continuation_picture",
    "dimensions_picture",
    "example_picture",
    "feature_map_picture",
    "filter_picture",
    "first_layer_picture",
    "first_layer_weights",
    "forecast_picture",
    "gradient_picture",
    "horizon_picture",
    "label_counts",
    "label_image",
    "label_picture",
    "learned_first",
    "learning_curves",
    "live_page",
    "mistakes_picture",
    "note_name",
    "overlay_picture",
    "piano_roll_picture",
    "prediction_picture",
    "running_mean",
    "sample_photograph",
    "samples_picture",
    "save_picture",
    "scale_to_unit_interval",
    "side_by_side",
    "stacked_pictures",
    "strips_picture",
    "tagged_picture",
    "terminal_view",
    "text_picture",
    "tile_raster_images",
    "titled",
    "trials_picture",
    "weighed_words",
    "worst_mistakes",
]
