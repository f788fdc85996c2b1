"""Faults of what is listed: instruments come, go, halt and change."""

from arbwatch.market.codes import Proof, RowState
from tests.chaos.hits import Hit, busy, carriers, cell, fresh, reason, spelled
from tests.world.world import World

HUGE = 2000
ENDED = (None, RowState.ENDED)


def new_listing(world: World, venue: str) -> Hit:
    """List one more instrument: it is found (at once where the venue announces it) and followed, no reconnect."""
    symbol = world.fault(venue, "new_listing", base=fresh(world, venue, "FRESH"), rate=20)["done"]
    if "notice" not in world.engine.feeds[venue].venue.channels:
        world.relist(venue)
    return Hit(
        lambda: symbol in world.states(venue),
        lambda: world.states(venue).get(symbol) == RowState.LIVE,
        {symbol},
    )


def never_speaks(world: World, venue: str) -> Hit:
    """List an instrument whose stream is acknowledged and never speaks on the socket that asked first."""
    base = fresh(world, venue, "MUTE")
    symbol = spelled(world, venue, base)
    world.fault(venue, "silent_symbol", symbol=symbol)
    assert world.fault(venue, "new_listing", base=base, rate=5)["done"] == symbol
    world.relist(venue)
    world.until(lambda: carriers(world, venue, symbol), 5.0, f"{symbol} is subscribed")
    first = carriers(world, venue, symbol)
    assert world.state(venue, symbol) != RowState.LIVE
    return Hit(
        lambda: carriers(world, venue, symbol) - first,
        lambda: world.states(venue).get(symbol) == RowState.LIVE,
        {symbol},
    )


def delisting(world: World, venue: str) -> Hit:
    """Take an instrument away: its row ends."""
    symbol = busy(world, venue, count=6)[-1]
    world.fault(venue, "delist", symbol=symbol)
    world.relist(venue)
    return Hit(
        lambda: world.states(venue).get(symbol) in ENDED,
        lambda: world.relist(venue) and symbol not in world.states(venue),
        {symbol},
    )


def tick_change(world: World, venue: str) -> Hit:
    """Change a tick: the row takes it in place."""
    symbol = busy(world, venue, count=7)[-1]
    tick = float(world.fault(venue, "tick_change", symbol=symbol, factor=10)["done"])
    world.relist(venue)
    return Hit(
        lambda: world.engine.instruments(venue)[symbol].tick_size == tick,
        lambda: world.state(venue, symbol) in (RowState.LIVE, RowState.SUSPECT),
        {symbol},
    )


def halt(world: World, venue: str) -> Hit:
    """Halt trading in one symbol, or settle it, and let it go on."""
    symbol = busy(world, venue, count=8)[-1]
    world.fault(venue, "halt", symbol=symbol)
    world.relist(venue)
    return Hit(
        lambda: world.state(venue, symbol) == RowState.HALTED,
        lambda: world.relist(venue) and world.state(venue, symbol) == RowState.LIVE,
        {symbol},
        clear=True,
    )


def unlisted(world: World, venue: str) -> Hit:
    """Halt trading where a venue lists only what trades: the row ends, and begins again."""
    symbol = busy(world, venue, count=8)[-1]
    world.fault(venue, "halt", symbol=symbol)
    world.relist(venue)
    return Hit(
        lambda: world.states(venue).get(symbol) in ENDED,
        lambda: world.relist(venue) and world.states(venue).get(symbol) == RowState.LIVE,
        {symbol},
        clear=True,
    )


def bad_listing(world: World, venue: str) -> Hit:
    """List rows that cannot be read: they are counted, the others stand."""
    before = world.status(venue).rejected
    rows = len(world.states(venue))
    world.fault(venue, "bad_listing_row")
    world.relist(venue)
    return Hit(
        lambda: world.status(venue).rejected > before,
        lambda: len(world.states(venue)) >= rows,
        clear=True,
    )


def huge_listing(world: World, venue: str) -> Hit:
    """List thousands of quiet instruments and take them away: each has its row, the others go on."""
    before = set(world.states(venue))
    world.fault(venue, "huge_listing", rows=HUGE)
    world.relist(venue)
    added = set(world.states(venue)) - before
    assert len(added) == HUGE

    def seen() -> bool:
        states = world.states(venue)
        return all(states[symbol] in (RowState.WAITING, RowState.LIVE) for symbol in added)

    def gone() -> bool:
        return bool(world.relist(venue)) and not added & set(world.states(venue))

    return Hit(seen, gone, added, clear=True)


def contract_rebased(world: World, venue: str) -> Hit:
    """Make one contract ten times as large: sizes are read anew, and the row is proven anew before it counts."""
    symbol = _shared(world, venue)
    size = world.fault(venue, "rebase", symbol=symbol, factor=10)["done"]
    world.relist(venue)

    def seen() -> bool:
        return cell(world, venue, symbol, "contract_size") == size

    def proven() -> bool:
        live = world.state(venue, symbol) == RowState.LIVE
        return live and cell(world, venue, symbol, "proof") == Proof.PROVEN and not reason(world, venue, symbol)

    return Hit(seen, proven, {symbol})


def coin_redenominated(world: World, venue: str) -> Hit:
    """Multiply a coin's price by ten on one venue alone: no spread, with the factor, until it is taken off the list."""
    symbol = _shared(world, venue)
    world.fault(venue, "rebase", symbol=symbol, factor=10)

    def told() -> bool:
        legs = [leg for one in world.read().spreads.found for leg in (one.buy, one.sell)]
        return "factor of 10 " in reason(world, venue, symbol) and (venue, symbol) not in {
            (leg.venue, leg.symbol) for leg in legs
        }

    def gone() -> bool:
        if symbol in world.states(venue):
            world.fault(venue, "delist", symbol=symbol) if _listed(world, venue, symbol) else None
            world.relist(venue)
        return symbol not in world.states(venue)

    return Hit(told, gone, {symbol})


def _listed(world: World, venue: str, symbol: str) -> bool:
    return any(i["symbol"] == symbol for i in world.get(venue, "/truth")["instruments"])


def _shared(world: World, venue: str) -> str:
    """Return a symbol that counts now, of a coin that others list as well, and that no other case needs."""
    picture = world.read()
    legs = [leg for one in picture.spreads.found for leg in (one.buy, one.sell)]
    counting = {leg.symbol for leg in legs if leg.venue == venue}
    return next(symbol for symbol in busy(world, venue, count=60)[12:] if symbol in counting)


def funding_interval(world: World, venue: str) -> Hit:
    """Charge the funding of one perpetual every hour: the row says so, and follows back."""
    funding = world.get(venue, "/truth")["funding"]
    symbol = next(s for s in busy(world, venue, count=60) if s in funding and funding[s]["interval_h"] > 1)
    before = funding[symbol]["interval_h"]
    world.fault(venue, "funding_interval", symbol=symbol, hours=1)

    def every(hours: int) -> bool:
        world.ask(venue, "funding")
        return cell(world, venue, symbol, "interval_h") == hours

    def back() -> bool:
        world.fault(venue, "funding_interval", symbol=symbol, hours=before)
        return every(before)

    return Hit(lambda: every(1), back)
