import cProfile, pstats, time, logging, itertools
import pytest
pytestmark = pytest.mark.django_db
from tests.walls import test_matrix as m
def test_zz(standing):
    logging.disable(logging.ERROR)
    p=cProfile.Profile(); t=time.time(); 
    p.enable(); got=list(itertools.islice(m._cells(standing), 600)); p.disable()
    print("T", time.time()-t, len(got))
    pstats.Stats(p).sort_stats("cumtime").print_stats(60)
