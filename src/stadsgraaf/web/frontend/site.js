// Small comforts on pages that are whole without them.

// "/" puts the cursor in the search box, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], .editor")) return;
  event.preventDefault();
  document.querySelector("main input[type=search], #top-q")?.focus();
});

// The other language opens at the same part of the page.
document.querySelector("a.lang")?.addEventListener("click", ({ currentTarget }) => {
  currentTarget.hash = location.hash;
});

// A form with choices is sent as soon as one is made; its button stays.
for (const select of document.querySelectorAll("form.fields select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// In the reader a claim lights up its whole passage, and a passage its claims.
const reader = document.querySelector(".reader");
const light = (numbers) => {
  for (const mark of reader.querySelectorAll("mark")) {
    mark.classList.toggle("lit", mark.dataset.claims.trim().split(" ").some((n) => numbers.has(n)));
  }
};
const numberOf = (element) => element?.closest?.("[data-claim]")?.dataset.claim;
const chosen = () => numberOf(document.getElementById(location.hash.slice(1)));
const lightChosen = () => light(new Set([chosen()]));

if (reader) {
  for (const kind of ["mouseover", "focusin"]) {
    reader.querySelector(".margin").addEventListener(kind, (event) => light(new Set([numberOf(event.target)])));
  }
  reader.querySelector(".margin").addEventListener("mouseleave", lightChosen);
  reader.querySelector(".source-text").addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    event.preventDefault(); // the claims come to the reader; the text stays where it is
    const top = scrollY;
    location.hash = link.hash;
    scrollTo({ top, behavior: "instant" });
    const card = document.getElementById(link.hash.slice(1));
    card.offsetParent.scrollTo({ top: card.offsetTop, behavior: "instant" });
  });
  addEventListener("hashchange", lightChosen);
  lightChosen();
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
