import pytest
from tests.walks.full_house import FullHouse
@pytest.mark.django_db(transaction=True)
def test_x():
    import time; t=time.time()
    FullHouse(); print("built", time.time()-t)
