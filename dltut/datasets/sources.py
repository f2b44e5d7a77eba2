"""Where the public data sets can be fetched, and how to know them."""

from dataclasses import dataclass

from dltut.datasets.layouts import IDX_FILES


@dataclass(frozen=True)
class Source:
    """Where a data set's files are, and what they are once unpacked.

    Parameters
    ----------
    mirrors : tuple of str
        Addresses to which a file's name is added.
    sha256 : dict from str to str
        Of each file's unpacked content: mirrors pack the same content in different ways.
    """

    mirrors: tuple[str, ...]
    sha256: dict[str, str]


def _idx_sha256(*checksums: str) -> dict[str, str]:
    return {f"{name}.gz": each for name, each in zip(IDX_FILES, checksums, strict=True)}


SOURCES = {
    "mnist": Source(
        (
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://raw.githubusercontent.com/fgnt/mnist/master/",
        ),
        _idx_sha256(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    "fashion-mnist": Source(
        (
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        _idx_sha256(
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
}
