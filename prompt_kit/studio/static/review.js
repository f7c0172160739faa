// Reviewing by the keyboard; everything here can be done by the buttons alone.
"use strict";

const cases = () => all("[data-case]");
const here = () => document.activeElement.closest("[data-case]");
const go = (to) => { if (to) { to.focus({ preventScroll: true }); to.scrollIntoView({ block: "nearest" }); } };
const step = (by) => {
  const list = cases();
  const at = here() ? list.indexOf(here()) : -1;
  go(at < 0 ? list[0] : list[Math.min(Math.max(at + by, 0), list.length - 1)]);
};

// ---- the keys can be turned off, and stay off
const KEYS = "prompt-kit review keys off";
const keys = document.querySelector("[data-keys]");
const box = keys ? keys.querySelector("input") : { checked: false, addEventListener() {} }; // the page of a run has no keys
if (keys) keys.hidden = false;
if (keys) try { box.checked = !localStorage.getItem(KEYS); } catch { /* a closed store */ }
box.addEventListener("change", () => {
  try { if (box.checked) localStorage.removeItem(KEYS); else localStorage.setItem(KEYS, "1"); } catch { /* a closed store */ }
});

const press = (which) => here()?.querySelector(`button[value="${which}"]`)?.click();

document.addEventListener("keydown", (event) => {
  const on = event.target;
  if (on.matches("[data-case] textarea")) {
    if (event.key === "Escape") go(here());
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      leave = here().id;
      press("reject");
    }
    return;
  }
  if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || on.matches("input, select, textarea, [contenteditable]")) return;
  const act = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: here() && (() => step(1)),
    ArrowUp: here() && (() => step(-1)),
    a: here() && (() => { leave = here().id; press("approve"); }),
    r: here() && (() => here().querySelector("textarea").focus()),
  }[event.key];
  if (act) { event.preventDefault(); act(); }
});

// ---- what was chosen for a link stays chosen, and after a verdict by a key the next picture has its turn
let leave = "";
let decided = "";
document.addEventListener("click", (event) => {
  decided = event.target.closest("[data-case] button[name=verdict]") ? event.target.closest("[data-case]").id : "";
});
const chosen = new Set();
document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.name !== "pictures") return;
  if (input.checked) chosen.add(input.value); else chosen.delete(input.value);
});
document.addEventListener("htmx:after:swap", () => {
  for (const input of all("input[name=pictures]")) if (chosen.has(input.value)) input.checked = true;
  for (const problem of all("[data-case] .problem")) problem.closest("[data-case]").querySelector("textarea").focus();
  const left = leave && document.getElementById(leave);
  leave = "";
  if (left && !left.querySelector(".problem")) {
    go(left);
    step(1);
  } else if (decided && document.activeElement === document.body) {
    go(document.getElementById(decided)); // the button that had the focus can be pressed no more
  }
  decided = "";
});
