"""B1: frames as fast as a loopback socket brings them, to a table row; every client reads the same block of bytes."""

from benchmarks.job import Outcome, Play
from benchmarks.report import Line
from benchmarks.runner import Runner, middle, rounds
from benchmarks.suites import VENUES, Findings, Options

SYMBOLS = 400
BUDGET = 1.3
MESSAGES = {"bare": 600_000, "arbwatch": 600_000, "aiohttp": 240_000, "cryptofeed": 120_000, "ccxt.pro": 40_000}
"""How often the block is replayed is measured in messages; slow clients get fewer of them."""
STEPS = {"frames": 600_000, "decode": 600_000, "door": 600_000}
WHAT = {
    "bare": "bare loop: picows, typed decode, one row written",
    "arbwatch": "arbwatch: engine, health, watchdog, table",
    "aiohttp": "aiohttp + orjson, floats in a dict",
    "cryptofeed": "cryptofeed, Binance feed, TICKER callback",
    "ccxt.pro": "ccxt.pro, binance.watch_bids_asks loop",
    "frames": "step: frames counted",
    "decode": "step: frames counted and decoded",
    "door": "step: product's decode, door and table, no net layer",
}


def measure(options: Options) -> Findings:
    """Measure every client in turn."""
    wanted = {**MESSAGES, **(STEPS if options.profile else {})}
    plays = [
        (
            peer,
            Play("play", SYMBOLS, max(2_000, int(count * options.scale))),
            {"peer": peer, "venues": VENUES if peer == "arbwatch" else 1},
        )
        for peer, count in wanted.items()
    ]
    profiles: tuple[str, ...] = ()
    with Runner(options.say) as runner:
        found = rounds(runner, options.rounds, plays)
        if options.profile:
            play = Play("play", SYMBOLS, max(2_000, int(200_000 * options.scale)))
            profiled = runner.run(play, "arbwatch", profile=True)
            profiles = (
                f"cProfile of arbwatch under B1, by own time (the profiler itself slows it):\n{profiled.profile}",
            )
    return Findings(tuple(_lines(found)), (*_notes(found),), profiles)


def _lines(found: dict[str, list[Outcome]]) -> list[Line]:
    bare, ours = middle(found["bare"]), middle(found["arbwatch"])
    lines = []
    for peer, outcomes in found.items():
        figure = middle(outcomes)
        ratio = f"{figure / bare:.2f} x bare"
        if peer in ("aiohttp", "cryptofeed", "ccxt.pro"):
            ratio += f", {figure / ours:.1f} x arbwatch"
        mine = peer == "arbwatch"
        promise, ok = (f"<= {BUDGET} x bare", figure / bare <= BUDGET) if mine else ("", None)
        lines.append(Line("B1", WHAT[peer], figure, "us/message", ratio, promise, ok))
    return lines


def _notes(found: dict[str, list[Outcome]]) -> list[str]:
    sockets = ", ".join(f"{peer} {outcomes[0].sockets}" for peer, outcomes in found.items())
    rates = ", ".join(f"{p} {(o[0].messages or 0) / o[0].wall_s / 1000:.0f}k/s" for p, o in found.items())
    return [f"B1 {SYMBOLS} symbols; sockets: {sockets}", f"B1 messages per second as they came: {rates}"]
