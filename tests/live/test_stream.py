"""arbwatch in a program: events in its own loop, columns, and the examples of the documentation."""

import ast
import asyncio
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import pytest

import arbwatch
from arbwatch.app import SimulatorProcess
from arbwatch.config.settings import Settings, Simulator
from arbwatch.engine.buffer import Told
from arbwatch.model import Down, Funding, Instrument, Quote, Ticker, Up

ROOT = Path(__file__).parents[2]
VENUES = ("binance_spot", "okx_perp")
Hosts = Mapping[str, Mapping[str, str]]
NOWHERE = {"binance_spot": {"rest_url": "http://127.0.0.1:9", "ws_url": "ws://127.0.0.1:9"}}


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    process = SimulatorProcess(VENUES, Settings(simulator=Simulator(rate=400, instruments=60)), ("--churn", "0"))
    yield process.start()
    process.stop()


def tell(hosts: Hosts, venue: str, path: str, **body: Any) -> None:
    data = json.dumps(body).encode()
    request = Request(hosts[venue]["rest_url"] + path, data, {"Content-Type": "application/json"})
    urlopen(request, timeout=10).close()


def truth(hosts: Hosts, venue: str) -> Any:
    with urlopen(hosts[venue]["rest_url"] + "/truth", timeout=10) as answer:
        return json.load(answer)


@asynccontextmanager
async def at_rest(hosts: Hosts) -> AsyncIterator[dict[tuple[str, str], Any]]:
    """Hold the market still; gives what is true by venue and symbol."""
    await asyncio.to_thread(tell, hosts, VENUES[0], "/control/pause")
    try:
        told = {venue: await asyncio.to_thread(truth, hosts, venue) for venue in VENUES}
        yield {(venue, symbol): top for venue in VENUES for symbol, top in told[venue]["quotes"].items()}
    finally:
        await asyncio.to_thread(tell, hosts, VENUES[0], "/control/resume")


def differing(read: Mapping[tuple[str, str], Quote], true: Mapping[tuple[str, str], Any]) -> list[tuple[str, str]]:
    def same(quote: Quote, top: Mapping[str, Any]) -> bool:
        sides = (("bid", "bid_size"), ("ask", "ask_size"))
        whole = [side for side in sides if None not in (top[side[0]], top[side[1]])]
        return all(
            [getattr(quote, name) for name in side] == ([top[name] for name in side] if side in whole else [None, None])
            for side in sides
        )

    return [key for key, quote in read.items() if not same(quote, true[key])]


async def until(events: arbwatch.Stream, enough: Callable[[Told], bool], limit_s: float = 30.0) -> None:
    """Read until an event is enough."""
    async with asyncio.timeout(limit_s):
        async for event in events:
            if enough(event):
                return


def engines() -> int:
    return sum(thread.name == "engine" for thread in threading.enumerate())


async def gone(before: int, limit_s: float = 10.0) -> None:
    async with asyncio.timeout(limit_s):
        while engines() > before:
            await asyncio.sleep(0.01)


async def test_every_kind_of_event_comes_while_the_callers_other_tasks_run(hosts: Hosts) -> None:
    turns, seen = 0, set()

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    wanted = {(kind, venue) for kind in (Instrument, Quote, Ticker, Up) for venue in VENUES} | {(Funding, "okx_perp")}

    def enough(event: Told) -> bool:
        seen.add((type(event), event.venue))
        return wanted <= seen

    task = asyncio.create_task(other())
    async with aclosing(arbwatch.stream(VENUES, hosts=hosts)) as events:
        await until(events, enough)
        async with asyncio.timeout(30):
            while events.waiting < 200:
                await asyncio.sleep(0.01)
        before = turns
        for _ in range(200):
            await anext(events)
        assert turns > before
        assert events.lost == 0
        assert {status.venue for status in events.venues()} == set(VENUES)
    task.cancel()


async def test_what_was_read_is_true_once_the_market_stands_still(hosts: Hosts) -> None:
    read: dict[tuple[str, str], Quote] = {}

    def keep(event: Told) -> int:
        if isinstance(event, Quote):
            read[event.venue, event.symbol] = event
        return len(read)

    async with arbwatch.stream(VENUES, hosts=hosts, kinds=["quote"]) as events:
        await until(events, lambda event: keep(event) > 40)
        async with at_rest(hosts) as true, asyncio.timeout(20):
            while differing(read, true):
                keep(await anext(events))
            while unlike(market := events.snapshot(), {key: true[key] for key in read}):
                await asyncio.sleep(0.01)
            assert np.count_nonzero(market["state"] == "live") > 20


