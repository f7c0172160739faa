// Helps with writing: line numbers, Tab as spaces, jumps to a problem. Everything works without this file, too.
"use strict";

for (const area of document.querySelectorAll(".code")) {
  const lines = document.createElement("div");
  lines.className = "lines";
  lines.setAttribute("aria-hidden", "true");
  area.before(lines);
  let count = 0;
  const number = () => {
    const now = area.value.split("\n").length;
    if (now !== count) lines.textContent = Array.from({ length: now }, (_, index) => index + 1).join("\n");
    count = now;
    lines.style.height = `${area.clientHeight}px`;
    lines.scrollTop = area.scrollTop;
  };
  area.addEventListener("input", number);
  area.addEventListener("scroll", () => { lines.scrollTop = area.scrollTop; });
  new ResizeObserver(number).observe(area);
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

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]");
  const area = link && document.getElementById(link.hash.slice(1));
  if (!area) return;
  event.preventDefault();
  const before = area.value.split("\n").slice(0, link.dataset.line - 1);
  const start = before.reduce((sum, line) => sum + line.length + 1, 0);
  const end = area.value.indexOf("\n", start);
  const at = Math.min(start + Number(link.dataset.column) - 1, end < 0 ? area.value.length : end);
  area.focus();
  area.setSelectionRange(at, at);
  const height = parseFloat(getComputedStyle(area).lineHeight);
  area.scrollTop = Math.max(0, before.length * height - area.clientHeight / 2);
});

// What was typed is not lost by a wrong click.
const written = document.getElementById("write");
if (written && written.dataset.live === "yes") {
  written.querySelector("[data-see]").hidden = true; // it is shown while typing
  let typed = false;
  written.addEventListener("input", () => { typed = true; });
  written.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}
