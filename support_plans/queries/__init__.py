"""Named reads of plans: each begins with what the reader may see (`support_plans.access`)."""
