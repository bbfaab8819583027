// Small comforts on pages that are whole without them.

// "/" puts the cursor in the search box, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], .editor")) return;
  event.preventDefault();
  document.querySelector("main input[type=search], #top-q")?.focus();
});

// A form with choices is sent as soon as one is made; its button stays.
for (const select of document.querySelectorAll("form.fields select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// Tables can be sorted by a column.
const key = (row, index) => {
  const cell = row.cells[index];
  const machine = cell.querySelector("data, time");
  return machine?.value ?? machine?.dateTime ?? cell.textContent.trim();
};

const sort = (table, index, ascending) => {
  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => (ascending ? 1 : -1) * compare(key(a, index), key(b, index)));
  table.tBodies[0].replaceChildren(...rows);
};

for (const table of document.querySelectorAll("table[data-sortable]")) {
  [...table.tHead.rows[0].cells].forEach((head, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sort(table, index, ascending);
    });
  });
}
