"""What in-reach and training gave: sessions by provider and house, hours rostered, offered, used and missed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from refuge.statistics.counting import ALL, Share, Table, Unit, half_up

OFFERED, ATTENDED, MISSED, OTHERWISE, CALLED_OFF, NOT_NOTED = (
    "offered", "attended", "missed", "otherwise", "called_off", "not_noted",
)  # fmt: skip
CONTACTS: Mapping[str, str] = {
    OFFERED: "Offered", ATTENDED: "Attended", MISSED: "Did not attend", OTHERWISE: "Unwell, in crisis or declined",
    CALLED_OFF: "Called off", NOT_NOTED: "Not noted yet",
}  # fmt: skip
"""The columns of sessions: the first is the sum of the others."""
ROSTERED, FOR_CONTACT = "rostered", "for_contact"
HOURS: Mapping[str, str] = {
    ROSTERED: "Rostered", FOR_CONTACT: "For contact", OFFERED: "Offered", ATTENDED: "Used", MISSED: "Missed",
}  # fmt: skip
BY_PROVIDER, BY_HOUSE = "provider", "house"
HOUR = 60
NOTE = (
    "One for each resident who was to come, by the day of the session; one that was only planned again is left out, "
    "and so are drop-ins, to which nobody is booked."
)
HOURS_NOTE = (
    "Rostered: visiting workers at the houses. For contact: less what planning leaves free, and no more than the "
    "longest day of contact. Offered: every session that was booked, drop-ins too. Used: somebody came. Missed: nobody "
    "came, and somebody did not attend. In whole hours."
)
YEAR_NOTE = " Hours of the rota are counted over a year at most, and this period is longer."


@dataclass(frozen=True)
class Training:
    """Workshops for staff."""

    workshops: int = 0
    places: int = 0
    frontline: int = 0
    """How often frontline staff attended."""
    leadership: int = 0
    missed: int = 0


@dataclass(frozen=True)
class Given:
    """What was given in a period."""

    contacts: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """Provider, house and one of `CONTACTS` but the first -> how many."""
    minutes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Provider and offered, attended or missed -> minutes of sessions, each session once."""
    rostered: Mapping[str, tuple[int, int]] | None = field(default_factory=dict)
    """Provider -> minutes at the houses, and of them for contact; None: the period is too long."""
    training: Training = field(default_factory=Training)

    def contact(self, what: str) -> int:
        """Return how many sessions ended like this."""
        return sum(number for (*_, column), number in self.contacts.items() if column == what)

    @property
    def not_attended(self) -> Share:
        """Those that she did not attend, of those that she attended or did not."""
        missed = self.contact(MISSED)
        return Share(missed, missed + self.contact(ATTENDED))

    def used(self) -> tuple[int, int]:
        """Return minutes used, and minutes rostered for contact."""
        used = sum(minutes for (_, column), minutes in self.minutes.items() if column == ATTENDED)
        return used, sum(contact for _, contact in (self.rostered or {}).values())

    def tables(self) -> list[Table]:
        """Return sessions by provider and by house, hours by provider, and training."""
        return [
            self._contacts(BY_PROVIDER, "In-reach sessions by provider", 0),
            self._contacts(BY_HOUSE, "In-reach sessions by house", 1), self._hours(), self._training(),
        ]  # fmt: skip

    def _contacts(self, key: str, title: str, place: int) -> Table:
        counts: Counter[tuple[str, str]] = Counter()
        for told, number in self.contacts.items():
            for row in (ALL, told[place]):
                counts[row, told[-1]] += number
                counts[row, OFFERED] += number
        names = sorted({told[place] for told in self.contacts})
        rows = [(ALL, "All sessions"), *((name, name) for name in names)]
        return Table(key, title, Unit.CONTACTS, rows, list(CONTACTS.items()), counts, NOTE)

    def _hours(self) -> Table:
        minutes: Counter[tuple[str, str]] = Counter()
        for (provider, column), some in self.minutes.items():
            minutes[provider, column] += some
        for provider, (rostered, contact) in (self.rostered or {}).items():
            minutes[provider, ROSTERED] += rostered
            minutes[provider, FOR_CONTACT] += contact
        names = sorted({provider for provider, _ in minutes})
        for (_, column), some in list(minutes.items()):
            minutes[ALL, column] += some
        counts = {key: half_up(some / HOUR) for key, some in minutes.items()}
        told = [(key, words) for key, words in HOURS.items() if self.rostered is not None or key in CONTACTS]
        rows = [(ALL, "All providers"), *((name, name) for name in names)]
        note = HOURS_NOTE + ("" if self.rostered is not None else YEAR_NOTE)
        return Table("hours", "In-reach hours", Unit.HOURS, rows, told, counts, note, hidden_as=BY_PROVIDER)

    def _training(self) -> Table:
        told = self.training
        rows = {
            "workshops": ("Workshops held", told.workshops), "places": ("Places at them", told.places),
            "frontline": ("Attended: frontline staff", told.frontline),
            "leadership": ("Attended: leadership", told.leadership), "missed": ("Booked and did not come", told.missed),
        }  # fmt: skip
        counts = {(key, "number"): number for key, (_, number) in rows.items()}
        words = [(key, label) for key, (label, _) in rows.items()]
        note = "Staff of the network's agencies, not residents. Somebody who came to two workshops attended twice."
        return Table("training", "Training", Unit.STAFF, words, [("number", "Number")], counts, note, hidden_as="")
