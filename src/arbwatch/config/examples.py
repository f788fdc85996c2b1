"""Write the settings down for people: `python -m arbwatch.config.examples [FOLDER]`.

Writes `arbwatch.example.toml`, `.env.example` and `docs/settings.md` from the settings themselves.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from arbwatch.config.layers import FALLBACKS
from arbwatch.config.settings import Leaf, leaves
from arbwatch.connector.registry import plugins

_SYMBOL = "BTCUSDT"
_LIMITS = (("gt", "more than"), ("ge", "at least"), ("lt", "less than"), ("le", "at most"))


def toml_example() -> str:
    """Return a settings file with every setting, its meaning and its default, all commented out."""
    lines = [
        "# Settings of arbwatch. Take the # off a line that has no space after it to set what it names.",
        "# What stands there is the default, or an example where there is none.",
        "",
    ]
    venue = _some_venue()
    for section, group in groupby(leaves(), key=lambda leaf: leaf.path[:-1]):
        name = ".".join({"<id>": venue, "<symbol>": _SYMBOL}.get(part, part) for part in section)
        lines.append(f"#[{name}]  # any venue of `arbwatch venues`" if "<id>" in section else f"[{name}]")
        for leaf in group:
            lines += [f"# {meaning(leaf)}", f"#{leaf.path[-1]} = {_toml(_shown(leaf))}"]
        lines.append("")
    return "\n".join(lines)


def env_example() -> str:
    """Return an `.env` with every setting, commented out."""
    lines = ["# Copy to .env, and take the # off a line to set what it names. Lists are written with commas: A,B", ""]
    for leaf in leaves():
        value = _shown(leaf)
        text = ",".join(value) if isinstance(value, tuple) else _toml(value).strip('"')
        lines.append(f"#{leaf.variable.replace('<ID>', _some_venue().upper()).replace('<SYMBOL>', _SYMBOL)}={text}")
    lines += ["", "# Where things lie"]
    lines += ["#ARBWATCH_CONFIG=arbwatch.toml", "#ARBWATCH_DATA_DIR=data", ""]
    return "\n".join(lines)


def table() -> str:
    """Return the page that lists every setting."""
    rows = [f"| `{leaf.key}` | {_default(leaf)} | {meaning(leaf)} |" for leaf in leaves()]
    known = ", ".join(f"`{name}` (`{'.'.join(path)}`)" for name, path in FALLBACKS.items())
    return "\n".join(
        [
            "# Settings",
            "",
            "Written by `python -m arbwatch.config.examples` from the settings themselves.",
            "",
            "What is set later in this list wins:",
            "",
            "1. the default,",
            f"2. variables that other programs know too: {known},",
            "3. one settings file: `--config FILE`, else `$ARBWATCH_CONFIG`, else `arbwatch.toml` in the working",
            "   folder, else `arbwatch.toml` in your own configuration folder,",
            "4. `.env` in the working folder,",
            "5. the environment: `ARBWATCH_<SECTION>__<KEY>`, such as `ARBWATCH_BOARD__REFRESH_MS=500`,",
            "6. options on the command line.",
            "",
            "An empty variable counts as not set. Lists are written with commas in variables. An unknown key or a",
            "wrong value ends the program with exit code 3 and one sentence that names the key, the value and the",
            "nearest right one. `arbwatch config show` prints the values and where each comes from, passwords masked;",
            "`arbwatch config init` writes a file to start from.",
            "",
            "`ARBWATCH_DATA_DIR` moves the data folder (logs). `<id>` is a venue of `arbwatch venues`,",
            "`<symbol>` one of its markets, in any case.",
            "",
            "| key | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def meaning(leaf: Leaf) -> str:
    """Return what a setting means, with its limits."""
    limits = [
        f"{words} {getattr(limit, name):g}"
        for limit in leaf.field.metadata
        for name, words in _LIMITS
        if hasattr(limit, name)
    ]
    return (leaf.field.description or "") + (f" ({', '.join(limits)})" if limits else "")


def files() -> Iterator[tuple[str, str]]:
    """Yield each generated file's path in the repository and its text."""
    yield "arbwatch.example.toml", toml_example()
    yield ".env.example", env_example()
    yield "docs/settings.md", table()


def _some_venue() -> str:
    return min(plugin.name for plugin in plugins() if plugin.package == "arbwatch")


def _shown(leaf: Leaf) -> Any:
    default = leaf.field.default
    return leaf.field.examples[0] if default in (None, ()) and leaf.field.examples else default


def _default(leaf: Leaf) -> str:
    default = leaf.field.default
    return "unset" if default in (None, ()) else f"`{_toml(default)}`"


def _toml(value: Any) -> str:
    """Texts, numbers, truth values and lists look the same in TOML as in JSON."""
    return json.dumps(value)


def write(pages: Iterable[tuple[str, str]]) -> None:
    """Write pages below the folder named on the command line, or below the working folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()
    for name, text in pages:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    write(files())
