// Paints a mask over the picture it is for: what is painted may change. It is saved as an upload, white on black.
"use strict";

(() => {
  const dialog = document.getElementById("mask");
  const form = document.getElementById("form");
  if (!dialog || !form) return;
  const base = document.getElementById("mask-base");
  const canvas = document.getElementById("mask-canvas");
  const said = document.getElementById("mask-said");
  const size = document.getElementById("mask-size");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const number = (name) => Math.min(100, Math.max(0, Number(document.getElementById(`mask-${name}`).value) || 0)) / 100;
  const ring = document.getElementById("mask-ring");
  const steps = []; // everything that was done, so that the last of it can be undone
  let tool = "paint";
  let slot = null;
  let stroke = null;

  const COLOR = "#e0218a";
  const draw = {
    stroke: ({ points, width, erase }) => {
      context.globalCompositeOperation = erase ? "destination-out" : "source-over";
      context.strokeStyle = context.fillStyle = COLOR;
      context.lineWidth = width;
      context.lineCap = context.lineJoin = "round";
      context.beginPath();
      context.moveTo(...points[0]);
      for (const point of points) context.lineTo(...point);
      context.stroke();
      context.beginPath();
      context.arc(...points[0], width / 2, 0, 2 * Math.PI);
      context.fill();
    },
    rectangle: ({ box, erase }) => {
      context.globalCompositeOperation = erase ? "destination-out" : "source-over";
      context.fillStyle = COLOR;
      context.fillRect(...box);
    },
    clear: () => context.clearRect(0, 0, canvas.width, canvas.height),
    invert: () => {
      context.globalCompositeOperation = "source-out";
      context.fillStyle = COLOR;
      context.fillRect(0, 0, canvas.width, canvas.height);
    },
    earlier: ({ pixels }) => context.putImageData(pixels, 0, 0),
  };
  const redraw = () => {
    draw.clear();
    for (const step of steps) draw[step.kind](step);
  };
  const share = () => {
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    let painted = 0;
    for (let at = 3; at < pixels.length; at += 4) painted += pixels[at] > 127;
    return painted / (pixels.length / 4);
  };
  const tell = (sentence = "") => {
    const part = share();
    const percent = part > 0 && part < 0.01 ? "Less than 1 %" : `${Math.round(part * 100)} %`;
    said.textContent = sentence || (part ? `${percent} of the picture may change.` : "Nothing is painted yet.");
  };
  const add = (step) => {
    steps.push(step);
    draw[step.kind](step);
    tell();
  };

  const loaded = (image, address) => new Promise((resolve, reject) => {
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = address;
  });
  const small = (picture) => `/uploads/${encodeURIComponent(picture.dataset.uploadId)}/1280.webp`;
  const open = async (button) => {
    slot = button.closest("[data-slot]");
    const from = form.querySelector('[data-slot][data-role="base"]');
    const picture = from?.querySelector("[data-upload-id]");
    if (!picture) {
      const file = from?.querySelector("input[type=file]");
      const note = slot.querySelector(".said");
      note.textContent = "Add the picture that is to be changed first; then its mask can be painted.";
      note.setAttribute("role", "status");
      file?.focus();
      return;
    }
    try {
      await loaded(base, small(picture));
      canvas.width = base.naturalWidth;
      canvas.height = base.naturalHeight;
      steps.length = 0;
      const kept = slot.querySelector("[data-upload-id]");
      if (kept) await begin(kept);
    } catch {
      return;
    }
    dialog.showModal();
    redraw();
    tell();
    resized();
    dialog.querySelector("[data-tool]").focus();
  };
  const begin = async (kept) => {
    // What was painted before is there again; another kind of mask begins anew.
    const image = await loaded(new Image(), small(kept));
    const sheet = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    sheet.drawImage(image, 0, 0, canvas.width, canvas.height);
    const pixels = sheet.getImageData(0, 0, canvas.width, canvas.height);
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(COLOR.slice(at, at + 2), 16));
    for (let at = 0; at < pixels.data.length; at += 4) {
      if (pixels.data[at + 3] < 255) return;
      pixels.data[at + 3] = pixels.data[at];
      pixels.data[at] = red;
      pixels.data[at + 1] = green;
      pixels.data[at + 2] = blue;
    }
    steps.push({ kind: "earlier", pixels });
  };

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const erase = tool === "erase" || event.buttons === 32; // the other end of a pen
    const width = (Number(size.value) / 100) * Math.max(canvas.width, canvas.height);
    stroke = { kind: "stroke", points: [place(event)], width, erase };
    draw.stroke(stroke);
  });
  const resized = () => {
    document.getElementById("mask-size-said").textContent = `${size.value} %`;
    ring.style.width = `${(Number(size.value) / 100) * Math.max(canvas.clientWidth, canvas.clientHeight)}px`;
  };
  const follow = (event) => {
    ring.hidden = event.pointerType === "touch"; // a finger covers it
    const box = canvas.getBoundingClientRect();
    ring.style.left = `${event.clientX - box.left}px`;
    ring.style.top = `${event.clientY - box.top}px`;
  };
  size.addEventListener("input", resized);
  canvas.addEventListener("pointerleave", () => { ring.hidden = true; });
  canvas.addEventListener("pointermove", (event) => {
    follow(event);
    if (!stroke) return;
    for (const part of event.getCoalescedEvents?.() || [event]) stroke.points.push(place(part));
    draw.stroke({ ...stroke, points: stroke.points.slice(-8) });
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      if (stroke) steps.push(stroke);
      stroke = null;
      tell();
    });
  }

  const keep = () => {
    const part = share();
    if (!part || part === 1) {
      tell(part ? "Everything is painted. Leave out a part, or send no mask." : "Nothing is painted yet: paint what may change.");
      return;
    }
    const sheet = document.createElement("canvas");
    sheet.width = canvas.width;
    sheet.height = canvas.height;
    const target = sheet.getContext("2d");
    target.drawImage(canvas, 0, 0);
    target.globalCompositeOperation = "source-in";
    target.fillStyle = "white";
    target.fillRect(0, 0, sheet.width, sheet.height);
    target.globalCompositeOperation = "destination-over";
    target.fillStyle = "black";
    target.fillRect(0, 0, sheet.width, sheet.height);
    sheet.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "mask.png", { type: "image/png" }));
      const input = slot.querySelector("input[type=file]");
      input.files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      slot.querySelector("[data-paint-said]").textContent = "Change the mask";
      dialog.close();
    }, "image/png");
  };
  const ACTIONS = {
    undo: () => { steps.pop(); redraw(); tell(); },
    clear: () => add({ kind: "clear" }),
    invert: () => add({ kind: "invert" }),
    rectangle: () => {
      const [left, top] = [number("left") * canvas.width, number("top") * canvas.height];
      add({ kind: "rectangle", box: [left, top, number("width") * canvas.width, number("height") * canvas.height], erase: tool === "erase" });
    },
    keep,
  };
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.tool) {
      tool = button.dataset.tool;
      for (const other of dialog.querySelectorAll("[data-tool]")) other.setAttribute("aria-pressed", String(other === button));
    } else if (button.dataset.mask) ACTIONS[button.dataset.mask]();
  });
  dialog.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") { event.preventDefault(); ACTIONS.undo(); }
    else if ((event.key === "[" || event.key === "]") && !event.altKey) {
      size.value = Number(size.value) + (event.key === "]" ? 2 : -2);
      resized();
    }
  });
  dialog.addEventListener("close", () => slot?.querySelector("[data-paint]").focus());
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-paint]");
    if (button) open(button);
  });
  for (const place of form.querySelectorAll("[data-needs-paint]")) place.hidden = false;
})();
