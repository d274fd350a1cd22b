"""Checks what clients saw against what was promised. It knows histories, and neither servers nor clients.

Strong consistency promises that nothing acknowledged is lost, unless the truth says so, and that no client sees the past.
Availability promises less: during a split both sides go on and one of them loses, so a client may see what is older. What
is left is that nothing is seen that was not written, and that the truth names every key of which a write is lost.

Each key has one writer, which writes the values 1, 2, 3 … one after the other. So a value says which write it comes from, and
a greater one is newer. Anybody may read.
"""

from collections import Counter
from dataclasses import dataclass

ACKNOWLEDGED = "acknowledged"
IN_DOUBT = "in doubt"
REFUSED = "refused"


@dataclass(frozen=True)
class Write:
    """A write, and what its client was told of it."""

    client: int
    key: object
    value: int
    outcome: str


@dataclass(frozen=True)
class Read:
    """A read that succeeded; `value` is None where no record was found."""

    client: int
    key: object
    value: int | None


@dataclass(frozen=True)
class Fault:
    """A promise that was broken."""

    rule: str
    key: object
    what: str


def check(history, final, lost=frozenset(), is_strong=True):
    """The promises that a history breaks.

    `history` has each client's writes and reads in its own order. `final` is what each key holds when all is well again.
    `lost` are the keys of which the truth says that an acknowledged write is lost: nothing newer than what was lost is expected
    of them.
    """
    outcomes = {}
    for entry in history:
        if isinstance(entry, Write):
            assert (entry.key, entry.value) not in outcomes, "values are unique"
            outcomes[entry.key, entry.value] = entry.outcome
    return [
        *_foreign_values(history, final, outcomes),
        *(_stale_reads(history, lost) if is_strong else []),
        *_lost_writes(final, outcomes, lost),
    ]


def _foreign_values(history, final, outcomes):
    """A value that is seen was written, and its write was not refused."""
    seen = {(entry.key, entry.value) for entry in history if isinstance(entry, Read)}
    seen |= set(final.items())
    for key, value in sorted(seen, key=str):
        outcome = outcomes.get((key, value))
        if value is not None and outcome is None:
            yield Fault("never written", key, f"{value} was seen")
        elif outcome == REFUSED:
            yield Fault("refused", key, f"{value} was seen, and its writer was told that nothing was written")


def _stale_reads(history, lost):
    """A client does not see an older value than one that it has read, or had acknowledged, before."""
    newest = {}
    for entry in history:
        at = (entry.client, entry.key)
        known = newest.get(at, 0)
        if isinstance(entry, Write):
            if entry.outcome == ACKNOWLEDGED:
                newest[at] = max(known, entry.value)
            continue
        value = entry.value or 0
        if value < known and entry.key not in lost:
            yield Fault("stale", entry.key, f"client {entry.client} saw {entry.value} after {known}")
        # After a loss the older value is the record.
        newest[at] = value


def _lost_writes(final, outcomes, lost):
    """What was acknowledged last is there, or a later write that is in doubt."""
    acknowledged = Counter()
    for (key, value), outcome in outcomes.items():
        if outcome == ACKNOWLEDGED:
            acknowledged[key] = max(acknowledged[key], value)
    for key, value in acknowledged.items():
        held = final.get(key) or 0
        if held < value and key not in lost:
            yield Fault("lost", key, f"it holds {final.get(key)}, and {value} was acknowledged")
