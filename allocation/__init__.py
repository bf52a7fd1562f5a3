"""Pure matching and planning: a problem in, a solution out. Knows no Flask, no rows, no clock and no address."""
