"""The keys: what they do, and the words about them."""

from __future__ import annotations

from rich.text import Text

from arbwatch.ui.terminal.look import RAISED, style
from arbwatch.ui.terminal.panels import entry, heading
from arbwatch.views import asset, columns, spreads
from arbwatch.views.words import STATES

ACTIONS: tuple[tuple[str, str], ...] = (
    ("1", "pane('board')"),
    ("2", "pane('spreads')"),
    ("3", "pane('asset')"),
    ("4", "pane('health')"),
    ("a", "asset"),
    ("slash", "find"),
    ("escape", "clear"),
    ("s,right", "sort(1)"),
    ("S,left", "sort(-1)"),
    ("r", "reverse"),
    ("v", "venues"),
    ("m", "market"),
    ("u", "currency"),
    ("f", "set"),
    ("c", "columns"),
    ("x", "excluded"),
    ("space", "freeze"),
    ("plus,equals_sign", "pace(1)"),
    ("minus", "pace(-1)"),
    ("e", "export"),
    ("o", "page"),
    ("h,question_mark", "help"),
    ("enter", "details"),
    ("q", "leave"),
    ("ctrl+c", "quit"),
)

_FOOTER: tuple[tuple[str, str], ...] = (
    ("h", "help"),
    ("/", "find"),
    ("s", "sort"),
    ("f", "columns"),
    ("space", "freeze"),
    ("q", "quit"),
    ("enter", "details"),
    ("a", "asset"),
    ("r", "reverse"),
    ("m", "market"),
    ("v", "venues"),
    ("u", "currency"),
    ("x", "excluded"),
    ("e", "export"),
    ("o", "page"),
    ("c", "choose columns"),
    ("+ -", "pace"),
)
"""The first ones stay longest where there is little room."""

_HELP: tuple[tuple[str, str], ...] = (
    ("1 2 3 4", "board, spreads, asset, health; or click the headings"),
    ("a", "the asset of the row on every market, each against each, and its books"),
    ("/", "find: type a part of asset, symbol or venue; Enter keeps it, Esc clears it"),
    ("s S, arrows", "sort by the next column, the one before; or click a heading"),
    ("r", "turn the order around"),
    ("m u v", "market, quote currency, venues to show"),
    ("f", "columns for prices, funding, quality"),
    ("c", "choose the columns"),
    ("x", "only the spreads that do not count, and why"),
    ("space", "freeze the rows while you read; again to go on"),
    ("+ -", "refresh more often, less often"),
    ("enter", "everything known of the row; a second click does the same"),
    ("o", "open the page where it is traded"),
    ("e", "write the rows to a CSV file"),
    ("q", "quit"),
)


def footer(width: int) -> Text:
    """Name as many keys as there is room for."""
    text = Text(" ", style("", ground=RAISED), no_wrap=True)
    room = width - 1
    for key, does in _FOOTER:
        room -= len(key) + len(does) + 3
        if room < 0:
            break
        text.append(key, style("strong", ground=RAISED))
        text.append(f" {does}  ", style("dim", ground=RAISED))
    return text


def help_words(width: int) -> Text:
    """Say what the keys do, and what columns, marks and states mean, within `width`."""
    text = Text()

    def part(title: str, entries: list[tuple[str, str]]) -> None:
        heading(text, title)
        for name, words in entries:
            entry(text, name, words, width)

    part("Keys", list(_HELP))
    part("Columns of the board", [(column.title, column.help) for column in columns.COLUMNS])
    part("Columns of the spreads", [(column.title, column.help) for column in spreads.COLUMNS])
    part("Columns of the asset", [(column.title, column.help) for column in asset.COLUMNS])
    part("States", [(word, sentence) for word, _, sentence in STATES.values()])
    part(
        "Marks",
        [
            ("▴ ▾", "went up, went down since the last refresh"),
            ("-", "not known; empty: there is none"),
            ("*", "assumed"),
        ],
    )
    return text
