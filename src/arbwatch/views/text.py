"""Make text that came from outside harmless to show."""

import unicodedata
from functools import lru_cache

_UNSEEN = "\ufffd"
_HARMFUL = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"))


def _shown(char: str) -> str:
    if char.isascii():
        code = ord(char)
        return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else char
    category = unicodedata.category(char)
    if category in _HARMFUL:
        return _UNSEEN
    return " " if category == "Zs" else char


@lru_cache(maxsize=32768)
def plain(text: str, limit: int | None = None) -> str:
    """Return `text` on one line, with everything invisible or commanding shown as a visible mark.

    Control characters and escape sequences become control pictures, direction marks, zero-width and combining
    characters the replacement character; so nothing in it can move a cursor, colour a line or turn it around.
    Brackets stay: screens never read markup in what they show. `limit` is a number of characters; more is cut with
    an ellipsis.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_shown, text))
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"
    return text
