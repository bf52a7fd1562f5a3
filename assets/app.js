// The page script. Every page works without it; with it, a page can be left and blanked at once.
import { createAll, initAll } from "./govuk-frontend.js";
import { FilterToggleButton, initAll as initAllMoj } from "./moj-frontend.js";

const page = document.documentElement;

/** Show nothing at all, at once, before anything slow happens. */
function blank() {
  page.classList.add("is-blank");
}

/** Go elsewhere without leaving this page behind the back button. */
function leaveFor(address) {
  blank();
  window.location.replace(address);
}

// Leaving: the quiet link, or Shift pressed three times within five seconds.
const PRESSES = 3;
const WITHIN = 5000;
let presses = [];

document.addEventListener("click", (event) => {
  const leave = event.target.closest("[data-leave]");
  if (leave) {
    event.preventDefault();
    leaveFor(leave.getAttribute("href") || "/leave");
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Shift") {
    // Shift held to type a capital letter is not a wish to leave.
    presses = [];
  } else if (!event.repeat) {
    presses = [...presses.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    if (presses.length >= PRESSES) {
      leaveFor("/leave");
    }
  }
});

// A copy that the browser kept must not be seen after signing out: it is kept blank, and fetched again.
window.addEventListener("pagehide", (event) => {
  if (event.persisted) {
    blank();
  }
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    blank();
    window.location.reload();
  }
});

// Idleness: after so many seconds without a touch in any tab, nothing is left on the screen.
function watchIdleness(seconds) {
  const channel = new BroadcastChannel("activity");
  let last = Date.now();
  let told = 0;

  const check = () => {
    const idle = Date.now() - last >= seconds * 1000;
    if (idle) {
      leaveFor("/sign-in?ended=idle");
    }
    return idle;
  };
  const active = () => {
    // The first touch after a long absence must not bring the page back.
    if (check()) {
      return;
    }
    last = Date.now();
    if (last - told > 1000) {
      told = last;
      channel.postMessage("active");
    }
  };

  channel.addEventListener("message", () => {
    last = Date.now();
  });
  for (const kind of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
    document.addEventListener(kind, active, { passive: true, capture: true });
  }
  // A computer that slept wakes with the page still on it: it is judged by the clock, not by the timer.
  document.addEventListener("visibilitychange", check);
  window.addEventListener("focus", check);
  window.setInterval(check, 1000);
  active();
}

const idleSeconds = Number(document.body.dataset.idleSeconds);
if (idleSeconds > 0) {
  watchIdleness(idleSeconds);
}

// The key / goes to the find link, unless somebody is typing or has turned such keys off.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  const find = document.querySelector("[data-find]");
  if (find && document.body.dataset.shortcuts !== "off") {
    event.preventDefault();
    find.focus();
  }
});

// What is worked out beside the server says how far it has come, until it is done.
const PROGRESS_EVERY = 3000;
const progress = document.querySelector("[data-progress]");

async function showProgress() {
  const answer = await fetch(progress.dataset.progress, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) {
    return;
  }
  const told = await answer.json();
  progress.querySelector("progress").value = told.done;
  progress.querySelector("[role=status]").textContent = told.words;
  if (told.under_way) {
    window.setTimeout(showProgress, PROGRESS_EVERY);
  } else {
    window.location.reload();
  }
}

if (progress) {
  window.setTimeout(showProgress, PROGRESS_EVERY);
}

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
initAllMoj();
createAll(FilterToggleButton, {
  bigModeMediaQuery: "(min-width: 48.0625em)",
  startHidden: false,
  toggleButton: { showText: "Show filter", hideText: "Hide filter", classes: "govuk-button--secondary" },
  toggleButtonContainer: { selector: ".moj-action-bar__filter" },
  closeButton: { text: "Close" },
  closeButtonContainer: { selector: ".moj-filter__header-action" },
});
