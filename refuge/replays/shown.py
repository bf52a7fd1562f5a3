"""What came of a replay, in words: exact for managers, small numbers hidden for commissioners. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocation.replay.changes import Kind
from refuge.statistics.facts import NEEDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refuge.replays.models import ChangeCost, Replay

SMALL = 5
"""Numbers below this, nought apart, are not told to commissioners."""
ENOUGH = 10
"""A share of fewer than these is not told to them."""
A_YEAR = 365
NOTHING = "–"


@dataclass(frozen=True)
class GainShown:
    """One change: a line of the table."""

    house: str
    words: str
    avoided: str
    usually: str
    """The range of it over other years."""
    nights: str
    cost: str
    each: str
    """Its cost for each turn-away avoided."""
    needs: tuple[tuple[str, str], ...]
    """Need, and how many turn-aways with it were avoided."""
    swapped: str
    """How many would have lost a place that they had, where any would."""


@dataclass(frozen=True)
class ReplayShown:
    """All that a page says of a replay that is done."""

    gains: tuple[GainShown, ...]
    """The one that avoids most turn-aways first."""
    check: tuple[str, ...]
    """Sentences that hold the replay of the network as it was against what happened."""
    check_rows: tuple[tuple[str, str, str], ...]
    """Need, placed really, placed in the replay; nothing for commissioners."""


def shown(replay: Replay, costs: Mapping[Kind, ChangeCost], *, exact: bool) -> ReplayShown:
    """Return what came of a replay that is done."""
    answer = replay.answer or {"gains": [], "check": {}}
    years = ((replay.last - replay.first).days + 1) / A_YEAR
    pairs = zip(replay.changes, answer["gains"], strict=True)
    order = sorted(pairs, key=lambda pair: (-pair[1]["avoided"], -pair[1]["bed_nights"]))
    return ReplayShown(
        tuple(_gain(change, gain, costs.get(Kind(change["kind"])), years, exact=exact) for change, gain in order),
        tuple(_check(answer["check"], exact=exact)),
        tuple(_check_rows(answer["check"])) if exact else (),
    )


def number(count: int, *, exact: bool) -> str:
    """Return a number as its reader may see it: `fewer than 5` hides 1 to 4 from commissioners."""
    if exact or count == 0 or abs(count) >= SMALL:
        return f"{count:,}".replace("-", "−")
    return f"fewer than {SMALL}" if count > 0 else f"fewer than {SMALL} more"


def _gain(
    change: Mapping[str, Any], gain: Mapping[str, Any], cost: ChangeCost | None, years: float, *, exact: bool
) -> GainShown:
    avoided, spread = gain["avoided"], gain["avoided_range"]
    pounds = None if cost is None else round(cost.pounds * years)
    low, high = (number(spread[end], exact=exact) for end in ("low", "high"))
    per = pounds is not None and avoided > 0 and (exact or avoided >= SMALL)
    return GainShown(
        house=change["house"],
        words=change["words"],
        avoided=number(avoided, exact=exact),
        usually=low if low == high else f"{low} to {high}",
        nights=number(gain["bed_nights"], exact=exact),
        cost=NOTHING if pounds is None else f"£{pounds:,}",
        each=f"£{round((pounds or 0) / avoided):,}" if per else NOTHING,
        needs=tuple(
            (NEEDS[need], number(count, exact=exact)) for need in NEEDS if (count := gain["avoided_under"].get(need, 0))
        ),
        swapped=_swapped(gain["missed"]) if exact and gain["missed"] else "",
    )


def _swapped(count: int) -> str:
    who = "1 woman" if count == 1 else f"{count} women"
    return f"{who} placed in the network as it was would not have been: somebody else had the bed on that day."


def _check(check: Mapping[str, Any], *, exact: bool) -> list[str]:
    sought = check.get("sought", 0)
    if not exact and sought < ENOUGH:
        return ["Too few women were referred in this period to say how far the replay can be trusted."]
    really, here, both = (check[name] for name in ("placed_really", "placed_here", "placed_both"))
    real_share, here_share = _share(really, sought), _share(here, sought)
    if not exact:
        whom = "Of those for whom a place was sought and would have been taken"
        again = f"The network as it was, lived through again, places {here_share}."
        return [f"{whom}, {real_share} were really placed. {again}"]
    whom = f"For {sought} a place was sought and would have been taken."
    again = f"Placed when the network as it was is lived through again: {here} ({here_share})."
    return [f"{whom} Really placed: {really} ({real_share}). {again}", f"{both} were placed both times."]


def _share(some: int, of: int) -> str:
    return f"{round(100 * some / of)}%" if of else NOTHING


def _check_rows(check: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    under = check["placed_under"]
    return [(NEEDS[need], str(under[need][0]), str(under[need][1])) for need in NEEDS if need in under]
