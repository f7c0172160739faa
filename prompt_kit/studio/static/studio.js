// What the pages do beyond plain HTML: everything works without this file, with more clicks.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const form = document.getElementById("form");

// ---- only one menu stands open, and Escape closes it
document.addEventListener("click", (event) => {
  for (const menu of all("details.menu[open], details.who[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all("details.menu[open], details.who[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// ---- a menu opens to where there is room in the window, and is no longer than that
const fit = (menu) => {
  const card = menu.querySelector(".card");
  menu.removeAttribute("data-up");
  if (!menu.open || !card?.offsetParent) return;
  const from = card.offsetParent.getBoundingClientRect();
  const below = innerHeight - from.bottom - 16;
  const above = from.top - Math.max(0, document.querySelector(".top").getBoundingClientRect().bottom) - 16;
  const up = card.scrollHeight > below && above > below;
  menu.toggleAttribute("data-up", up);
  menu.style.setProperty("--menu-most", `${Math.max(up ? above : below, 120)}px`);
};
document.addEventListener("toggle", (event) => { if (event.target.matches("details.menu")) fit(event.target); }, true);
document.addEventListener("htmx:after:swap", () => all("details.menu[open]").forEach(fit));

// ---- connection
const offline = document.getElementById("offline");
const REASON = offline.textContent;
const online = (yes, reason = REASON) => { offline.textContent = reason; offline.hidden = yes; };
document.addEventListener("htmx:error", () => online(false));
document.addEventListener("htmx:sse:error", () => online(false));
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail?.ctx?.response?.raw?.status === 403) online(false, offline.dataset.refused);
});
document.addEventListener("htmx:sse:after:connection", () => online(true));

// ---- a download says under which name it is saved; the name comes with the answer, of which no more is read
const named = (header) => {
  const coded = header.match(/filename\*=utf-8''([^;]+)/i);
  return coded ? decodeURIComponent(coded[1]) : header.match(/filename="([^"]+)"/)?.[1];
};
let quietAgain;
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[download]");
  if (!link || event.defaultPrevented) return;
  const rest = new AbortController();
  try {
    const answer = await fetch(link.href, { headers: { Range: "bytes=0-0" }, signal: rest.signal });
    const name = answer.ok && named(answer.headers.get("content-disposition") || "");
    rest.abort();
    if (!name) return;
    const saved = document.getElementById("saved");
    saved.textContent = `Saved as ${name}`;
    saved.hidden = false;
    clearTimeout(quietAgain);
    quietAgain = setTimeout(() => { saved.hidden = true; }, 8000);
  } catch { /* the browser says what becomes of the download itself */ }
});

// ---- confirm what cannot be taken back
document.addEventListener("submit", (event) => {
  const asked = event.submitter?.dataset.confirm;
  if (asked && !window.confirm(asked)) event.preventDefault();
});

// ---- copy a text
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const from = button.dataset.copy ? document.getElementById(button.dataset.copy) : null;
  const text = from ? from.textContent.trim()
    : all("[data-prompt]").map((part) => all("p", part).map((p) => p.textContent).join("\n\n")).join("\n\n");
  await navigator.clipboard.writeText(text);
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
});

