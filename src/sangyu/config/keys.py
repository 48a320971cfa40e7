"""Keys that a demo may make up and nobody else may: what everybody can read in this repository protects nothing."""

from __future__ import annotations

from collections.abc import Mapping

from sangyu.config.setup.trouble import Trouble

LENGTH_MIN = 16


def agreed(name: str, of_demo: str, environ: Mapping[str, str], *, demo: bool) -> str:
    """Return the key that the environment names; a demo may do with its own.

    Raises: Trouble, outside a demo, for a key that is missing, short, or the demo's.
    """
    key = environ.get(name) or (of_demo if demo else "")
    if not demo and (len(key) < LENGTH_MIN or key == of_demo):
        raise Trouble(
            f"{name} 没有设置、少于{LENGTH_MIN}个字符，或仍是演示用的密钥。正式运行前，请设置一个自己的随机密钥。",
            f"{name} is missing, shorter than {LENGTH_MIN} characters or the demo's. Set a random key of your own.",
        )
    return key
