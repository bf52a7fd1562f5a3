"""Matching and what people decide after it: rules, runs, offers, overrides, moves, turn-aways, searches."""

from refuge.placements.models.askings import AskedAbout, AskedFact, Asking
from refuge.placements.models.leaving import BedMove, Exclusion, MoveOn, TurnAway
from refuge.placements.models.offers import Offer, OfferAnswer
from refuge.placements.models.rules import RuleSet
from refuge.placements.models.runs import MatchRun, MatchRunContent
from refuge.placements.models.waiting import Search
from refuge.referrals.models import TakingOver, WaitingReview

__all__ = [
    "AskedAbout",
    "AskedFact",
    "Asking",
    "BedMove",
    "Exclusion",
    "MatchRun",
    "MatchRunContent",
    "MoveOn",
    "Offer",
    "OfferAnswer",
    "RuleSet",
    "Search",
    "TakingOver",
    "TurnAway",
    "WaitingReview",
]