async def test_a_slow_reader_gets_the_newest_of_each_market_and_the_loss_is_counted(hosts: Hosts) -> None:
    async with arbwatch.stream(VENUES, hosts=hosts, kinds=["quote"], room=20) as events:
        await until(events, lambda event: True)
        async with asyncio.timeout(30):
            while events.lost < 400:
                await asyncio.sleep(0.05)
        async with at_rest(hosts) as true:
            assert 20 <= events.waiting <= 20 + len(true)
            read: dict[tuple[str, str], Quote] = {}
            async with asyncio.timeout(20):
                while events.waiting or differing(read, true):
                    event = await anext(events)
                    assert isinstance(event, Quote)
                    read[event.venue, event.symbol] = event
            assert len(read) > 20


async def test_prices_of_a_lost_socket_are_taken_back_and_come_again(hosts: Hosts) -> None:
    prices: dict[str, float | None] = {}
    told: list[Told] = []

    def keep(event: Told) -> bool:
        if isinstance(event, Quote):
            prices[event.symbol] = event.ask
        elif isinstance(event, Up | Down):
            told.append(event)
        return len(prices) > 20

    def down(event: Told) -> bool:
        keep(event)
        return len(told) > 1 and all(price is None for price in prices.values())

    def back(event: Told) -> bool:
        keep(event)
        return len(told) > 2 and sum(price is not None for price in prices.values()) > 10

    async with arbwatch.stream(["binance_spot"], hosts=hosts, kinds=["quote", "up", "down"]) as events:
        await until(events, keep)
        await asyncio.to_thread(tell, hosts, "binance_spot", "/control/fault", fault="drop_socket")
        await until(events, down)
        await until(events, back)
    assert [type(event) for event in told[:3]] == [Up, Down, Up]


async def test_closing_stops_everything_and_ends_whoever_still_reads() -> None:
    before = engines()
    events = arbwatch.stream(["binance_spot"], demo=True)
    await until(events, lambda event: isinstance(event, Quote))
    simulated = events._watch.app._simulator
    assert simulated is not None and simulated._process is not None

    async def read_on() -> int:
        return len([event async for event in events])

    reader = asyncio.create_task(read_on())
    await asyncio.sleep(0)
    await events.aclose()
    await asyncio.wait_for(reader, 5)
    await gone(before)
    assert simulated._process.poll() is not None
    with pytest.raises(StopAsyncIteration):
        await anext(events)
    await events.aclose()


async def test_what_is_left_without_closing_ends_by_itself(hosts: Hosts) -> None:
    before = engines()
    async for event in arbwatch.stream(["okx_perp"], hosts=hosts):
        assert event.venue == "okx_perp"
        break
    await gone(before)


async def test_a_reader_cancelled_while_it_begins_leaves_nothing_behind() -> None:
    before = engines()
    events = arbwatch.stream(["binance_spot"], demo=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), aclosing(events):
            await anext(events)
    await gone(before)
    simulated = events._watch.app._simulator
    assert simulated is None or simulated._process is None or simulated._process.poll() is not None


async def test_a_venue_that_cannot_be_reached_says_so() -> None:
    async with arbwatch.stream(["binance_spot"], hosts=NOWHERE) as events, asyncio.timeout(15):
        event = await anext(events)
    assert isinstance(event, Down)
    assert event.reason == "listing: 127.0.0.1 refuses connections; check the address and the network"


async def test_an_engine_that_ended_is_told_to_whoever_reads(hosts: Hosts) -> None:
    async with arbwatch.stream(["okx_perp"], hosts=hosts, kinds=["up"]) as events:
        await until(events, lambda event: True)
        events._watch.app.engine.stop()
        with pytest.raises(arbwatch.ArbwatchError, match="The engine ended"):
            await asyncio.wait_for(anext(events), 10)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"venues": ["binance_spto"]}, "There is no venue 'binance_spto'; did you mean binance_spot?"),
        ({"venues": "binance_spot"}, r"give a list, such as \['binance_spot'\]"),
        ({"kinds": ["quotes"]}, "which is none of instrument, quote, .* did you mean quote?"),
        ({"room": 0}, "room is 0; give at least 1"),
        ({"hosts": {"binance_spot": {"ws": "ws://x"}}}, "neither rest_url nor ws_url"),
        ({"hosts": {"binance_spot": {"ws_url": "x"}}}, r"expected scheme, host and port .* \(from this program\)"),
        ({"settings": {"spreads.poled": True}}, "did you mean spreads.polled?"),
        ({"config": "nowhere.toml"}, "nowhere.toml, which is not a file"),
    ],
)
def test_what_is_given_wrong_is_said_in_words_before_anything_starts(given: Any, said: str) -> None:
    with pytest.raises(arbwatch.ArbwatchError, match=said):
        arbwatch.stream(**given)


