// The calendar on top of the week: workers side by side, the workers of one house, one worker's or one woman's week, to
// drag sessions in and to press a time to book. The table stays one press away and says the same; whether a session can
// be moved is decided by the server, never here.
const box = document.getElementById("calendar");
const table = document.getElementById("calendar-table");
const said = document.getElementById("calendar-said");
const toggle = document.getElementById("calendar-toggle");
const DAY_BEGINS = "08:00";
const DAY_ENDS = "20:00";
const GRID = "00:15";
const DAY = 10; // How many characters of a time are its day.
const WEEKEND = [0, 6];
const MARK = "#calendar"; // In the address: the calendar is shown, and after a colon what of it.
const COLUMN = "minmax(7rem, 1fr)"; // A column that stands beside others.
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const NARROW = window.matchMedia("(max-width: 40em)");

let calendar = null;
let told = null;
let choice = "";

function say(sentence) {
  said.textContent = sentence;
}

/** What can be chosen, group by group: its value says what it is of, and which. */
function choices() {
  const of = (kind, rows) => rows.map((one) => [`${kind}:${one.id}`, one.title]);
  return {
    Workers: [["worker:", "All workers side by side"], ...of("worker", told.resources)],
    Houses: of("house", told.houses),
    Women: of("woman", told.women),
  };
}

function firstChoice() {
  const { by, oneDay } = box.dataset;
  const asked = decodeURIComponent(window.location.hash.slice(MARK.length + 1));
  const all = Object.values(choices()).flat().map(([value]) => value);
  if (all.includes(asked)) {
    return asked;
  }
  const beside = (value) => value === "worker:" && (!oneDay || NARROW.matches);
  const those = all.filter((value) => value.startsWith(`${by}:`) && !beside(value));
  return those.find((value) => busy(...value.split(":"))) ?? those[0] ?? "worker:";
}

/** Who is at work or booked on these days, in one house or in any. */
function here(house) {
  const shownDay = (one) => !box.dataset.oneDay || one.start.startsWith(box.dataset.from);
  return [
    ...told.hours.filter((one) => !house || one.houses.includes(house)),
    ...told.events.filter((one) => !house || one.house === house),
  ].filter(shownDay).flatMap((one) => one.resourceIds);
}

/** Whether anything is to be seen of a house or a woman. */
function busy(kind, ref) {
  return kind === "worker" || (kind === "house" ? here(ref).length > 0 : told.events.some((one) => one.women.includes(ref)));
}

/** Who stands side by side: all who are at work or booked then, in all houses or in one. Nobody: one plain week. */
function sideBySide() {
  const [kind, ref] = choice.split(":");
  if (kind === "woman" || (kind === "worker" && ref)) {
    return [];
  }
  const ids = here(ref);
  const there = told.resources.filter((one) => ids.includes(one.id));
  return there.length ? there : told.resources;
}

/** What is shown of the choice: hours behind, sessions, and why a worker is not there. */
function shown() {
  const [kind, ref] = choice.split(":");
  const beside = sideBySide().map((one) => one.id);
  const hers = (event) => (beside.length ? event.resourceIds.some((id) => beside.includes(id)) : event.resourceIds.includes(ref));
  if (kind === "woman") {
    return told.events.filter((event) => event.women.includes(ref));
  }
  const hours = told.hours.filter((one) => hers(one) && (kind !== "house" || one.houses.includes(ref)));
  const off = told.resources.filter((one) => hers({ resourceIds: [one.id] })).flatMap((row) =>
    Object.entries(row.extendedProps.off).map(([day, why]) => ({
      id: `off-${row.id}-${day}`, resourceIds: [row.id], start: day, end: day, allDay: true, title: why,
      startEditable: false, classNames: ["calendar__off"],
    })));
  return [...hours, ...told.events.filter(hers), ...off];
}

