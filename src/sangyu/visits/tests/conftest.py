"""A shelf of its own for every test: photos are kept as files."""

from sangyu.files.tests.conftest import shelf_folder

__all__ = ["shelf_folder"]