def test_a_snapshot_is_the_market_in_columns_of_one_length(hosts: Hosts) -> None:
    with arbwatch.Watch(VENUES, hosts=hosts) as watch:
        watch.wait(30)
        tell(hosts, VENUES[0], "/control/pause")
        try:
            true = {(venue, symbol): top for venue in VENUES for symbol, top in truth(hosts, venue)["quotes"].items()}
            deadline = time.monotonic() + 10
            while wrong := unlike(watch.snapshot(), true):
                assert time.monotonic() < deadline, wrong[:3]
                time.sleep(0.05)
            market = watch.snapshot()
        finally:
            tell(hosts, VENUES[0], "/control/resume")
    assert {len(column) for column in market.values()} == {len(market["symbol"])}
    assert list(market["asset"]) == sorted(market["asset"], key=str.casefold)
    assert market["received"].dtype == np.dtype("datetime64[ns]")
    spot = market["venue"] == "binance_spot"
    assert np.isnan(market["rate"][spot]).all() and np.isnat(market["next_time"][spot]).all()
    assert np.isfinite(market["rate"][~spot]).any() and (market["interval_h"][~spot] > 0).any()
    assert {"live"} <= set(market["state"]) and set(market["proof"]) <= {"proven", "unproven", "doubtful"}


def unlike(market: Mapping[str, Any], true: Mapping[tuple[str, str], Any]) -> list[tuple[str, str]]:
    """Name the rows that have a price and another one than is true."""
    rows = zip(market["venue"], market["symbol"], market["bid"], market["ask"], strict=True)
    return [
        (venue, symbol)
        for venue, symbol, bid, ask in rows
        if (venue, symbol) in true and not np.isnan(bid) and not np.isnan(ask)
        if (bid, ask) != (true[venue, symbol]["bid"], true[venue, symbol]["ask"])
    ]


def test_a_snapshot_of_venues_that_do_not_answer_says_what_each_said() -> None:
    with pytest.raises(
        arbwatch.ArbwatchError, match=r"No venue answered within 1 s: binance_spot: 127\.0\.0\.1 refuses"
    ):
        arbwatch.snapshot(["binance_spot"], hosts=NOWHERE, seconds=1)


def test_symbols_are_all_that_is_watched(hosts: Hosts) -> None:
    market = arbwatch.snapshot(VENUES, hosts=hosts, symbols=["BTC*"], seconds=3)
    assert set(market["venue"]) == set(VENUES)
    assert all(symbol.startswith("BTC") for symbol in market["symbol"])


def test_importing_arbwatch_loads_nothing_and_names_everything() -> None:
    program = (
        "import sys, arbwatch; heavy = {'numpy', 'msgspec', 'aiohttp', 'pydantic', 'asyncio', 'arbwatch.app'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules);"
        "assert set(arbwatch.__all__) <= set(dir(arbwatch));"
        "from arbwatch import Stream, Watch, snapshot, stream; print(stream.__module__, arbwatch.Stream is Stream)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "arbwatch.library.stream True\n", done.stderr
    with pytest.raises(AttributeError, match="no attribute 'steam'"):
        _ = arbwatch.steam  # type: ignore[attr-defined] # it is what is tested


def test_the_types_that_are_told_are_those_that_are_there() -> None:
    stub = ast.parse((ROOT / "src" / "arbwatch" / "__init__.pyi").read_text(encoding="utf-8"))
    told = {name.asname or name.name for node in stub.body if isinstance(node, ast.ImportFrom) for name in node.names}
    assert told | {"__version__"} == set(arbwatch.__all__)
    for name in told:
        home = next(n for n in stub.body if isinstance(n, ast.ImportFrom) and n.names[0].name == name).module
        assert getattr(arbwatch, name) is getattr(import_module(str(home)), name)


PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def running(hosts: Hosts) -> Iterator[list[subprocess.Popen[str]]]:
    """Every example as a program of its own, all at once; the venues are moved as a user would."""
    moved = {
        f"ARBWATCH_VENUES__{venue}__{name}".upper(): url for venue, urls in hosts.items() for name, url in urls.items()
    }
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            text=True,
            env=os.environ | moved,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for code in EXAMPLES
    ]
    yield programs
    for program in programs:
        program.kill()
        program.communicate()


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_the_page_run_as_they_stand(number: int, running: list[subprocess.Popen[str]]) -> None:
    for package in re.findall(r"(?m)^import (\w+)", EXAMPLES[number]):
        if find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    said, complained = running[number].communicate(timeout=60)
    assert running[number].returncode == 0, complained
    assert said.strip()
    assert not complained


def test_the_page_tells_every_column(hosts: Hosts) -> None:
    market = arbwatch.snapshot(["okx_perp"], hosts=hosts, symbols=["BTC*"], seconds=1)
    rows = re.findall(r"(?m)^\| (`[^|]+) \|", PAGE)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) >= set(market)