/** A time as it stands on the wall in London: the server knows which instant that is. */
function wall(at) {
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

async function move(info) {
  const { move: address, version, worker: before } = info.event.extendedProps;
  const worker = info.newResource?.id ?? before;
  const form = new URLSearchParams({ csrf_token: box.dataset.token, slot: wall(info.event.start), worker, version });
  try {
    const answer = await fetch(address, { method: "POST", body: form, headers: { "X-Requested-With": "fetch" } });
    const words = await answer.json();
    if (!answer.ok) {
      info.revert();
      say(`Not moved. ${words.refused}`);
      return;
    }
    await read();
    calendar.setOption("events", shown());
    say(words.moved);
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
  if (!box.dataset.book || info.allDay) {
    return;
  }
  const [kind, ref] = choice.split(":");
  const slot = wall(info.date);
  const asked = new URLSearchParams({ from: slot.slice(0, DAY), slot });
  const worker = info.resource?.id ?? (kind === "worker" ? ref : "");
  if (worker) {
    asked.set("worker", worker);
  }
  if (kind === "woman") {
    asked.set("woman", ref);
  }
  window.location.assign(`${box.dataset.book}?${asked}`);
}

/** The view of a choice: a day or a week, of one or of several side by side. */
function view() {
  const beside = sideBySide();
  const span = box.dataset.oneDay ? "Day" : "Week";
  return { view: beside.length ? `resourceTimeGrid${span}` : `timeGrid${span}`, resources: beside, events: shown() };
}

function remember() {
  window.history.replaceState(null, "", `${MARK}:${encodeURIComponent(choice)}`);
  for (const link of document.querySelectorAll(".week-nav a")) {
    link.hash = link.search.includes("by=") && !link.search.includes(`by=${box.dataset.by}`) ? MARK : window.location.hash;
  }
}

function select() {
  const label = document.createElement("label");
  label.className = "govuk-label";
  label.htmlFor = "calendar-choice";
  label.textContent = "Whose time?";
  const field = document.createElement("select");
  field.className = "govuk-select";
  field.id = "calendar-choice";
  for (const [name, rows] of Object.entries(choices())) {
    const group = document.createElement("optgroup");
    group.label = name;
    for (const [value, words] of rows) {
      group.append(new Option(words, value, false, value === choice));
    }
    if (rows.length) {
      field.append(group);
    }
  }
  field.addEventListener("change", () => {
    choice = field.value;
    remember();
    for (const [name, value] of Object.entries(view())) {
      calendar.setOption(name, value);
    }
  });
  const line = document.createElement("div");
  line.className = "calendar__choice";
  line.append(label, field);
  return line;
}

function draw() {
  choice = firstChoice();
  const room = document.createElement("div");
  box.replaceChildren(select(), room);
  calendar = window.EventCalendar.create(room, {
    ...view(),
    date: box.dataset.from,
    firstDay: 1,
    hiddenDays: box.dataset.noWeekend ? WEEKEND : [],
    locale: "en-GB",
    headerToolbar: { start: "", center: "", end: "" },
    datesAboveResources: true,
    columnWidth: COLUMN,
    slotMinTime: DAY_BEGINS,
    slotMaxTime: DAY_ENDS,
    slotDuration: GRID,
    snapDuration: GRID,
    slotHeight: 22,
    slotLabelFormat: CLOCK,
    eventTimeFormat: CLOCK,
    allDayContent: "",
    scrollTime: DAY_BEGINS,
    flexibleSlotTimeLimits: true,
    nowIndicator: true,
    editable: true,
    eventStartEditable: true,
    eventDurationEditable: false,
    pointer: true,
    eventContent: ({ event, timeText }) => {
      const words = document.createElement("span");
      const who = choice.startsWith("woman:") ? ` · ${event.extendedProps.with}` : "";
      words.textContent = event.allDay ? event.title : `${timeText} ${event.title}${who}`;
      return event.display === "background" ? { domNodes: [] } : { domNodes: [words] };
    },
    eventDrop: move,
    eventClick: choose,
    dateClick: book,
  });
  remember();
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

async function read() {
  const answer = await fetch(box.dataset.events, { headers: { "X-Requested-With": "fetch" } });
  told = await answer.json();
}

async function open() {
  say("Fetching the calendar …");
  await read();
  if (!told.resources.length) {
    say("Nobody is on the rota of this network yet.");
    return;
  }
  new MutationObserver(withoutRoles).observe(box, { childList: true, subtree: true });
  draw();
  withoutRoles();
  say("Shaded: on the rota. Drag a session to move it, also to a colleague beside; press a free time to book. What cannot be is put back, and said here.");
}

async function turn() {
  const on = toggle.getAttribute("aria-pressed") !== "true";
  toggle.setAttribute("aria-pressed", String(on));
  toggle.textContent = on ? "Show as a table" : "Show as a calendar to drag";
  box.hidden = !on;
  table.hidden = on;
  if (!on) {
    say("");
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    for (const link of document.querySelectorAll(".week-nav a")) {
      link.hash = "";
    }
  } else if (calendar === null) {
    try {
      await open();
    } catch {
      say("The calendar could not be fetched. The table says the same.");
      turn();
    }
  } else {
    remember();
  }
}

if (box && toggle && window.EventCalendar) {
  document.getElementById("calendar-switch").hidden = false;
  toggle.addEventListener("click", turn);
  if (window.location.hash.startsWith(MARK)) {
    turn();
  }
}
