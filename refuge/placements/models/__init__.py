"""Matching and what people decide after it: rules, runs, offers, overrides, moves, turn-aways, searches."""

from refuge.placements.models.leaving import BedMove, Exclusion, MoveOn, TurnAway
from refuge.placements.models.offers import Offer, OfferAnswer, Override
from refuge.placements.models.rules import RuleSet
from refuge.placements.models.runs import MatchRun
from refuge.placements.models.waiting import Search
from refuge.referrals.models import TakingOver, WaitingReview

__all__ = [
    "BedMove",
    "Exclusion",
    "MatchRun",
    "MoveOn",
    "Offer",
    "OfferAnswer",
    "Override",
    "RuleSet",
    "Search",
    "TakingOver",
    "TurnAway",
    "WaitingReview",
]
