// Documents go up as soon as they are chosen, and show how far they are. Without this a button sends them.
"use strict";

document.documentElement.classList.add("sends-at-once");

function part(form, selector) {
  return form.querySelector(selector);
}

function show(form, percent) {
  part(form, ".upload-progress").hidden = false;
  part(form, "progress").value = percent;
  part(form, "[data-percent]").textContent = `${percent} %`;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest("[data-upload]");
  if (form) {
    part(form, "[data-failure]").hidden = true;
    show(form, 0);
  }
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest("[data-upload]");
  if (form && event.detail.lengthComputable && event.detail.total) {
    show(form, Math.floor((100 * event.detail.loaded) / event.detail.total));
  }
});

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const form = event.target.closest("[data-upload]");
    if (form) {
      const words = part(form, "[data-failure]");
      part(form, ".upload-progress").hidden = true;
      words.textContent = form.dataset.failed;
      words.hidden = false;
      // The same file chosen again shall count as chosen.
      form.reset();
    }
  });
}

// The card is a new one: whoever works by keyboard goes on where they were.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.matches?.(".upload")) {
    // What was missing when the page was sent may no longer be.
    document.getElementById("missing")?.remove();
    event.target.focus();
  }
});
