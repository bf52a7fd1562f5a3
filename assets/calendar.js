// The calendar on top of the week: one worker's week to drag sessions in and to click a time to book. The table stays
// one press away and says the same; whether a session can be moved is decided by the server, never here.
const box = document.getElementById("calendar");
const table = document.getElementById("calendar-table");
const said = document.getElementById("calendar-said");
const toggle = document.getElementById("calendar-toggle");
const DAY_BEGINS = "08:00";
const DAY_ENDS = "20:00";
const GRID = "00:15";
const DAY = 10; // How many characters of a time are its day.

let calendar = null;
let told = null;
let worker = null;

function say(sentence) {
  said.textContent = sentence;
}

/** What the calendar shows of one worker: her hours behind, her sessions, and why she is not there. */
function shown(ref) {
  const hers = (event) => event.resourceIds.includes(ref);
  const row = told.resources.find((one) => one.id === ref);
  const off = Object.entries(row.extendedProps.off).map(([day, why]) => ({
    id: `off-${day}`, start: day, end: day, allDay: true, title: why, startEditable: false, classNames: ["calendar__off"],
  }));
  return [...told.hours.filter(hers), ...told.events.filter(hers), ...off];
}

/** A time as it stands on the wall in London: the server knows which instant that is. */
function wall(at) {
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

async function move(info) {
  const { move: address, version } = info.event.extendedProps;
  const form = new URLSearchParams({ csrf_token: box.dataset.token, slot: wall(info.event.start), worker, version });
  try {
    const answer = await fetch(address, { method: "POST", body: form, headers: { "X-Requested-With": "fetch" } });
    const words = await answer.json();
    if (!answer.ok) {
      info.revert();
      say(`Not moved. ${words.refused}`);
      return;
    }
    say(words.moved);
    const event = told.events.find((one) => one.id === info.event.id);
    Object.assign(event, { start: `${wall(info.event.start)}:00`, end: `${wall(info.event.end)}:00` });
    event.extendedProps.version = words.version;
    calendar.setOption("events", shown(worker));
  } catch {
    info.revert();
    say("Not moved: the line is down, or you were signed out. Look at the table and try again.");
  }
}

function choose(info) {
  if (info.event.extendedProps.url) {
    window.location.assign(info.event.extendedProps.url);
  }
}

function book(info) {
  if (box.dataset.book && !info.allDay) {
    const asked = new URLSearchParams({ worker, from: wall(info.date).slice(0, DAY) });
    window.location.assign(`${box.dataset.book}?${asked}`);
  }
}

function draw() {
  worker = told.resources[0]?.id;
  const label = document.createElement("label");
  label.className = "govuk-label";
  label.htmlFor = "calendar-worker";
  label.textContent = "Whose week?";
  const select = document.createElement("select");
  select.className = "govuk-select";
  select.id = "calendar-worker";
  for (const one of told.resources) {
    select.add(new Option(one.title, one.id));
  }
  select.addEventListener("change", () => {
    worker = select.value;
    calendar.setOption("events", shown(worker));
  });
  const room = document.createElement("div");
  box.replaceChildren(label, select, room);
  calendar = window.EventCalendar.create(room, {
    view: "timeGridWeek",
    date: box.dataset.from,
    firstDay: 1,
    locale: "en-GB",
    headerToolbar: { start: "title", center: "", end: "" },
    slotMinTime: DAY_BEGINS,
    slotMaxTime: DAY_ENDS,
    slotDuration: GRID,
    snapDuration: GRID,
    slotHeight: 18,
    flexibleSlotTimeLimits: true,
    nowIndicator: true,
    editable: true,
    eventStartEditable: true,
    eventDurationEditable: false,
    pointer: true,
    events: shown(worker),
    eventContent: ({ event, timeText }) => {
      const words = document.createElement("span");
      words.textContent = event.allDay ? event.title : `${timeText} ${event.title}`;
      return event.display === "background" ? { domNodes: [] } : { domNodes: [words] };
    },
    eventDrop: move,
    eventClick: choose,
    dateClick: book,
  });
}

/** The library calls its boxes a table and then leaves parts out: for who hears the page, the table beside it is one. */
const OF_A_TABLE = ["aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount", "aria-colspan", "aria-rowspan"];
const PARTS = ["table", "rowgroup", "row", "cell", "columnheader", "rowheader"].map((role) => `[role=${role}]`);

function withoutRoles() {
  for (const part of box.querySelectorAll(PARTS)) {
    part.removeAttribute("role");
  }
  for (const name of OF_A_TABLE) {
    for (const part of box.querySelectorAll(`[${name}]`)) {
      part.removeAttribute(name);
    }
  }
}

async function open() {
  say("Fetching the calendar …");
  const answer = await fetch(box.dataset.events, { headers: { "X-Requested-With": "fetch" } });
  told = await answer.json();
  if (!told.resources.length) {
    say("Nobody is on the rota of this network yet.");
    return;
  }
  new MutationObserver(withoutRoles).observe(box, { childList: true, subtree: true });
  draw();
  withoutRoles();
  say("Shaded: on the rota. Drag a session to move it, or press a free time to book. What cannot be is put back, and said here.");
}

if (box && toggle && window.EventCalendar) {
  document.getElementById("calendar-switch").hidden = false;
  toggle.addEventListener("click", async () => {
    const on = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", String(on));
    toggle.textContent = on ? "Show as a table" : "Show as a calendar to drag";
    box.hidden = !on;
    table.hidden = on;
    if (!on) {
      say("");
    } else if (calendar === null) {
      try {
        await open();
      } catch {
        say("The calendar could not be fetched. The table says the same.");
        toggle.click();
      }
    }
  });
}
