// On a phone a table of the admin is cards, each value under the name of its column: css/admin.css.
"use strict";

function makeCards() {
  for (const table of document.querySelectorAll("#result_list:not(.table-stack), .tabular table")) {
    const names = Array.from(table.tHead.rows[0].cells, (cell) => (cell.querySelector(".text") || cell).textContent.trim());
    for (const row of table.tBodies[0].rows) {
      Array.from(row.cells).forEach((cell, place) => {
        // What leads to a row is the head of its card, and what chooses it has no name.
        if (cell.tagName === "TD" && !cell.matches(".action-checkbox, .original") && names[place]) {
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
