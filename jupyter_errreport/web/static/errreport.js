// What pages can do more than without a script: keys, and news without a reload. Nothing here is needed to use them.
"use strict";

const main = () => document.getElementById("main");
const rows = () => [...document.querySelectorAll("[data-row]")];

// --- keys ---

function isTyping(target) {
  return target.closest("input, textarea, select, dialog[open]") !== null || target.isContentEditable;
}

function move(step) {
  const all = rows();
  if (all.length === 0) return false;
  const now = all.findIndex((row) => row.classList.contains("here"));
  const next = Math.min(all.length - 1, Math.max(0, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step));
  choose(all[next]);
  all[next].querySelector(".go").focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
  return true;
}

function choose(row) {
  for (const other of rows()) other.classList.toggle("here", other === row);
}

const keys = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  "/": () => {
    const field = document.querySelector('input[type="search"]');
    if (field) field.focus();
    return field !== null;
  },
  "?": () => {
    document.getElementById("keys").showModal();
    return true;
  },
};
for (const key of "rio") {
  keys[key] = () => {
    const button = document.querySelector(`[data-hotkey="${key}"]`);
    if (button) button.click();
    return button !== null;
  };
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
  if (act && act()) event.preventDefault();
});
document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) choose(row);
});
for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = !navigator.clipboard; // which there is only over HTTPS, and on this machine
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = "Copied";
  });
}

// --- news ---

let source = null;
let stale = false;
let asking = false;

async function refresh() {
  stale = true;
  if (asking) return;
  asking = true;
  while (stale) {
    stale = false;
    const fresh = await freshMain();
    if (fresh && isBusy()) {
      stale = true; // until they have done
      break;
    }
    if (fresh) show(fresh);
  }
  asking = false;
}

// The page as it is now; nothing while the server is away: it says when it is back.
async function freshMain() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  } catch {
    return null;
  }
}

function show(fresh) {
  const here = document.querySelector("[data-row].here");
  const height = here && here.getBoundingClientRect().top;
  const focused = document.activeElement;
  const name = main().contains(focused) ? nameOf(focused) : null;
  const place = alike(name).indexOf(focused);
  const open = [...main().querySelectorAll("details[open]")].map((item) => item.querySelector("summary").textContent);
  main().replaceChildren(...document.adoptNode(fresh).childNodes);
  for (const item of main().querySelectorAll("details")) {
    item.open = open.includes(item.querySelector("summary").textContent);
  }
  const again = here && rows().find((row) => row.dataset.key === here.dataset.key);
  if (again) {
    choose(again);
    scrollBy(0, again.getBoundingClientRect().top - height);
  }
  const found = alike(name);
  if (place >= 0 && found.length > 0) found[Math.min(place, found.length - 1)].focus({ preventScroll: true });
}

// What makes an element of the page that is shown and one of the fresh page the same to who stands there.
function nameOf(element) {
  return `${element.tagName} ${element.getAttribute("href") || element.textContent.trim()}`;
}

function alike(name) {
  return [...main().querySelectorAll("a, button, summary, [tabindex]")].filter((element) => nameOf(element) === name);
}

// Somebody writes or chooses: what they have begun must not be swept away.
function isBusy() {
  const active = document.activeElement;
  const fields = [...main().querySelectorAll("textarea, input")];
  const changed = fields.some((field) => field.value !== field.defaultValue);
  return changed || (active !== null && active.closest("#main form") !== null);
}

function listen() {
  if (source || document.hidden || !main().dataset.live) return;
  source = new EventSource(main().dataset.live);
  source.onmessage = refresh;
  let known = false;
  source.onopen = () => {
    if (known) refresh(); // the line was cut: who knows what came meanwhile
    known = true;
  };
  source.onerror = () => {
    // A proxy's answer ends it for good: it is tried again when the page is looked at again.
    if (source && source.readyState === EventSource.CLOSED) source = null;
  };
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    if (source === null) refresh();
    listen();
  } else if (source) {
    source.close();
    source = null;
  }
});
document.addEventListener("focusout", () => {
  if (stale) setTimeout(() => stale && refresh());
});
listen();

// --- how long ago ---

// As `ago` in web/when.py.
function ago(seconds) {
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 2 * 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return seconds < 60 * 86400 ? `${Math.floor(seconds / 86400)} d ago` : null;
}

setInterval(() => {
  for (const time of document.hidden ? [] : document.querySelectorAll("time")) {
    const text = ago((Date.now() - Date.parse(time.dateTime)) / 1000);
    if (text !== null && time.textContent !== text) time.textContent = text;
  }
}, 60_000);
