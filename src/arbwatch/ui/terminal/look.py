"""Colours, chosen so that up and down differ in brightness and hue for every kind of sight."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.theme import Theme

from arbwatch.views.words import Tone

GROUND = "#0d1117"
BAND = "#11161e"
RAISED = "#1a212c"
TEXT = "#cdd5df"
ACCENT = "#6cb6ff"
CURSOR = "#1d3557"

_TONES: dict[Tone, str] = {
    "": TEXT,
    "good": "#56c9a4",
    "up": "#56c9a4",
    "down": "#ff9370",
    "warn": "#e9bd57",
    "bad": "#ff7b8a",
    "dim": "#6d7888",
    "strong": "#f2f6fb",
}
_FLASH = {1: "#123b32", -1: "#4a261c"}
MARKS = {1: "▴", -1: "▾", 0: " "}
"""Behind a figure that went up or down a moment ago."""

THEME = Theme(
    name="arbwatch",
    primary=ACCENT,
    secondary="#8aa1bd",
    accent=ACCENT,
    foreground=TEXT,
    background=GROUND,
    surface=BAND,
    panel=RAISED,
    success=_TONES["good"],
    warning=_TONES["warn"],
    error=_TONES["bad"],
    dark=True,
    variables={"scrollbar": "#2b3647", "scrollbar-background": GROUND, "scrollbar-corner-color": GROUND},
)


@lru_cache(maxsize=512)
def style(
    tone: Tone, *, ground: str | None = None, flash: int = 0, bold: bool = False, underline: bool = False
) -> Style:
    """Return the style of a text; without `ground` it stands on what is below it."""
    return Style(
        color=_TONES[tone],
        bgcolor=_FLASH.get(flash, ground),
        bold=bold or tone == "strong",
        underline=underline,
    )
