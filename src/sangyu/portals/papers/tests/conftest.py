"""A shelf of its own for every test, and somebody at the desk."""

from sangyu.files.tests.conftest import shelf_folder
from sangyu.portals.carer.tests.conftest import sit

__all__ = ["shelf_folder", "sit"]
