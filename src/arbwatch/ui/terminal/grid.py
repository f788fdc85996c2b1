"""A table drawn line by line: only lines in sight are made, only lines that changed are drawn."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar, Protocol

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from arbwatch.ui.terminal.fit import Head, Place, fit
from arbwatch.ui.terminal.lines import Cell, Line, column_at, draw, ground, heading
from arbwatch.ui.terminal.look import GROUND, RAISED, style

WHEEL_LINES = 3


class Source(Protocol):
    """Rows that a grid may ask for, one at a time."""

    def __len__(self) -> int: ...

    def key(self, index: int) -> Hashable:
        """Name the row, whatever its place."""

    def cells(self, index: int, columns: Sequence[int]) -> list[Cell]:
        """Return the cells of a row in the columns asked for, by their index."""

    def find(self, key: Hashable) -> int | None:
        """Return the place of a row; None where it is not among them."""


class Nothing:
    """No rows."""

    def __len__(self) -> int:
        return 0

    def key(self, index: int) -> Hashable:
        """Name no row."""
        raise IndexError(index)

    def cells(self, index: int, columns: Sequence[int]) -> list[Cell]:
        """Return no cells."""
        return []

    def find(self, key: Hashable) -> int | None:
        """Find nothing."""
        return None


class Grid(ScrollView, can_focus=True):
    """Show the rows of a source under a heading that stays.

    Once moved, the cursor stays on its row wherever sorting takes it. Columns that do not fit are left out by priority.
    """

    DEFAULT_CSS = """
    Grid { background: $background; overflow-x: hidden; overflow-y: scroll; scrollbar-size: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "open", show=False),
    ]

    class Heading(Message):
        """A heading was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class Opened(Message):
        """A row was asked for: by Enter or a second click."""

        def __init__(self, grid: Grid, key: Hashable) -> None:
            super().__init__()
            self.grid = grid
            self.key = key

    def __init__(self, columns: Sequence[Head], *, id: str) -> None:  # noqa: A002 Textual's own name for it
        super().__init__(id=id)
        self.columns = columns
        self.source: Source = Nothing()
        self.sort = ""
        self.descending = False
        self.empty = ""
        """What to say where there is no row."""
        self.cursor: Hashable = None
        self._index = 0
        self._held = False
        self._longest: dict[str, int] = {}
        self._places: list[Place] = []
        self._gap = 1
        self._lines: dict[int, tuple[Line, Strip]] = {}
        self._values: dict[Hashable, dict[str, float | None]] = {}
        self._heading: Strip | None = None

    @property
    def shown(self) -> list[str]:
        """The ids of the columns that fit."""
        return [self.columns[place.at].id for place in self._places]

    def again(self) -> None:
        """Place the columns anew and draw everything."""
        self._longest.clear()
        self._place()
        self.redraw()

    def order(self, sort: str, descending: bool) -> None:
        """Mark the column that the rows are sorted by."""
        if (sort, descending) != (self.sort, self.descending):
            self.sort, self.descending = sort, descending
            self._heading = None
            self.refresh()

    def show(self, source: Source, columns: Sequence[Head]) -> None:
        """Take the newest rows, which have these columns, and draw the lines in sight that differ."""
        self.source = source
        if columns != self.columns:
            self.columns = columns
            self._values.clear()
            self._longest.clear()
            self._place()
        found = source.find(self.cursor) if self._held else None
        if found is not None:
            self._index = found
        elif len(source):
            self._index = min(self._index, len(source) - 1)
            self.cursor = source.key(self._index)
        size = Size(self.size.width, len(source) + 1)
        if size != self.virtual_size:
            self.virtual_size = size
            self.refresh()
        self.redraw(flash=True)

    def redraw(self, *, flash: bool = False) -> None:
        """Make the lines in sight; draw those that changed. With `flash`, changed figures are marked."""
        first, height = self.scroll_offset.y, self.size.height - 1
        if height <= 0 or not self._places:
            return
        lines = self._make(first, min(first + height, len(self.source)), flash=flash)
        if self._widen(lines):
            lines = self._make(first, min(first + height, len(self.source)), flash=False)
        if flash:
            self._values = {self.source.key(row): self._flashing(line.cells) for row, line in lines.items()}
        width = self.size.width
        for row in range(first, first + height):
            line, known = lines.get(row), self._lines.get(row)
            if line is None:
                if known is not None:
                    self.refresh(Region(0, row - first + 1, width, 1))
            elif known is None or known[0] != line:
                self._lines[row] = (line, draw(line, self._places, self.columns, self._gap))
                self.refresh(Region(0, row - first + 1, width, 1))
        self._lines = {row: self._lines[row] for row in lines}

    def render_line(self, y: int) -> Strip:
        """Draw line `y` of the widget."""
        width = self.size.width
        if y == 0:
            if self._heading is None:
                self._heading = heading(self._places, self.columns, self._gap, self.sort, descending=self.descending)
            return self._heading.adjust_cell_length(width, style("", ground=RAISED))
        row = self.scroll_offset.y + y - 1
        if row >= len(self.source):
            text = self.empty if y == 2 and not len(self.source) else ""
            return Strip(
                [Segment(set_cell_size(f"  {text}", width), style("warn" if text else "", ground=GROUND))], width
            )
        found = self._lines.get(row)
        if found is None:
            line = self._make(row, row + 1, flash=False).get(row)
            if line is None:
                return Strip.blank(width, style("", ground=GROUND))
            found = self._lines[row] = (line, draw(line, self._places, self.columns, self._gap))
        return found[1].adjust_cell_length(width, style("", ground=ground(found[0])))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Make the lines that came into sight."""
        super().watch_scroll_y(old_value, new_value)
        self.redraw()

    def on_resize(self) -> None:
        """Place the columns anew."""
        self.virtual_size = Size(self.size.width, len(self.source) + 1)
        self.again()

    def on_click(self, event: events.Click) -> None:
        """Sort by a heading, choose a row, open it with the second click."""
        if event.y == 0:
            column = column_at(self._places, self.columns, event.x)
            if column is not None:
                self.post_message(self.Heading(column))
            return
        row = self.scroll_offset.y + event.y - 1
        if 0 <= row < len(self.source):
            self._go(row)
            if event.chain == 2:
                self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down by a few lines at once."""
        self._wheel(event, WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up by a few lines at once."""
        self._wheel(event, -WHEEL_LINES)

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self._go(self._index + step)

    def action_page(self, step: int) -> None:
        """Move the cursor by a screenful."""
        self._go(self._index + step * max(self.size.height - 2, 1))

    def action_edge(self, side: int) -> None:
        """Move the cursor to the first or last row."""
        self._go(0 if side < 0 else len(self.source) - 1)

    def action_open(self) -> None:
        """Ask for the row under the cursor."""
        if len(self.source) and self.cursor is not None:
            self.post_message(self.Opened(self, self.cursor))

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        event.prevent_default()
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def _go(self, row: int) -> None:
        if not len(self.source):
            return
        self._held = True
        self._index = max(0, min(row, len(self.source) - 1))
        self.cursor = self.source.key(self._index)
        first, height = self.scroll_offset.y, max(self.size.height - 1, 1)
        if self._index < first:
            self.scroll_to(y=self._index, animate=False)
        elif self._index >= first + height:
            self.scroll_to(y=self._index - height + 1, animate=False)
        self.redraw()

    def _place(self) -> None:
        self._places, self._gap = fit(self.columns, self._longest, self.size.width)
        self._lines.clear()
        self._heading = None
        self.refresh()

    def _make(self, first: int, last: int, *, flash: bool) -> dict[int, Line]:
        source = self.source
        wanted = [place.at for place in self._places]
        none = (0,) * len(wanted)
        made: dict[int, Line] = {}
        for row in range(first, min(last, len(source))):
            cells = source.cells(row, wanted)
            flashes = none
            if flash:
                before = self._values.get(source.key(row))
                if before is not None:
                    flashes = tuple(
                        _direction(before.get(self.columns[at].id), cell.value)
                        for at, cell in zip(wanted, cells, strict=True)
                    )
            else:
                known = self._lines.get(row)
                if known is not None and known[0].cells == cells:
                    flashes = known[0].flashes
            made[row] = Line(cells, flashes, source.key(row) == self.cursor, row % 2 == 1)
        return made

    def _flashing(self, cells: list[Cell]) -> dict[str, float | None]:
        return {
            self.columns[place.at].id: cell.value
            for place, cell in zip(self._places, cells, strict=True)
            if cell.value is not None
        }

    def _widen(self, lines: dict[int, Line]) -> bool:
        """Give columns the room their texts need; they never shrink again before the next resize."""
        grew = False
        longest = self._longest
        for line in lines.values():
            for place, cell in zip(self._places, line.cells, strict=True):
                length = cell_len(cell.text)
                if length > max(place.width, longest.get(self.columns[place.at].id, 0)):
                    longest[self.columns[place.at].id] = length
                    grew = True
        if grew:
            before = self._places
            self._place()
            return before != self._places
        return False


def _direction(before: float | None, now: float | None) -> int:
    if before is None or now is None or before == now:
        return 0
    return 1 if now > before else -1
