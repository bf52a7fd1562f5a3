"""The form of what is not as the pattern says: leave and the like, extra hours, a swap."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from govuk_frontend_wtf.wtforms_widgets import GovCheckboxesInput, GovRadioInput, GovSubmitInput
from wtforms import HiddenField, RadioField, SelectMultipleField, SubmitField

from refuge.beds.forms.fields import MIDNIGHT, Clock, Day, Text, offered
from refuge.london import clock_words, comes_twice, is_missing, london_date
from refuge.rota.forms.fields import CreatingForm
from refuge.rota.hours import instant
from refuge.rota.models import AWAY, ExceptionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from refuge.beds.models import Refuge
    from refuge.rota.models import RotaException

WHOLE, MORNING, AFTERNOON, HOURS = "whole", "morning", "afternoon", "hours"
FIRST, SECOND = "first", "second"
HALF = 13 * 60
"""When a morning ends and an afternoon begins, in minutes after midnight (D)."""
FARTHEST = timedelta(days=2 * 366)
LONGEST = timedelta(days=366)
WHOLE_DAY = timedelta(hours=20)
"""From how long hours away are whole days: a day on which clocks change, without the end of a night, is as short."""
KINDS = {
    ExceptionKind.LEAVE: "Leave",
    ExceptionKind.SICKNESS: "Sickness",
    ExceptionKind.TRAINING: "Training",
    ExceptionKind.OTHER_WORK: "Other work for her agency",
    ExceptionKind.EXTRA: "Extra hours",
    ExceptionKind.SWAP: "A swap: away then, working at another time instead",
}


def typed_of(away: RotaException | None, extra: RotaException | None) -> dict[str, object]:
    """Return what was typed when these hours were entered, as the form takes it: taken, given, or both of a swap."""
    row = away or extra
    typed: dict[str, object] = {"kind": row.kind.value, "note": row.note} if row else {}
    if away is not None:
        typed |= _typed_away(away.from_at, away.until_at)
    if extra is not None:
        typed |= {
            "extra_on": london_date(extra.from_at), "extra_from": clock_words(extra.from_at),
            "extra_until": clock_words(extra.until_at), "refuges": [place.refuge.ref for place in extra.places],
        }  # fmt: skip
    return typed


def _typed_away(from_at: datetime, until_at: datetime) -> dict[str, object]:
    first, ends = london_date(from_at), london_date(until_at)
    clocks = clock_words(from_at), clock_words(until_at)
    if until_at - from_at >= WHOLE_DAY:  # with the night of a night worker it ends in the morning after
        last = ends - timedelta(days=1)
        return {"from_on": first, "until_on": last if last > first else None, "part": WHOLE}
    if clocks == ("00:00", "13:00"):
        return {"from_on": first, "part": MORNING}
    if clocks == ("13:00", "00:00"):
        return {"from_on": first, "part": AFTERNOON}
    return {"from_on": first, "part": HOURS, "from_time": clocks[0], "until_time": clocks[1]}


class ExceptionForm(CreatingForm):
    """Enter leave, sickness, training, other work, extra hours or a swap."""

    kind = RadioField("What is it?", widget=GovRadioInput())
    from_on = Day("First day away")
    until_on = Day("Last day away", description="Leave empty if it is one day")
    part = RadioField(
        "How much of it?",
        choices=offered(
            [
                (WHOLE, "The whole day, or days"), (MORNING, "The morning, until 13:00"),
                (AFTERNOON, "The afternoon, from 13:00"), (HOURS, "The hours below"),
            ]
        ),
        default=WHOLE,
        widget=GovRadioInput(),
    )  # fmt: skip
    from_time = Clock("Away from", description="Only for hours. For example 10:00")
    until_time = Clock("Away until", description="Only for hours. For example 12:30")
    extra_on = Day("Which day?")
    extra_from = Clock("Working from", description="For example 09:00")
    extra_until = Clock("Working until", description="For example 17:00. A night ends on the next day")
    refuges = SelectMultipleField("At which house?", widget=GovCheckboxesInput())
    which = RadioField(
        "That night the clocks go back and the hour from 01:00 comes twice. Which one?",
        choices=offered([(FIRST, "The first, before the clocks go back"), (SECOND, "The second, after it")]),
        default=FIRST,
        widget=GovRadioInput(),
    )
    note = Text("Note", 200, description="For her own agency. Nothing about health, nothing about a resident.")
    seen = HiddenField()
    """A mark of what was shown that this touches."""
    version = HiddenField()
    """Of the exception that is changed."""
    submit = SubmitField("Continue", widget=GovSubmitInput())

    def __init__(
        self, refuges: Sequence[Refuge], *, working: bool, today: date, **more: Any  # noqa: ANN401  as WTForms takes them
    ) -> None:  # fmt: skip
        """Offer what takes hours away, or what gives them; `today` is the London date."""
        super().__init__(**more)
        kinds = {kind: label for kind, label in KINDS.items() if (kind in AWAY) is not working}
        self.kind.choices = offered(kinds.items())
        self.working = working
        self.today = today
        self.ids = {one.ref: one.id for one in refuges}
        self.refuges.choices = offered((one.ref, one.name) for one in refuges)

    @property
    def takes(self) -> bool:
        """Whether hours are taken away."""
        return bool(self.kind.data) and self.kind.data != ExceptionKind.EXTRA

    @property
    def gives(self) -> bool:
        """Whether hours are added."""
        return self.kind.data in {ExceptionKind.EXTRA, ExceptionKind.SWAP}

    @property
    def asks_which(self) -> bool:
        """Whether a time was typed that comes twice that night, so that she must be asked which."""
        return any(comes_twice(day, minutes) for day, minutes in self._times())

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  as WTForms has it
        """Check what hangs together, for the kind that was chosen."""
        fine = bool(super().validate(extra_validators))
        if self.kind.errors:
            return self.say("kind", "Choose what it is")
        if self.takes:
            fine = self._check_away() and fine
        if self.gives:
            fine = self._check_extra() and fine
        return fine and self._check_clocks()

    def _check_away(self) -> bool:
        first: date | None = self.from_on.data
        last: date | None = self.until_on.data
        if first is None:
            return bool(self.from_on.errors) or self.say("from_on", "Enter the first day away")
        if abs(first - self.today) > FARTHEST:
            return self.say("from_on", "Enter a day within two years")
        if last is not None and not first <= last <= first + LONGEST:
            return self.say("until_on", "Enter a day on or after the first, within a year of it")
        if self.part.data != WHOLE and last is not None and last != first:
            return self.say("part", "Half days and hours are of one day: enter each by itself")
        return self.part.data != HOURS or self._check_hours()

    def _check_hours(self) -> bool:
        if self.from_time.minutes is None or self.until_time.minutes is None:
            name = "from_time" if self.from_time.minutes is None else "until_time"
            return bool(self[name].errors) or self.say(name, "Enter from when until when")
        if self.from_time.minutes == self.until_time.minutes:
            return self.say("until_time", "Enter a time later than it begins")
        return True

    def _check_extra(self) -> bool:
        if self.extra_on.data is None:
            return bool(self.extra_on.errors) or self.say("extra_on", "Enter the day on which she works")
        if abs(self.extra_on.data - self.today) > FARTHEST:
            return self.say("extra_on", "Enter a day within two years")
        for name in ("extra_from", "extra_until"):
            if self[name].minutes is None:
                return bool(self[name].errors) or self.say(name, "Enter from when until when she works")
        if self.extra_from.minutes == self.extra_until.minutes:
            return self.say("extra_until", "Enter a time later than it begins")
        if not self.refuges.data:
            return self.say("refuges", "Choose at which house she works")
        return True

    def _check_clocks(self) -> bool:
        for day, minutes in self._times():
            if is_missing(day, minutes):
                name = "extra_from" if self.gives and day == self.extra_on.data else "from_time"
                return self.say(name, "That hour does not exist on this day: the clocks go forward from 01:00 to 02:00")
        return True

    def _times(self) -> list[tuple[date, int]]:
        """Return the days and minutes that were typed as times."""
        found = []
        if self.takes and self.part.data == HOURS and self.from_on.data:
            found += [(self.from_on.data, one.minutes) for one in (self.from_time, self.until_time)]
        if self.gives and self.extra_on.data:
            found += [(self.extra_on.data, one.minutes) for one in (self.extra_from, self.extra_until)]
        return [(day, minutes) for day, minutes in found if minutes is not None]

    @property
    def days_away(self) -> tuple[date, date]:
        """The first and the last day away. Only after `validate`."""
        first: date = self.from_on.data
        return first, self.until_on.data or first

    @property
    def hours_away(self) -> tuple[datetime, datetime] | None:
        """The span away, of half a day or of hours; None for whole days. Only after `validate`."""
        day: date = self.from_on.data
        if self.part.data == MORNING:
            return instant(day, 0), instant(day, HALF)
        if self.part.data == AFTERNOON:
            return instant(day, HALF), instant(day, MIDNIGHT)
        if self.part.data == HOURS:
            return self._span(day, self.from_time.minutes or 0, self.until_time.minutes or 0)
        return None

    @property
    def hours_given(self) -> tuple[datetime, datetime]:
        """The span that is worked. Only after `validate`."""
        return self._span(self.extra_on.data, self.extra_from.minutes or 0, self.extra_until.minutes or 0)

    def _span(self, day: date, begin: int, end: int) -> tuple[datetime, datetime]:
        end = end if end > begin else end + MIDNIGHT
        later = timedelta(hours=1) if self.which.data == SECOND else timedelta()
        from_at = instant(day, begin) + (later if comes_twice(day, begin) else timedelta())
        until_at = instant(day, end) + (later if comes_twice(day, end) else timedelta())
        return from_at, until_at
