/* The documents of an application beside its data. Without this script they are links to pages of their own. */
(() => {
  "use strict";

  const LARGER = 1.25;
  const MOST = 6;
  const LEAST = 0.2;
  // Milliseconds between two keys: nobody types as fast, every scanner does.
  const SCANNED = 50;
  const SCANNED_AT_LEAST = 8;
  // Read by place, not by letter: the same keys with an Arabic keyboard.
  const KEYS = {
    KeyJ: "next",
    KeyK: "previous",
    KeyR: "turn",
    KeyF: "full",
    KeyA: "tick",
    Digit0: "whole",
    Numpad0: "whole",
    Equal: "larger",
    NumpadAdd: "larger",
    Minus: "smaller",
    NumpadSubtract: "smaller",
  };

  const viewer = document.querySelector("[data-viewer]");
  if (!viewer) return;
  const panel = viewer.querySelector("[data-viewer-panel]");
  const stage = viewer.querySelector("[data-stage]");
  const sheet = stage.firstElementChild;
  const picture = sheet.querySelector("img");
  const place = viewer.querySelector("[data-place]");
  const keys = viewer.querySelector("[data-keys]");
  const links = [...viewer.querySelectorAll("[data-document]")];
  const pagesOf = new Map();
  const shown = { link: 0, page: 0, zoom: 1, turned: 0 };
  const box = document.querySelector("[data-scanned]");
  const scan = { read: "", at: 0, waiting: 0 };
  let asked = 0;

  /* The addresses of a document's pages, read once from its page without scripts. */
  async function pages(link) {
    if (link.dataset.picture) return [link.dataset.picture];
    if (!pagesOf.has(link)) {
      const answer = await fetch(link.href, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      pagesOf.set(link, [...page.querySelectorAll("[data-page]")].map((image) => image.getAttribute("src")));
    }
    return pagesOf.get(link);
  }

  async function open(position, page = 0) {
    const turn = ++asked;
    place.textContent = place.dataset.waiting;
    try {
      const addresses = await pages(links[position]);
      const loaded = new Image();
      const number = page < 0 ? addresses.length - 1 : page;
      loaded.src = addresses[number];
      await loaded.decode();
      if (turn !== asked) return; // another one was asked for meanwhile
      // Not seen before it has its place: it would move there.
      picture.style.visibility = "hidden";
      picture.src = loaded.src;
      picture.alt = links[position].textContent;
      Object.assign(shown, { link: position, page: number, pages: addresses.length, zoom: 1, turned: 0 });
      links.forEach((link, index) => {
        if (index === position) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
      place.textContent = place.dataset.words.replace("{page}", number + 1).replace("{pages}", addresses.length);
      await picture.decode();
      draw();
      picture.style.visibility = "";
      stage.scrollTo(0, 0);
    } catch {
      if (turn === asked) place.textContent = place.dataset.failed;
    }
  }

  /* At zoom 1 the page is as wide as the stage; turned pages take their new width. */
  function draw() {
    if (!picture.naturalWidth) return;
    const lies = shown.turned % 180 !== 0;
    const width = lies ? picture.naturalHeight : picture.naturalWidth;
    const height = lies ? picture.naturalWidth : picture.naturalHeight;
    const scale = (stage.clientWidth / width) * shown.zoom;
    sheet.style.width = `${width * scale}px`;
    sheet.style.height = `${height * scale}px`;
    picture.style.width = `${picture.naturalWidth * scale}px`;
    picture.style.transform = `translate(-50%, -50%) rotate(${shown.turned}deg)`;
  }

  function zoom(factor) {
    shown.zoom = Math.min(MOST, Math.max(LEAST, shown.zoom * factor));
    draw();
  }

  function whole() {
    const lies = shown.turned % 180 !== 0;
    const ratio = lies ? picture.naturalWidth / picture.naturalHeight : picture.naturalHeight / picture.naturalWidth;
    shown.zoom = Math.min(1, stage.clientHeight / (stage.clientWidth * ratio));
    draw();
  }

  function next() {
    if (shown.page + 1 < shown.pages) open(shown.link, shown.page + 1);
    else if (shown.link + 1 < links.length) open(shown.link + 1);
  }

  function previous() {
    if (shown.page > 0) open(shown.link, shown.page - 1);
    else if (shown.link > 0) open(shown.link - 1, -1);
  }

  function tick() {
    const checks = document.querySelector(`[data-checks="${links[shown.link].dataset.document}"]`);
    if (!checks) return;
    checks.querySelectorAll("input[type=checkbox]").forEach((box) => {
      box.checked = true;
    });
    if (shown.link + 1 < links.length) open(shown.link + 1);
    else {
      if (document.fullscreenElement) document.exitFullscreen();
      openPoint()?.focus();
    }
  }

  /* What is left of the checklist once all documents have been looked through: a day, or the person. */
  function openPoint() {
    return [...document.querySelectorAll("[data-checks] input, [name=person_checked]")]
      .find((input) => (input.type === "checkbox" ? !input.checked : !input.value));
  }

  const jobs = {
    larger: () => zoom(LARGER),
    smaller: () => zoom(1 / LARGER),
    whole,
    turn: () => {
      shown.turned = (shown.turned + 90) % 360;
      draw();
    },
    next,
    previous,
    full: () => (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen()),
    tick,
  };

  function isTyping(target) {
    return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName)
      || (target.tagName === "INPUT" && !["checkbox", "radio", "button", "submit"].includes(target.type));
  }

  links.forEach((link, position) => {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own, as asked
      event.preventDefault();
      open(position);
    });
  });
  viewer.querySelectorAll("[data-do]").forEach((button) => {
    button.addEventListener("click", () => jobs[button.dataset.do]());
  });
  /* What is scanned is looked for, wherever the cursor stands; Enter then presses no button that has the focus. */
  document.addEventListener("keydown", (event) => {
    if (box.contains(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    clearTimeout(scan.waiting);
    if (event.timeStamp - scan.at > SCANNED) scan.read = "";
    scan.at = event.timeStamp;
    if (event.key.length === 1) scan.read += event.key;
    if (event.key !== "Enter") return;
    const isScan = scan.read.length >= SCANNED_AT_LEAST;
    // Nobody returns, refuses or activates by the Enter of one field among several.
    if (isScan || (isTyping(event.target) && event.target.tagName === "INPUT")) {
      event.preventDefault();
      event.stopPropagation();
    }
    if (isScan) look(event.target);
  }, true);

  /* From within a field it only goes to the box, without leaving the page: what was typed would be lost. */
  function look(target) {
    box.elements.q.value = scan.read;
    if (!isTyping(target)) return box.requestSubmit();
    if (target.value.endsWith(scan.read)) target.value = target.value.slice(0, -scan.read.length);
    box.elements.q.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (!keys.checked || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
    // A digit may be the first of a number that is being scanned.
    if (digit && links[digit[1] - 1]) scan.waiting = setTimeout(open, SCANNED, digit[1] - 1);
    else if (KEYS[event.code]) jobs[KEYS[event.code]]();
    else return;
    event.preventDefault();
  });
  window.addEventListener("resize", draw);
  document.addEventListener("fullscreenchange", draw);

  /* Drawn about with the mouse, as paper on a desk; fingers scroll by themselves. */
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    const from = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
    const move = (moved) => stage.scrollTo(from.x - moved.clientX, from.y - moved.clientY);
    event.preventDefault();
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    stage.addEventListener("pointermove", move);
    stage.addEventListener("pointerup", () => stage.removeEventListener("pointermove", move), { once: true });
  });

  // Whoever has switched the shortcuts off, because they are in the way, finds them off again.
  keys.checked = localStorage.getItem("review-keys") !== "off";
  keys.addEventListener("change", () => localStorage.setItem("review-keys", keys.checked ? "on" : "off"));

  panel.hidden = !links.length;
  panel.classList.add("has-script");
  if (links.length) open(0);
})();
