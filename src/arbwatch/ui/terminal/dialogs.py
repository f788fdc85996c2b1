"""Windows over the board: details of a row, a choice, help."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

WIDTH = 78
"""Of a window, its frame included; as in the style sheet."""


class Words(ModalScreen[None]):
    """Show a text that may change while it is read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,h,question_mark", "dismiss", "close", show=False),
        Binding("o", "page", show=False),
    ]

    def __init__(
        self, title: str, read: Callable[[int], Text], hint: str, page: Callable[[], None] | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._read = read
        self._hint = hint
        self._page = page

    def compose(self) -> ComposeResult:
        """Lay out the window."""
        with VerticalScroll(classes="window") as window:
            window.border_title = Content(self._title)
            window.border_subtitle = Content(self._hint)
            yield Static(self._read(self._room()), id="words", markup=False)

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(VerticalScroll).focus()

    def again(self) -> None:
        """Read the text anew."""
        self.query_one("#words", Static).update(self._read(self._room()))

    def _room(self) -> int:
        return min(WIDTH, int(self.app.size.width * 0.96)) - 5

    def action_page(self) -> None:
        """Open the page where the row is traded."""
        if self._page is not None:
            self._page()


class Choice(ModalScreen[list[str] | None]):
    """Let several of a list be chosen; ends in None where it is given up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "give_up", show=False),
        Binding("space", "turn", show=False, priority=True),
        Binding("enter", "take", show=False, priority=True),
        Binding("a", "all", show=False),
        Binding("n", "none", show=False),
    ]

    def __init__(self, title: str, options: Iterable[tuple[str, str]], chosen: Iterable[str]) -> None:
        super().__init__()
        self._title = title
        self._options = list(options)
        self._chosen = set(chosen)

    def compose(self) -> ComposeResult:
        """Lay out the window."""
        chooser = OptionList(*map(self._words, range(len(self._options))), classes="window", markup=False)
        chooser.border_title = Content(self._title)
        chooser.border_subtitle = Content("space chooses · a all · n none · enter takes · esc leaves")
        yield chooser

    def on_mount(self) -> None:
        """Let the keys move through the list."""
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        self._turn(message.option_index)

    def action_turn(self) -> None:
        """Choose what is under the cursor, or no longer."""
        at = self.query_one(OptionList).highlighted
        if at is not None:
            self._turn(at)

    def action_take(self) -> None:
        """End with what is chosen, in the order offered."""
        self.dismiss([name for name, _ in self._options if name in self._chosen])

    def action_give_up(self) -> None:
        """End without a choice."""
        self.dismiss(None)

    def action_all(self) -> None:
        """Choose everything."""
        self._choose({name for name, _ in self._options})

    def action_none(self) -> None:
        """Choose nothing."""
        self._choose(set())

    def _turn(self, at: int) -> None:
        self._choose(self._chosen ^ {self._options[at][0]})

    def _choose(self, chosen: set[str]) -> None:
        self._chosen = chosen
        chooser = self.query_one(OptionList)
        for at in range(len(self._options)):
            chooser.replace_option_prompt_at_index(at, self._words(at))

    def _words(self, at: int) -> Content:
        name, words = self._options[at]
        return Content(f"[{'x' if name in self._chosen else ' '}] {words}")
