"""The one error of set-up and of the processes: a sentence for the person at the keyboard, in Chinese and English."""


class Trouble(Exception):
    """Say what is missing or wrong and how to mend it; shown without a traceback."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")
        self.chinese = chinese
        self.english = english
