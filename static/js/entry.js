// The form for a queue of people: Enter moves on, and what the server says of a field is told to screen readers.
"use strict";

document.documentElement.classList.add("has-scripts");

(() => {
  const form = document.querySelector("[data-entry]");

  // Everything that is typed into, in the order of the screen; what is folded away is left out.
  function stops() {
    return [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((one) => one.checkVisibility());
  }

  function focus(field) {
    field.focus();
    field.select?.();
  }

  // On from the scan: to the first field with nothing in it, or the last one.
  function afterScan(all) {
    const fields = all.filter((one) => one.id !== "id_scan");
    return fields.find((one) => !one.value) ?? fields.at(-1);
  }

  form.addEventListener("keydown", (event) => {
    const field = event.target;
    const isTyped = field.matches("input, select, textarea");
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || !isTyped) return;
    if (field.id === "id_scan" && field.value.trim()) return; // the end of a line
    event.preventDefault();
    const all = stops();
    const next = field.id === "id_scan" ? afterScan(all) : all[all.indexOf(field) + 1];
    if (next) focus(next);
    else form.requestSubmit(form.querySelector("[data-save]"));
  });

  // Whether somebody is still typing: what is unfinished is not wrong yet.
  form.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.at = event.detail.triggeringEvent?.type ?? "";
  });

  function tell(place) {
    const field = document.getElementById(place.id.replace(/_check$/, ""));
    const isWrong = Boolean(place.querySelector(".check-wrong"));
    field?.classList.toggle("is-invalid", isWrong);
    if (isWrong) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }

  for (const swap of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
    form.addEventListener(swap, (event) => {
      if (event.target.id?.endsWith("_check")) tell(event.target);
    });
  }

  // A scanner's field, or the next one to fill in, stays in sight above the keyboard of a phone.
  form.addEventListener("htmx:afterSettle", () => document.activeElement?.scrollIntoView?.({ block: "nearest" }));

  // What was wrong with the last try, or is asked, is read first.
  form.querySelector(".error-summary, [data-question]")?.focus();
})();
