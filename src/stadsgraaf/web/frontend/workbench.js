// The workbench with an editor in place of its text area; the form works without any of this.
import { edit } from "./editor.js";
import "./snippets.js";

const form = document.querySelector("#workbench");
const textarea = form?.elements.query;

if (textarea) {
  const at = document.querySelector("#fault[data-line]")?.dataset;
  edit(textarea, {
    check: form.dataset.check,
    terms: form.dataset.terms,
    fault: at && { line: Number(at.line), column: Number(at.column), message: at.reason },
  });
  form.addEventListener("submit", () => {
    // a query that would make too long an address goes in the body
    form.method = encodeURIComponent(textarea.value).length > Number(form.dataset.longest) ? "post" : "get";
    form.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => form.removeAttribute("aria-busy"));
}