if (form) {
  const live = document.getElementById("live");
  const refresh = () => live.dispatchEvent(new CustomEvent("refresh"));
  const draft = form.elements.draft.value;
  const KEPT = `prompt-kit draft ${draft}`;
  const SENT = `prompt-kit sent ${draft}`;

  // ---- what was typed stays in the browser until the server has it
  const store = (key, value) => {
    try { if (value) localStorage.setItem(key, value); else localStorage.removeItem(key); } catch { /* full or closed */ }
  };
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const typed = () => JSON.stringify([...new FormData(form)].filter(([name, value]) => /^[vrs]\.|^count$/.test(name) && typeof value === "string"));
  const keep = () => store(KEPT, typed());
  let asked = "";  // what the server was given last
  const forget = () => { if (stored(KEPT) === asked) store(KEPT); };
  document.addEventListener("htmx:before:request", (event) => {
    if (event.detail?.ctx?.sourceElement !== live) return;
    // What was typed goes along with the form; a preview that comes after it would undo a repair.
    if (leaving) event.preventDefault(); else asked = typed();
  });
  // A form that was sent is with the server once its answer is here; without an answer, all of it comes back.
  let leaving = false;
  form.addEventListener("submit", () => {
    leaving = true;
    store(SENT, typed());
    store(KEPT);
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  const answered = document.referrer.startsWith(`${location.origin}/make/`);
  const restore = () => {
    const left = JSON.parse(stored(KEPT) || (!answered && stored(SENT)) || "null");
    store(SENT);
    if (!left) return;
    for (const box of all('input[type=checkbox][name^="v."]', form)) {
      box.checked = left.some(([name, value]) => name === box.name && value === box.value);
    }
    const passed = {};
    for (const [name, value] of left) {
      const number = (passed[name] = (passed[name] ?? -1) + 1);
      const input = all(`[name="${CSS.escape(name)}"]`, form)[number];
      if (!input || /^(checkbox|hidden)$/.test(input.type)) continue;
      input.value = value;
      count(input);
      if (input.dataset.own) own(input);
      const box = input.closest("[data-rows]");
      if (box) rows(box);
    }
    keep();
    refresh();
  };

  // ---- fields that appear under their conditions; those that are wrong say so
  const draw = () => {
    const shown = new Set(document.getElementById("asked").textContent.split(/\s+/));
    for (const field of all("[data-field]", form)) {
      if (!("setting" in field.dataset)) field.hidden = !shown.has(field.dataset.field);
    }
    for (const field of all("[data-field]", form)) {
      const wrong = Boolean(field.querySelector(".said .problem"));
      field.toggleAttribute("data-wrong", wrong);
      for (const input of all("input, select, textarea", field)) {
        if (wrong) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
      }
    }
    light(document.activeElement);
  };

  // ---- counters, own words, colours, the number on the button
  const count = (input) => {
    const counter = document.querySelector(`[data-counts="${CSS.escape(input.id)}"]`);
    if (counter) {
      const most = Number(counter.dataset.most);
      const words = input.value.split(" :: ")[0];
      counter.textContent = input.value ? `${[...words].length} of ${most} characters` : "";
      counter.classList.toggle("over", [...words].length > most);
    }
  };
  const own = (select) => {
    const box = document.getElementById(select.dataset.own);
    if (box) box.hidden = select.value !== "=own";
  };
  const rows = (box) => {
    const lines = all("[data-row]", box);
    const last = lines[lines.length - 1];
    if (!last || !last.querySelector("input, textarea").value || lines.length >= Number(box.dataset.most)) return;
    const next = last.cloneNode(true);
    const number = lines.length + 1;
    for (const input of all("input, textarea", next)) {
      input.value = "";
      input.removeAttribute("value");
      if (input.tagName === "TEXTAREA") input.textContent = "";
      input.id = input.id.replace(/\d+$/, number);
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+(?=$|:)/, number));
    }
    next.querySelector("input, textarea").placeholder = "one more";
    last.after(next);
  };
  form.addEventListener("input", (event) => {
    const input = event.target;
    keep();
    count(input);
    if (input.dataset.own) own(input);
    if (input.dataset.color) document.getElementById(input.dataset.color).value = input.value;
    const box = input.closest("[data-rows]");
    if (box) rows(box);
    if (input.id === "count") {
      document.querySelector("[data-make]").textContent = `Make ${input.value || 1}`;
      const single = Number(input.value || 1) === 1;
      document.querySelector("[data-make-one]").hidden = single;
      document.querySelector("[data-make-all]").classList.toggle("primary", single);
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.dataset.own) {
      own(event.target);
      if (event.target.value === "=own") document.querySelector(`#${CSS.escape(event.target.dataset.own)} input`).focus();
    }
    if ("reload" in event.target.dataset) {
      const button = form.querySelector('button[formaction$="/draft"]');
      form.requestSubmit(button);
    }
  });
  all("[data-counter]", form).forEach(count);
  all("select[data-own]", form).forEach(own);
  all("[data-rows]", form).forEach(rows);

  // ---- Enter in a field spends nothing
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=checkbox]):not([type=file])")) event.preventDefault();
  });

  // ---- a double click is one order; the server sees to it, the buttons show it
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "make") setTimeout(() => all('button[name="make"]', form).forEach((button) => { button.disabled = true; }));
  });
  window.addEventListener("pageshow", () => all('button[name="make"]', form).forEach((button) => { button.disabled = false; }));

  // ---- links from problems and from the prompt to fields
  const goto = (name) => {
    const field = document.getElementById(`field-${name}`);
    if (!field) return;
    const fold = field.closest("details");
    if (fold) fold.open = true;
    (field.querySelector("input:not([type=hidden]), select, textarea") || field).focus();
    field.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto], [data-from]");
    if (!link) return;
    event.preventDefault();
    goto(link.dataset.goto || link.dataset.from);
  });

  // ---- the words of the field that has the focus stand out in the prompt, and the other way round
  const light = (input) => {
    const name = input?.closest?.("[data-field]")?.dataset.field;
    for (const piece of all("[data-from]")) piece.classList.toggle("lit", piece.dataset.from === name);
  };
  form.addEventListener("focusin", (event) => light(event.target));
  document.addEventListener("mouseover", (event) => {
    const name = event.target.closest?.("[data-from]")?.dataset.from;
    for (const field of all("[data-field]", form)) field.classList.toggle("lit", field.dataset.field === name);
  });

  // ---- pictures: choose, drop, paste, order, take out
  const send = async (slot, files) => {
    const list = slot.querySelector("[data-pictures]");
    const data = new FormData();
    data.append("slot", slot.dataset.slot);
    for (const file of files) data.append("file", file);
    slot.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch("/uploads", { method: "POST", body: data, headers: { "X-Form-Token": form.elements.form_token.value } });
      const text = answer.status === 413 || answer.status === 403 ? "" : await answer.text();
      all(".problem", list).forEach((old) => old.remove());
      if (text) list.insertAdjacentHTML("beforeend", text);
      else {
        const said = document.createElement("li");
        said.className = "problem";
        said.setAttribute("role", "alert");
        said.textContent = await answer.text();
        list.append(said);
      }
      const most = Number(slot.dataset.most);
      const pictures = all("[data-upload-id]", list);
      if (most === 1 && pictures.length > 1) pictures.slice(0, -1).forEach((old) => old.remove());
      if (most === 1 && slot.dataset.role !== "mask") slot.querySelector(".drop span").textContent = "Choose another picture";
      refresh();
    } catch {
      online(false);
    } finally {
      slot.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("change", (event) => {
    if (!event.target.dataset.upload) return;
    event.stopPropagation();
    if (event.target.files.length) send(event.target.closest("[data-slot]"), [...event.target.files]);
    event.target.value = "";
  }, true);
  form.addEventListener("click", (event) => {
    const picture = event.target.closest("[data-upload-id]");
    if (!picture) return;
    if (event.target.closest("[data-remove]")) {
      const slot = picture.closest("[data-slot]");
      picture.remove();
      slot.querySelector("input[type=file]").focus();
      refresh();
    } else if (event.target.closest("[data-earlier]") && picture.previousElementSibling) {
      picture.previousElementSibling.before(picture);
      picture.querySelector(picture.previousElementSibling ? "[data-earlier]" : "[data-remove]").focus();
      refresh();
    }
  });
  for (const slot of all("[data-slot]", form)) {
    slot.addEventListener("dragover", (event) => { event.preventDefault(); slot.classList.add("over"); });
    slot.addEventListener("dragleave", () => slot.classList.remove("over"));
    slot.addEventListener("drop", (event) => {
      event.preventDefault();
      slot.classList.remove("over");
      const files = [...event.dataTransfer.files];
      if (files.length) send(slot, files);
    });
  }
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])].filter((file) => file.type.startsWith("image/"));
    const slot = document.activeElement?.closest?.("[data-slot]") || form.querySelector("[data-slot]:not([hidden])");
    if (files.length && slot) { event.preventDefault(); send(slot, files); }
  });

  // ---- the proof is drawn once nothing has been typed for a moment, and only while it is looked at
  const proof = document.getElementById("proof");
  const drawn = proof.querySelector(".proof-open");
  const said = proof.querySelector(".skeleton");
  const large = document.getElementById("proof-large");
  proof.querySelector(".proof-place").hidden = false;
  let quiet;
  const prove = () => {
    clearTimeout(quiet);
    const ready = document.querySelector("[data-prompt]");
    if (!ready) drawn.hidden = true;
    said.textContent = ready ? "" : "The proof is drawn here once everything required is filled in.";
    if (!proof.open || !ready) return;
    if (drawn.hidden) said.textContent = "Drawing the proof…";
    quiet = setTimeout(() => { drawn.querySelector("img").src = `${proof.dataset.proof}?${Date.now()}`; }, drawn.hidden ? 0 : 900);
  };
  drawn.querySelector("img").addEventListener("load", () => { drawn.hidden = false; said.textContent = ""; });
  drawn.querySelector("img").addEventListener("error", () => { drawn.hidden = true; said.textContent = "The proof could not be drawn. Change a field, and it is tried again."; });
  drawn.addEventListener("click", () => {
    large.querySelector("img").src = `${proof.dataset.proof}?large=true&${Date.now()}`;
    large.showModal();
  });
  large.addEventListener("click", (event) => { if (event.target === large) large.close(); });
  proof.addEventListener("toggle", prove);

  // ---- what stands beside the form is taller than the window now and then: its end stays in sight then
  const side = document.querySelector(".side");
  const place = () => {
    const head = document.querySelector(".top").offsetHeight + 16;
    side.style.setProperty("--side-top", `${Math.min(head, innerHeight - side.offsetHeight - 16)}px`);
  };
  new ResizeObserver(place).observe(side);
  window.addEventListener("resize", place);

  document.addEventListener("htmx:after:swap", (event) => {
    const swapped = event.detail?.ctx;
    if (swapped?.sourceElement === live && swapped.response.raw.ok) { forget(); online(true); prove(); }
    draw();
  });
  draw();
  document.addEventListener("DOMContentLoaded", restore);  // htmx listens from then on
  // A link to a field may have been followed before this file was there.
  const followed = () => {
    const field = location.hash.match(/^#field-(.+)$/);
    if (field) goto(field[1]);
    return Boolean(field);
  };
  window.addEventListener("hashchange", followed);
  // Chromium goes to the target of such a link once more as the page is loaded, and takes the focus away then.
  window.addEventListener("load", () => { if (document.activeElement === document.body) followed(); });
  if (!followed()) document.querySelector("[autofocus]")?.focus();
}

// ---- begin with a picture: choosing one is enough
for (const input of all("[data-again] input[type=file]")) {
  input.addEventListener("change", () => { if (input.files.length) input.form.requestSubmit(); });
}
