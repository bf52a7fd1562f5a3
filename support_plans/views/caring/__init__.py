"""The pages of what hangs on a plan: scores, risk, records, children, tasks, the day."""

from support_plans.views.caring import assessing, day, directory, incidents, leavings, records, risks, saying, tasks
from support_plans.views.caring.room import blueprint

__all__ = ["assessing", "blueprint", "day", "directory", "incidents", "leavings", "records", "risks", "saying", "tasks"]
