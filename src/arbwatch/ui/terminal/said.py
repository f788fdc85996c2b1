"""Text that is drawn only when it changes."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static


class Said(Static):
    """A text that is drawn only when it changes; markup in it is text."""

    def __init__(self, words: str = "", *, id: str) -> None:  # noqa: A002 Textual's own name for it
        super().__init__(words, id=id, markup=False)
        self._words: str | Text = words

    def say(self, words: str | Text) -> None:
        """Show other words."""
        if words != self._words:
            self._words = words
            self.update(words)
