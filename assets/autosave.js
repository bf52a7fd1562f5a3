// Saves a call as she speaks. What is typed lives in the page and on our server, and nowhere else in the browser.
// How long it pauses and waits is told by the page (refuge/referrals/views/drafts.py, AUTOSAVE).

const PATIENCE = 10_000; // A save that was not answered within ten seconds counts as a dropped line.
const form = document.querySelector("form[data-autosave]");

if (form) {
  keepSaving(form);
}

function keepSaving(form) {
  const status = document.querySelector("[data-status]");
  const help = document.querySelector("[data-help]");
  const pause = Number(form.dataset.pause);
  const firstRetry = Number(form.dataset.firstRetry);
  const longestRetry = Number(form.dataset.longestRetry);
  let counter = Number(form.elements.saves.value);
  let typed = 0; // How often something was typed,
  let kept = 0; // and up to which of these our server has it.
  let saving = null;
  let timer = null;
  let retry = firstRetry;
  let passing = false; // The page is being sent: nothing is left to warn of.
  let stopped = false;
  let sent = false; // The call is a referral already: a button shows what this page says besides.

  const unsaved = () => typed !== kept;
  const say = (words, bad = false) => {
    if (status.textContent !== words) {
      status.textContent = words;
    }
    status.classList.toggle("call__status--bad", bad);
  };
  const offer = (...parts) => {
    help.replaceChildren(...parts);
    help.hidden = parts.length === 0;
  };
  const later = (wait) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, wait);
  };

  /** The whole form as it stands, with the next number: an older save never replaces a newer one. */
  function contents() {
    counter += 1;
    form.elements.saves.value = counter;
    return new URLSearchParams(new FormData(form));
  }

  async function post(body, keepalive = false) {
    const cut = new AbortController();
    const limit = window.setTimeout(() => cut.abort(), PATIENCE);
    try {
      return await fetch(form.dataset.autosave, {
        method: "POST",
        body,
        keepalive,
        redirect: "manual",
        headers: { "X-Requested-With": "fetch", Accept: "application/json" },
        signal: keepalive ? null : cut.signal,
      });
    } finally {
      window.clearTimeout(limit);
    }
  }

  /** Save once; true if our server has everything that was typed before. One save at a time. */
  function save() {
    window.clearTimeout(timer);
    saving ??= saveNow().finally(() => {
      saving = null;
      if (unsaved() && !stopped && !passing) {
        later(retry > firstRetry ? retry : pause);
      }
    });
    return saving;
  }

  async function saveNow() {
    const upTo = typed;
    let answer;
    try {
      answer = await post(contents());
    } catch {
      return waitForLine();
    }
    if (answer.ok) {
      return take(await answer.json(), upTo);
    }
    if (answer.status === 413) {
      say("Not saved: too long", true);
      offer(line("Shorten what you typed: it is more than can be kept. Nothing on the page is lost."));
      return false;
    }
    if (answer.status === 404) {
      say("Not saved", true);
      offer(line("This call is not open for whoever is signed in now. Sign in as the person who took it; what you typed is still here."), signIn());
      slower();
      return false;
    }
    if (answer.status >= 500) {
      return waitForLine();
    }
    return enterAgain();
  }

  function take(told, upTo) {
    if (told.sent) {
      stopped = true;
      sent = true;
      kept = typed;
      say("This call was sent already");
      offer(line("It became a referral. A button below adds what you type here to it. "), link(told.sent, "See the referral"));
      return true;
    }
    if (told.discarded) {
      stopped = true;
      say("Not saved: this call was discarded", true);
      offer(line(`This call was discarded at ${told.discarded}, perhaps in another tab. `), takeUp());
      return false;
    }
    if (told.elsewhere) {
      stopped = true;
      say("Not saved: open in another tab", true);
      offer(line(`This call was saved from another tab at ${told.saved_at}.`), takeOver(told.saves));
      return false;
    }
    kept = Math.max(kept, upTo);
    form.elements.again.value = "";
    retry = firstRetry;
    say(`Saved ${told.saved_at}`);
    offer();
    show(told);
    return true;
  }

  function waitForLine() {
    say("Not saved yet: no connection. Keep typing, it will be saved", true);
    slower();
    return false;
  }

  function slower() {
    retry = Math.min(retry * 2, longestRetry);
  }

  /** The session has ended, or she has signed in again meanwhile: then the form only needs its new token. */
  async function enterAgain() {
    slower();
    try {
      const answer = await fetch(form.dataset.token, {
        redirect: "manual",
        headers: { "X-Requested-With": "fetch", Accept: "application/json" },
      });
      if (answer.ok) {
        const { csrf_token: token } = await answer.json();
        for (const field of document.querySelectorAll("input[name=csrf_token]")) {
          field.value = token;
        }
        retry = firstRetry;
        later(0);
        return false;
      }
    } catch {
      return waitForLine();
    }
    say("Not saved: you were signed out", true);
    offer(line("What you typed is still here. Sign in again in a new tab, then come back to this one. "), signIn());
    return false;
  }

  function line(words) {
    const part = document.createElement("span");
    part.textContent = words;
    return part;
  }

  function link(address, words) {
    const part = document.createElement("a");
    part.className = "govuk-link";
    part.href = address;
    part.textContent = words;
    return part;
  }

  function signIn() {
    const part = link(form.dataset.signIn, "Sign in (opens in a new tab)");
    part.target = "_blank";
    part.rel = "noopener";
    return part;
  }

  /** A button that goes on saving this page, once `prepare` has said on what it builds. */
  function goOn(words, prepare) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.textContent = words;
    button.addEventListener("click", () => {
      prepare();
      stopped = false;
      typed += 1;
      save();
    });
    return button;
  }

  function takeOver(saves) {
    return goOn("Keep this page instead", () => {
      form.elements.base.value = saves;
      counter = saves;
    });
  }

  function takeUp() {
    return goOn("Take it up again with this page", () => {
      form.elements.again.value = "yes";
    });
  }

  function show(told) {
    const risk = form.querySelector("[data-risk]");
    if (risk && risk.textContent !== told.risk) {
      risk.textContent = told.risk;
    }
    const known = form.querySelector("[data-known]");
    if (known && known.dataset.said !== JSON.stringify(told.known)) {
      known.dataset.said = JSON.stringify(told.known);
      known.hidden = told.known.length === 0;
      known.replaceChildren(
        line("She may be known already: "),
        ...told.known.flatMap((other) => {
          const part = link(other.url, other.ref);
          part.target = "_blank";
          part.rel = "noopener";
          return [part, line(`, ${other.words}. `)];
        }),
      );
    }
  }

  function changed() {
    typed += 1;
    if (stopped) {
      return;
    }
    // While the line is down, typing does not hurry the next try.
    if (retry === firstRetry) {
      later(pause);
    }
  }

  function saveIfNeeded() {
    if (unsaved() && !stopped && !passing) {
      retry = firstRetry;
      save();
    }
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", saveIfNeeded);
  form.addEventListener("focusout", () => {
    if (retry === firstRetry) {
      saveIfNeeded();
    }
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest(".moj-add-another__add-button, .moj-add-another__remove-button")) {
      changed();
    }
  });
  // Enter goes on with the call; it neither sends nor leaves.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input") && !event.isComposing) {
      event.preventDefault();
      saveIfNeeded();
    }
  });

  window.addEventListener("online", saveIfNeeded);
  window.addEventListener("focus", () => {
    if (retry > firstRetry) {
      saveIfNeeded();
    }
  });
  document.addEventListener("visibilitychange", saveIfNeeded);
  window.addEventListener("pagehide", () => {
    if (unsaved() && !stopped && !passing) {
      post(contents(), true).catch(() => {});
    }
  });
  window.addEventListener("beforeunload", (event) => {
    // Leaving in danger is never held up: then the page is blank already.
    if (unsaved() && !passing && !document.documentElement.classList.contains("is-blank")) {
      event.preventDefault();
    }
  });

  // Sending: what is typed is saved first, so that a line that drops now loses nothing.
  form.addEventListener("submit", async (event) => {
    if (passing) {
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    if (button && button.getAttribute("aria-disabled") === "true") {
      return;
    }
    typed += 1;
    if (saving) {
      await saving;
    }
    window.clearTimeout(timer);
    const saved = await save();
    if ((saved && !stopped) || sent) {
      counter += 1;
      form.elements.saves.value = counter;
      passing = true;
      form.requestSubmit(button);
    } else if (!stopped) {
      offer(...help.childNodes, line(" It was not sent. Press the button again once it says Saved."));
    }
  });
  window.addEventListener("pageshow", () => {
    passing = false;
  });
}
