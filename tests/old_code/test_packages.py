"""Versions, and files of packages, as setuptools and distutils gave them."""

import importlib.util

import pytest

from dltut.old_code.packages import LooseVersion, pkg_resources


def test_versions_are_in_order():
    ordered = ["0.9", "1.0rc1", "1", "1.0.1", "1.9", "1.10", "2.0"]
    assert sorted(ordered, key=LooseVersion) == ordered
    assert LooseVersion("1.0") == "1" != LooseVersion("1.1")


@pytest.mark.skipif(importlib.util.find_spec("pkg_resources"), reason="it is still there")
def test_a_program_has_them(ran):
    out, said = ran(
        """
        import pkg_resources
        from distutils.version import LooseVersion
        print pkg_resources.parse_version('1.10') > pkg_resources.parse_version('1.9'),
        print LooseVersion('0.8.1') >= LooseVersion('0.8')
        """
    )
    assert out == ["True True"]
    assert "pkg_resources" in said


def test_files_and_packages():
    module = pkg_resources()
    assert module.resource_exists("dltut", "__init__.py")
    assert module.resource_string("dltut", "__init__.py").startswith(b'"""')
    assert module.require("numpy>=1.0")[0].version == module.get_distribution("numpy").version
    with pytest.raises(module.DistributionNotFound):
        module.require("no-such-package")
