"""How frames are taken: acknowledgements, repetition, hostile bytes, one bad row, golden events."""

import time
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import msgspec

from arbwatch.connector.errors import DecodeError, VenueError
from arbwatch.connector.wire import Ack, Notice, Send
from arbwatch.model import Quote
from arbwatch.testing.checks.events import DATA
from arbwatch.testing.fitness import unfit
from arbwatch.testing.golden import expected, produced
from arbwatch.testing.hostile import broken_rows, mangled
from arbwatch.testing.samples import Played, Sample, Samples


def acks_are_acks(samples: Samples) -> None:
    """Check that the venue's yes and no to a subscription are told, and are no data; data is no answer."""
    for channel in ("ack", "refusal"):
        if not any(p.sample.marks.channel == channel for p in samples.played):
            samples.fail("frames.jsonl", f"there is no sample of an answer of kind {channel!r}", "add one with its id")
    for played in samples.played:
        acks = [found for found in played.found if isinstance(found, Ack)]
        if played.sample.marks.channel in {"ack", "refusal"}:
            _answer(samples, played, acks)
        elif acks:
            samples.fail(played.sample.where, "data is taken for an answer", "look at what the frame carries")


def pings_are_answered(samples: Samples) -> None:
    """Check that what the venue wants answered is answered with what it wants, and nothing else is answered."""
    for played in samples.played:
        sent = [found.frame for found in played.found if isinstance(found, Send)]
        texts = [bytes(frame).decode(errors="replace") if isinstance(frame, bytes) else frame for frame in sent]
        if played.sample.marks.channel == "ping":
            wanted = played.sample.marks.answer
            if wanted is None:
                samples.fail(played.sample.where, "a ping does not say what answers it", "give it an answer")
            if texts != [wanted] or len(played.found) != 1:
                samples.fail(played.sample.where, f"a ping is answered with {texts}", f"send {wanted} back")
        elif sent:
            samples.fail(played.sample.where, f"{texts[0]} is sent back", "mark it channel: ping with its answer")


def unknown_frames_yield_nothing(samples: Samples) -> None:
    """Check that what the contract has no word for is passed over."""
    if not any(p.sample.marks.channel == "unknown" for p in samples.played):
        samples.fail("frames.jsonl", "there is no sample of an unknown frame", "add one")
    for played in samples.played:
        data = [f for f in played.found if isinstance(f, DATA)]
        if played.sample.marks.channel == "unknown" and data:
            samples.fail(played.sample.where, f"it gives {type(data[0]).__name__}", "yield nothing, or a Notice")


def same_bytes_same_events(samples: Samples) -> None:
    """Check that a fresh source gives the same events for the same frames, and does not care how bytes are held."""
    if samples.play() != samples.played:
        samples.fail("decode", "two fresh sources disagree", "keep state in the instance, nowhere else")
    one, other = samples.venue(), samples.venue()
    for line in samples.frames:
        held = list(other.decode(memoryview(line.item.payload), line.item.time or 0))
        if samples.decode(one, line) != held:
            samples.fail(line.where, "bytes and a view of them decode differently", "read both alike")


def a_repeated_frame_is_harmless(samples: Samples) -> None:
    """Check that a frame that comes twice gives the same kinds of things twice, or nothing."""
    source = samples.venue()
    for line in samples.frames:
        first, second = samples.decode(source, line), samples.decode(source, line)
        kinds = {type(found) for found in first}
        if any(type(found) not in kinds and isinstance(found, DATA) for found in second):
            samples.fail(line.where, "coming twice it turns into something else", "judge each frame by itself")


def hostile_frames_cost_only_themselves(samples: Samples) -> None:
    """Check that spoilt frames raise only DecodeError or VenueError, and never make false numbers."""
    for line in _one_per_channel(samples):
        source = samples.venue()
        for how, frame in mangled(line.item.payload):
            try:
                found = list(source.decode(frame, line.item.time or 0))
            except (DecodeError, VenueError):
                continue
            except Exception as problem:  # noqa: BLE001 whatever else comes out is the finding
                samples.fail(
                    line.where, f"{how} it raises {type(problem).__name__} ({problem})", "raise DecodeError instead"
                )
            for one in found:
                for fault in unfit(one):
                    samples.fail(line.where, f"{how} it gives a {type(one).__name__} whose {fault}", "refuse it")


def a_bad_row_costs_only_itself(samples: Samples) -> None:
    """Check that in an array one broken row leaves the others."""
    for line in samples.frames:
        for index, frame in broken_rows(line.item.payload):
            whole = [f for f in samples.decode(samples.venue(), line) if isinstance(f, DATA)]
            try:
                left = [f for f in samples.venue().decode(frame, line.item.time or 0) if isinstance(f, DATA)]
            except (DecodeError, VenueError) as problem:
                samples.fail(line.where, f"a broken row {index} costs all ({problem})", "make the row a Reject")
            # One row may tell several things, a ticker and a funding say, but each of them once.
            lost = Counter(type(one) for one in whole if one not in left)
            if any(count > 1 for count in lost.values()):
                samples.fail(line.where, f"a broken row {index} costs {lost.total()} events", "make the row a Reject")


def golden_events_equal(samples: Samples) -> None:
    """Check that the samples turn into exactly what events.jsonl holds."""
    path = samples.folder / "events.jsonl"
    if not path.is_file():
        samples.fail("events.jsonl", "it is missing", "write it with python -m arbwatch.testing and read it")
    wanted, got = expected(path), produced(samples)
    for number, (left, right) in enumerate(zip(wanted, got, strict=False), 1):
        if left != right:
            samples.fail(
                f"events.jsonl line {number}", f"{_short(right)} came for {_short(left)}", "find out which is right"
            )
    if len(wanted) != len(got):
        samples.fail("events.jsonl", f"{len(got)} lines came for {len(wanted)}", "find out which is right")


def decode_rate(samples: Samples) -> float:
    """Measure frames per second over the quote samples; printed, never judged."""
    frames = [line.item.payload for line in samples.frames if line.marks.channel == "quote"]
    decode, total = samples.venue().decode, 0
    begun = time.perf_counter()
    while (spent := time.perf_counter() - begun) < 0.05:
        for frame in frames:
            for _ in decode(frame, 1):
                pass
        total += len(frames)
        if not frames:
            break
    return total / spent if spent else 0.0


def _answer(samples: Samples, played: Played, acks: list[Ack]) -> None:
    marks = played.sample.marks
    if len(acks) != 1 or any(not isinstance(f, (Ack, Notice)) for f in played.found):
        samples.fail(played.sample.where, f"an answer gives {[type(f).__name__ for f in played.found]}", "give one Ack")
    if acks[0].id != marks.id or (acks[0].error is None) != (marks.channel == "ack"):
        samples.fail(played.sample.where, f"the answer is read as {acks[0]}", "tell its id, and why it says no")


def _one_per_channel(samples: Samples) -> Iterator[Sample]:
    lines = sorted(samples.frames, key=lambda line: line.marks.channel)
    for _, group in groupby(lines, key=lambda line: line.marks.channel):
        yield from list(group)[:3]


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 300 else text[:300] + "..."


def quotes_only_from_quotes(samples: Samples) -> None:
    """Check that no channel but `quote` makes a Quote: statistics carry prices too, seconds old."""
    for played in samples.played:
        if played.sample.marks.channel != "quote" and any(isinstance(f, Quote) for f in played.found):
            samples.fail(
                played.sample.where, "a quote is made from another channel", "take quotes from the top of book"
            )
