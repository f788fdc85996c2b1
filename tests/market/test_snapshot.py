from threading import Event, Thread

import numpy as np

from arbwatch.market.table import Table
from tests.market.conftest import LANES, NOW, instrument, quote

SYMBOLS = [f"S{n}USDT" for n in range(300)]


def test_a_reader_never_sees_half_a_quote_while_another_thread_writes() -> None:
    table = Table(LANES, width=8)
    table.relist("here_spot", [instrument(symbol) for symbol in SYMBOLS], NOW)
    stop, failed = Event(), []

    def _write() -> None:
        door, turn = table.door("here_spot"), 0
        while not stop.is_set():
            turn += 1
            value = float(turn)
            for symbol in SYMBOLS:
                door[symbol] = quote(symbol, value, value + 0.5, turn, bid_size=value, ask_size=value)
            if turn % 20 == 0:
                extra = [instrument(f"X{turn}-{n}USDT") for n in range(9)]
                table.relist("here_spot", [*map(instrument, SYMBOLS), *extra], turn)
            table.drain(turn)

    writer = Thread(target=_write)
    writer.start()
    try:
        for _ in range(400):
            snapshot = table.snapshot(NOW)
            rows = [snapshot.layout.rows[0][symbol] for symbol in SYMBOLS]
            bid, ask = snapshot.bid[0, rows], snapshot.ask[0, rows]
            whole = (bid + 0.5 == ask) & (bid == snapshot.bid_size[0, rows]) & (bid == snapshot.received[0, rows])
            if not (whole | (np.isnan(bid) & np.isnan(ask))).all() or len(set(bid[~np.isnan(bid)])) > 1:
                failed.append(snapshot)
    finally:
        stop.set()
        writer.join()
    assert not failed


def test_a_snapshot_stays_while_the_table_goes_on() -> None:
    table = Table(LANES, width=1)
    table.relist("here_spot", [instrument("AUSDT")], NOW)
    before = table.snapshot(NOW)
    table.door("here_spot")["AUSDT"] = quote("AUSDT")
    table.drain(NOW)
    table.relist("here_spot", [], NOW)
    assert np.isnan(before.bid[0, 0])
    assert before.instruments[0][0] is not None
    assert before.state_name(0, 0) == "empty"
    assert table.snapshot(NOW).state_name(0, 0) == "ended"
