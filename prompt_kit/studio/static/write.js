// Helps with writing: line numbers, Tab as spaces, jumps to a problem. Everything works without this file, too.
"use strict";

const every = (selector, root = document) => [...root.querySelectorAll(selector)];
const areas = every(".code");
const gutters = new Map();
const numbers = new Map(); // what numbers the lines of each text anew

for (const area of areas) {
  const lines = document.createElement("div");
  lines.className = "lines";
  lines.setAttribute("aria-hidden", "true");
  area.before(lines);
  gutters.set(area, lines);
  // Long lines wrap: the same text, unseen and a box for each line, says how high each of them is.
  const unseen = document.createElement("div");
  unseen.className = "code unseen";
  unseen.setAttribute("aria-hidden", "true");
  area.after(unseen);
  const number = () => {
    const texts = area.value.split("\n");
    while (lines.children.length > texts.length) { lines.lastChild.remove(); unseen.lastChild.remove(); }
    while (lines.children.length < texts.length) {
      const line = document.createElement("span");
      line.textContent = lines.children.length + 1;
      lines.append(line);
      unseen.append(document.createElement("div"));
    }
    if (!area.clientWidth) return; // the tab of another text is open
    unseen.style.width = `${area.clientWidth}px`;
    for (const [at, text] of texts.entries()) {
      const copy = unseen.children[at];
      if (copy.textContent !== text || !copy.firstChild) copy.textContent = text || "\u200b";
    }
    const heights = [...unseen.children].map((copy) => copy.getBoundingClientRect().height);
    heights.forEach((height, at) => { lines.children[at].style.height = `${height}px`; });
    lines.style.height = `${area.clientHeight}px`;
    lines.scrollTop = area.scrollTop;
  };
  area.addEventListener("input", () => { number(); mark(area, 0); });
  area.addEventListener("scroll", () => { lines.scrollTop = area.scrollTop; });
  new ResizeObserver(number).observe(area);
  numbers.set(area, number);
  number();
  if (area.readOnly) continue;

  // Escape and then Tab leaves the text, so that nobody is caught in it.
  let leaves = false;
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { leaves = true; return; }
    if (event.key === "Shift") return;
    if (event.key === "Tab" && !leaves && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      if (event.shiftKey) outdent(area); else insert(area, "  ");
    }
    if (event.key === "Enter" && !event.isComposing) {
      const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
      const [indent] = area.value.slice(start, area.selectionStart).match(/^ */);
      if (indent) { event.preventDefault(); insert(area, `\n${indent}`); }
    }
    leaves = false;
  });
  area.addEventListener("blur", () => { leaves = false; });
}

// execCommand keeps what was done before undoable; nothing else does.
function insert(area, text) {
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function outdent(area) {
  const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const spaces = area.value.slice(start).match(/^ {0,2}/)[0].length;
  if (!spaces) return;
  const at = Math.max(start, area.selectionStart - spaces);
  area.setSelectionRange(start, start + spaces);
  if (!document.execCommand("delete")) area.setRangeText("", start, start + spaces, "end");
  area.setSelectionRange(at, at);
}

// ---- a problem leads to its line, which is marked beside the text
const areaOf = (link) => document.getElementById(link.hash.slice(1));

function mark(area, line) {
  every(".at", gutters.get(area)).forEach((old) => old.classList.remove("at"));
  gutters.get(area).children[line - 1]?.classList.add("at");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]");
  const area = link && areaOf(link);
  if (!area) return;
  event.preventDefault();
  const before = area.value.split("\n").slice(0, link.dataset.line - 1);
  const start = before.reduce((sum, line) => sum + line.length + 1, 0);
  const end = area.value.indexOf("\n", start);
  const at = Math.min(start + Number(link.dataset.column) - 1, end < 0 ? area.value.length : end);
  open(area);
  numbers.get(area)();
  area.focus();
  area.setSelectionRange(at, at);
  area.scrollTop = Math.max(0, gutters.get(area).children[before.length].offsetTop - area.clientHeight / 2);
  mark(area, Number(link.dataset.line));
});

// ---- several texts are tabs, each with the number of its problems
const tabs = areas.length > 1 ? document.createElement("div") : null;

function open(area) {
  for (const [number, other] of areas.entries()) {
    if (!tabs) continue;
    other.closest(".text").hidden = other !== area;
    const tab = tabs.children[number];
    tab.setAttribute("aria-selected", String(other === area));
    tab.tabIndex = other === area ? 0 : -1;
  }
}

