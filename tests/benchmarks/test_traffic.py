import msgspec

from benchmarks import traffic


def payload(frame: bytes) -> bytes:
    return frame[4:] if frame[1] == 126 else frame[2:]


def test_every_client_is_sent_the_same_bytes() -> None:
    assert list(traffic.flow(30, 200)) == list(traffic.flow(30, 200))
    assert {symbol for symbol, _ in traffic.flow(30, 2_000)} == set(traffic.symbols(30))


def test_ten_thousand_symbols_differ() -> None:
    assert len(set(traffic.symbols(10_000))) == 10_000


def test_a_message_is_a_combined_frame_with_quoted_numbers() -> None:
    (symbol, raw), *_ = traffic.flow(3, 1)
    message = msgspec.json.decode(raw)
    assert message["stream"] == f"{symbol.lower()}@bookTicker"
    assert message["data"]["s"] == symbol
    assert float(message["data"]["b"]) < float(message["data"]["a"])


def test_a_frame_tells_its_length_in_both_forms() -> None:
    assert traffic.framed(b"x" * 125)[:2] == bytes((0x81, 125))
    assert traffic.framed(b"x" * 126)[:4] == bytes((0x81, 126, 0, 126))


def test_only_the_last_state_of_every_symbol_is_right() -> None:
    right = {symbol: traffic.last_top(index) for index, symbol in enumerate(traffic.symbols(5))}
    assert list(traffic.wrong_symbols(5, right.get)) == []
    missed = traffic.symbols(5)[2]
    assert list(traffic.wrong_symbols(5, {**right, missed: right[missed]._replace(ask=1.0)}.get)) == [missed]
    assert list(traffic.wrong_symbols(5, {k: v for k, v in right.items() if k != missed}.get)) == [missed]


def test_the_last_states_are_what_the_closing_messages_say() -> None:
    for index, (symbol, raw) in enumerate(traffic.closing(20)):
        data = msgspec.json.decode(raw)["data"]
        assert data["s"] == symbol
        assert tuple(float(data[k]) for k in "bBaA") == traffic.last_top(index)


def test_a_stamp_tells_how_long_ago_it_was_written() -> None:
    (_, raw), *_ = traffic.flow(3, 1)
    frame = traffic.stamped(raw).write()
    assert payload(frame)[:1] + payload(frame)[-1:] == b"{}"
    stamp = float(msgspec.json.decode(payload(frame))["data"]["B"])
    delay = traffic.delay_ns(stamp)
    assert delay is not None
    assert 0 <= delay < 60e9
    assert traffic.delay_ns(900.0) is None
