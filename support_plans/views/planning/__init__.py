"""The pages of the plan itself, of who sees what, and of the copy that she carries."""

from support_plans.views.planning import (
    apart,
    asking,
    copying,
    people,
    plan,
    privacy,
    sampling,
    sessions,
    sharing,
    writing,
)
from support_plans.views.planning.room import blueprint

__all__ = [
    "apart", "asking", "blueprint",
    "copying", "people", "plan", "privacy", "sampling", "sessions", "sharing", "writing",
]  # fmt: skip