if (tabs) {
  tabs.className = "tabs";
  tabs.setAttribute("role", "tablist");
  tabs.setAttribute("aria-label", "Files");
  for (const area of areas) {
    const panel = area.closest(".text");
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `tab-${panel.id}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    tab.append(panel.querySelector("label").textContent);
    tab.addEventListener("click", () => open(area));
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tabs.append(tab);
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = [...tabs.children].indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = (at + step + areas.length) % areas.length;
    open(areas[next]);
    tabs.children[next].focus();
  });
  document.querySelector(".texts").prepend(tabs);
  open(areas.find((area) => area.id === location.hash.slice(1)) || areas[0]);
}

function markProblems() {
  for (const [number, area] of areas.entries()) {
    const lines = gutters.get(area);
    every(".wrong", lines).forEach((old) => old.classList.remove("wrong", "breaks"));
    const links = every("#problems [data-line]").filter((link) => areaOf(link) === area && !link.closest(".untried"));
    for (const link of links) {
      const line = lines.children[link.dataset.line - 1];
      line?.classList.add("wrong");
      if (link.closest(".breaks")) line?.classList.add("breaks");
    }
    if (!tabs) continue;
    tabs.children[number].querySelector(".tag")?.remove();
    if (!links.length) continue;
    const tag = document.createElement("span");
    tag.className = `tag${links.some((link) => link.closest(".breaks")) ? " breaks" : ""}`;
    tag.textContent = links.length;
    const says = document.createElement("span");
    says.className = "hidden";
    says.textContent = links.length === 1 ? " problem" : " problems";
    tag.append(says);
    tabs.children[number].append(tag);
  }
}

// ---- the last prompt that worked stays, and says that it is old
let worked = null;

function keepPrompt() {
  const shown = document.getElementById("shown-prompt");
  const now = shown?.querySelector("[data-worked]:not(.old)");
  if (now) {
    worked = now.cloneNode(true);
    return;
  }
  const waits = shown?.querySelector("[data-waits]");
  if (!waits || !worked) return;
  const old = worked.cloneNode(true);
  old.classList.add("old");
  const note = document.createElement("p");
  note.className = "note";
  note.append(Object.assign(document.createElement("span"), { textContent: "Old: the last prompt that worked." }));
  old.prepend(note);
  waits.after(old);
}

// ---- a change leads to the whole prompt of its example
function offerPrompts() {
  const keys = new Set(every("#example option").map((option) => option.value));
  for (const button of every("[data-example]")) button.hidden = !keys.has(button.dataset.example);
}

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-example]")?.dataset.example;
  const select = document.getElementById("example");
  if (!key || !select) return;
  select.value = key;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  select.focus();
  select.closest(".panel").scrollIntoView({ block: "start" });
});

const shownNow = () => { markProblems(); keepPrompt(); offerPrompts(); };
document.addEventListener("htmx:after:swap", shownNow);
shownNow();

// ---- after saving, the cursor is where it was
const PLACE = "prompt-kit place in the text";

function keepPlace() {
  const area = areas.find((text) => !text.closest(".text").hidden);
  const place = [area.id, area.selectionStart, area.scrollTop, document.activeElement === area];
  try { sessionStorage.setItem(PLACE, JSON.stringify(place)); } catch { /* closed */ }
}

function takePlace() {
  let place = null;
  try {
    place = JSON.parse(sessionStorage.getItem(PLACE));
    sessionStorage.removeItem(PLACE);
  } catch { /* closed */ }
  const area = place && document.getElementById(place[0]);
  if (!area || !new URLSearchParams(location.search).has("saved")) return;
  open(area);
  area.setSelectionRange(place[1], place[1]);
  if (place[3]) area.focus();
  area.scrollTop = place[2];
}

takePlace();

// ---- what was typed is not lost by a wrong click, and is not saved before it is
const written = document.getElementById("write");
if (written && written.dataset.live === "yes") {
  written.querySelector("[data-see]").hidden = true; // it is shown while typing
  const state = document.getElementById("state");
  const trying = document.getElementById("live");
  let typed = false;
  let fresh = true; // what is shown beside the texts is what they come to
  document.addEventListener("htmx:after:swap", (event) => { if (event.detail?.ctx?.sourceElement === trying) fresh = true; });
  written.addEventListener("input", (event) => {
    if (!event.target.matches(".code")) return;
    typed = true;
    fresh = false;
    state.textContent = state.dataset.unsaved;
    state.classList.add("unsaved");
  });
  written.addEventListener("submit", (event) => {
    if (fresh) {
      typed = false;
      keepPlace();
      return;
    }
    event.preventDefault();
    trying.dispatchEvent(new CustomEvent("refresh"));
    state.textContent = "Not saved yet: look at what changes, and save again.";
  });
  written.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    written.requestSubmit(written.querySelector(".primary"));
  });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}

// ---- a new file stands on or copies one of its own kind
const kind = document.getElementById("new-kind");
if (kind) {
  const base = document.getElementById("new-base");
  const groups = every("optgroup", base);
  const narrow = () => {
    for (const group of groups) if (group.dataset.kind === kind.value) base.append(group); else group.remove();
  };
  kind.addEventListener("change", narrow);
  window.addEventListener("pageshow", narrow); // the browser may have filled in what was chosen before
  narrow();
}
