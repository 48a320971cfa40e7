"""Outside a demo nobody runs with a key that stands in this repository."""

from __future__ import annotations

import pytest

from sangyu.config.keys import agreed
from sangyu.config.setup.trouble import Trouble

NAME, OF_DEMO, OWN = "SANGYU_CTI_KEY", "a-key-of-the-demo-only", "0123456789abcdef"


@pytest.mark.parametrize("environ", [{}, {NAME: ""}, {NAME: "short"}, {NAME: OF_DEMO}])
def test_a_missing_short_or_public_key_is_refused_outside_a_demo(environ):
    with pytest.raises(Trouble, match="请设置一个自己的随机密钥"):
        agreed(NAME, OF_DEMO, environ, demo=False)


def test_an_own_key_is_taken_and_a_demo_may_do_without():
    assert agreed(NAME, OF_DEMO, {NAME: OWN}, demo=False) == OWN
    for left_out in ({}, {NAME: ""}):
        assert agreed(NAME, OF_DEMO, left_out, demo=True) == OF_DEMO
