// Zooming into one picture, and comparing two; the pages work without it.
"use strict";

// ---- zoom: buttons, keys, wheel with Ctrl, and dragging
const stage = document.querySelector("[data-stage]");
if (stage) {
  const image = stage.querySelector("[data-large]");
  const said = document.querySelector("[data-zoom-said]");
  const wide = Number(image.getAttribute("width")) || 0;
  let scale = 0; // 0 is fitted in

  const fitted = () => image.getBoundingClientRect().width / (wide || image.naturalWidth || 1);
  const whole = () => {
    if (image.dataset.full && !image.src.endsWith(image.dataset.full)) image.src = image.dataset.full;
  };
  const show = (next, x = 0.5, y = 0.5) => {
    // What stands at this place of the window stays there.
    const across = (stage.scrollLeft + x * stage.clientWidth) / stage.scrollWidth;
    const down = (stage.scrollTop + y * stage.clientHeight) / stage.scrollHeight;
    scale = next ? Math.min(8, Math.max(0.05, next)) : 0;
    stage.toggleAttribute("data-zoomed", scale > 0);
    if (scale) {
      whole();
      image.style.width = `${(wide || image.naturalWidth) * scale}px`;
      image.style.height = "auto";
      stage.scrollLeft = across * stage.scrollWidth - x * stage.clientWidth;
      stage.scrollTop = down * stage.scrollHeight - y * stage.clientHeight;
    } else {
      image.style.width = image.style.height = "";
    }
    for (const button of document.querySelectorAll("[data-zoom-to]")) {
      const pressed = button.dataset.zoomTo === "fit" ? !scale : Math.abs(scale - 1) < 0.001;
      button.setAttribute("aria-pressed", String(pressed));
    }
    said.textContent = `${Math.round((scale || fitted()) * 100)} %`;
  };
  const by = (factor, x, y) => show((scale || fitted()) * factor, x, y);

  document.querySelector("[data-zoom]").addEventListener("click", (event) => {
    const { zoomTo, zoomBy } = event.target.dataset;
    if (zoomTo) show(zoomTo === "fit" ? 0 : Number(zoomTo));
    else if (zoomBy) by(Number(zoomBy));
  });
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { "+": () => by(1.25), "=": () => by(1.25), "-": () => by(0.8), 0: () => show(0), 1: () => show(1) };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // a pinch on a touch pad comes as the wheel with Ctrl
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    by(event.deltaY < 0 ? 1.1 : 1 / 1.1, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }, { passive: false });
  stage.addEventListener("dblclick", () => show(scale ? 0 : 1));
  let held = null;
  stage.addEventListener("pointerdown", (event) => {
    if (!scale || event.pointerType === "touch" || event.button) return; // fingers scroll by themselves
    held = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
    stage.setPointerCapture(event.pointerId);
    stage.toggleAttribute("data-dragged", true);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!held) return;
    stage.scrollLeft = held.x - event.clientX;
    stage.scrollTop = held.y - event.clientY;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, () => { held = null; stage.removeAttribute("data-dragged"); });
  }
  image.addEventListener("dragstart", (event) => event.preventDefault());
  image.addEventListener("load", () => { if (!scale) said.textContent = `${Math.round(fitted() * 100)} %`; });
  window.addEventListener("resize", () => { if (!scale) said.textContent = `${Math.round(fitted() * 100)} %`; });
  if (image.complete) said.textContent = `${Math.round(fitted() * 100)} %`;

  // ---- the pictures before and after, by key, unless something is being typed or moved
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== document.body) return;
    const link = document.querySelector({ ArrowLeft: "a[rel=prev]", ArrowRight: "a[rel=next]" }[event.key] || "none");
    if (link) link.click();
  });
}

// ---- a double click is one order; the server sees to it, the button shows it
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && "once" in button.dataset) setTimeout(() => { button.disabled = true; });
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-once]")) button.disabled = false;
});

// ---- two pictures: side by side, or one over the other
const two = document.querySelector("[data-two]");
const slider = document.getElementById("slider");
if (two && slider) {
  const at = () => two.style.setProperty("--at", `${slider.value}%`);
  slider.addEventListener("input", at);
  for (const way of document.querySelectorAll("[data-way]")) {
    way.addEventListener("change", () => {
      two.toggleAttribute("data-sliding", way.value === "slider" && way.checked);
      at();
    });
    if (way.checked && way.value === "slider") two.toggleAttribute("data-sliding", true);
  }
  const pair = two.querySelector(".pair");
  const move = (event) => {
    if (!("sliding" in two.dataset) || !(event.buttons & 1)) return;
    const box = pair.getBoundingClientRect();
    slider.value = Math.round(((event.clientX - box.left) / box.width) * 100);
    at();
  };
  pair.addEventListener("pointerdown", move);
  pair.addEventListener("pointermove", move);
  pair.addEventListener("dragstart", (event) => event.preventDefault());
}
