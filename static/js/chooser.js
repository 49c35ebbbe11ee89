// Django's drawing of a glass beside the box that narrows a list has a name, so it is a picture. It is there once
// the page has loaded.
"use strict";

window.addEventListener("load", () => {
  for (const drawing of document.querySelectorAll(".search-label-icon")) {
    drawing.setAttribute("role", "img");
  }
});
