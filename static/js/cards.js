// On a phone the rows below a row are cards, each value under the name of its column: css/admin.css. Those of a
// list come so from the server.
"use strict";

function makeCards() {
  for (const table of document.querySelectorAll(".tabular table")) {
    const names = Array.from(table.tHead.rows[0].cells, (cell) => (cell.querySelector(".text") || cell).textContent.trim());
    for (const row of table.tBodies[0].rows) {
      Array.from(row.cells).forEach((cell, place) => {
        // What names a row is hidden on its card.
        if (cell.tagName === "TD" && !cell.matches(".original") && names[place]) {
          cell.dataset.label = names[place];
        }
      });
    }
    table.classList.add("table-stack");
  }
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", makeCards);
} else {
  makeCards();
}
