"""The browser of the tests: Debian's chromium and a Chinese font, installed when root runs the tests."""

from __future__ import annotations

import os
import shutil
import subprocess

from sangyu.config.setup.environment import install_packages
from sangyu.config.setup.report import step, tell

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """Answer the path of a chromium, if there is one."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Answer whether a page with Chinese text shows more than boxes."""
    try:
        return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True).stdout.strip())
    except OSError:
        return False


def prepare() -> None:
    """Install chromium and the font if they are missing and we may; else say so and let the browser tests fail."""
    if program() and has_chinese_font():
        return
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        with step("安装浏览器和中文字体", "installing chromium and a Chinese font"):
            came = install_packages(apt, ["chromium", "fonts-noto-cjk", "fontconfig"])
        if came:
            return
    tell(
        "! 缺少浏览器 chromium 或中文字体,浏览器测试会失败。请安装:sudo apt-get install chromium fonts-noto-cjk\n"
        "! chromium or a Chinese font is missing; the browser tests will fail. Install: "
        "sudo apt-get install chromium fonts-noto-cjk"
    )
