"""Tests in a real browser. They are a package, so that pytest opens one for them all and closes it after the last."""
