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

// --- news ---

let source = null;
let stale = false;

async function refresh() {
  stale = false;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  if (!fresh || isBusy()) {
    stale = true;
    return;
  }
  const here = document.querySelector("[data-row].here");
  const focused = document.activeElement && document.activeElement.closest("[data-row]");
  const open = [...main().querySelectorAll("details[open]")].map((item) => item.querySelector("summary").textContent);
  main().replaceChildren(...document.adoptNode(fresh).childNodes);
  for (const item of main().querySelectorAll("details")) {
    item.open = open.includes(item.querySelector("summary").textContent);
  }
  const again = here && rows().find((row) => row.dataset.key === here.dataset.key);
  if (again) {
    choose(again);
    if (focused) again.querySelector(".go").focus({ preventScroll: true });
  }
}

// Somebody writes or chooses: what they have begun must not be swept away.
function isBusy() {
  const active = document.activeElement;
  const changed = [...main().querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
  return changed || (active !== null && active.closest("#main form") !== null);
}

function listen() {
  if (source || document.hidden || !main().dataset.live) return;
  source = new EventSource(main().dataset.live);
  source.onmessage = refresh;
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
