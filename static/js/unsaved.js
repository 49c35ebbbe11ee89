/* Whoever leaves a form that holds more than a few words, by whichever way, is asked by the browser first. */
(() => {
  "use strict";

  const page = document.documentElement;
  if (page.dataset.asksFirst) return; // a page of several forms brings this several times
  page.dataset.asksFirst = "yes";

  // Fewer fields are typed again sooner than a question is answered.
  const FEW = 3;
  const unsaved = new Set();

  const typed = (field) => field.matches("textarea, select, input:not([type=hidden], [type=file], [type=submit])");
  const isLong = (form) => form.querySelector("textarea") || [...form.elements].filter(typed).length > FEW;
  const isWatched = (form) => form && form.method === "post" && !form.matches("[role=search]") && isLong(form);

  // What was refused is on the page and nowhere else.
  for (const form of document.forms) {
    if (isWatched(form) && form.querySelector("[aria-invalid=true], .is-invalid, .errorlist, .error-summary")) unsaved.add(form);
  }
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (isWatched(form) && typed(event.target)) unsaved.add(form);
  });
  // What is sent is saved or comes back; what stands beside it, in another form, would be lost.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) unsaved.delete(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved.size) event.preventDefault();
  });
})();
