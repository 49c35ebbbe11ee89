// On a phone a list of the admin is cards, each value under the name of its column: css/admin.css.
"use strict";

for (const table of document.querySelectorAll("#result_list:not(.table-stack)")) {
  const names = Array.from(table.tHead.rows[0].cells, (cell) => {
    const text = cell.querySelector(".text");
    return text ? text.textContent.trim() : "";
  });
  for (const row of table.tBodies[0].rows) {
    Array.from(row.cells).forEach((cell, place) => {
      // What leads to the row is the head of its card.
      if (cell.tagName === "TD" && !cell.classList.contains("action-checkbox") && names[place]) {
        cell.dataset.label = names[place];
      }
    });
  }
  table.classList.add("table-stack");
}
