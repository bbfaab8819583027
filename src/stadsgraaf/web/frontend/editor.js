// The editor: CodeMirror over the form's own textarea, which keeps its text and is sent as before.
// It lives in a shadow root, where its styles are constructed sheets: the policy allows no others.
import { EditorState } from "@codemirror/state";
import {
  EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers, tooltips,
} from "@codemirror/view";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { lintGutter, lintKeymap, linter, setDiagnostics } from "@codemirror/lint";
import { tags } from "@lezer/highlight";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { completions } from "./completions.js";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "600" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--event)" },
  { tag: [tags.string, tags.url], color: "var(--concept)" },
  { tag: [tags.number, tags.bool, tags.atom], color: "var(--document)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.namespace, tags.propertyName, tags.tagName, tags.standard(tags.name)], color: "var(--term)" },
]);

const theme = EditorView.theme({
  "&": { fontSize: "1rem", background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "6px" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "0.9375rem", lineHeight: "1.6" },
  ".cm-content, .cm-gutter": { minHeight: "14rem" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-scroller, &": { maxHeight: "70vh" },
  ".cm-gutters": { background: "transparent", color: "var(--muted)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "color-mix(in srgb, var(--here) 35%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--here)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--here)", outline: "1px solid var(--line-strong)" },
  ".cm-tooltip": { background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "6px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--sans)", maxWidth: "min(38rem, 85vw)", maxHeight: "none", overflow: "visible" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "4px 10px", minHeight: "28px", lineHeight: "1.4" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--band)", color: "var(--on-band)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { fontFamily: "var(--mono)", fontStyle: "normal", fontSize: "0.85em", marginLeft: "1em" },
  ".cm-diagnostic": { padding: "6px 10px", borderLeft: "4px solid var(--event)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--event)", textDecorationSkipInk: "none", textUnderlineOffset: "3px" },
  ".cm-panels": { background: "var(--ground)", color: "var(--ink)" },
});

const PHRASES = {
  nl: { "Completions": "Aanvullingen", "Diagnostics": "Fouten", "No diagnostics": "Geen fouten", "close": "sluit" },
};

// Typing over a selection has browsers write an inline style, which the policy refuses: so it is done here.
const typeOver = (event, view) => {
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || !event.data || empty || view.state.selection.ranges.length > 1) return false;
  const insert = () => view.state.update({
    changes: { from, to, insert: event.data }, selection: { anchor: from + event.data.length }, userEvent: "input.type",
  });
  event.preventDefault();
  if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, insert))) {
    view.dispatch(insert());
  }
  return true;
};

// Lines and columns of the server count characters from 1; those of the editor count UTF-16 units from 0.
const positionOf = (doc, line, column) => {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const before = [...at.text].slice(0, Math.max(column - 1, 0)).join("");
  return Math.min(at.from + before.length, at.to);
};

export const diagnostic = (doc, { line, column, near, message }) => {
  let from = positionOf(doc, line, column);
  let to = Math.min(from + Math.max((near ?? "").length, 1), doc.length);
  if (from >= to) from = Math.max(to - 1, 0); // at the end of the text
  return { from, to, severity: "error", message };
};

// The server's own parser says what is wrong; it reads the query and does not evaluate it.
const checking = (url) => {
  let notBefore = 0;
  let last = { text: null, found: [] };
  return linter(async (view) => {
    const text = view.state.doc.toString();
    if (!text.trim() || Date.now() < notBefore) return [];
    if (text === last.text) return last.found;
    let found = [];
    try {
      const answer = await fetch(url, {
        method: "POST", headers: { "Content-Type": "application/sparql-query" }, body: text,
      });
      if (answer.status === 429 || answer.status >= 500) {
        notBefore = Date.now() + 1000 * (Number(answer.headers.get("Retry-After")) || 10);
        return [];
      }
      const said = await answer.json();
      if (!said.valid && said.line) found = [diagnostic(view.state.doc, { ...said, message: said.reason ?? said.detail })];
    } catch {
      notBefore = Date.now() + 10_000; // nobody answers: the query can still be sent
    }
    last = { text, found };
    return found;
  }, { delay: 600 });
};

export const edit = (textarea, { check, terms, fault }) => {
  const host = document.createElement("div");
  host.className = "editor";
  const root = host.attachShadow({ mode: "open" });
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  const run = () => { textarea.form.requestSubmit(); return true; };
  const described = textarea.getAttribute("aria-describedby");
  const lists = completions(terms);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        keymap.of([{ key: "Mod-Enter", run, preventDefault: true }]),
        lineNumbers(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), closeBrackets(),
        StreamLanguage.define(sparql), syntaxHighlighting(colours), theme, EditorView.lineWrapping,
        StreamLanguage.define(sparql).data.of({ commentTokens: { line: "#" } }),
        checking(check), lintGutter(),
        autocompletion({ override: [lists], icons: false, maxRenderedOptions: 12 }),
        tooltips({ position: "absolute", tooltipSpace: () => ({ left: 4, top: 0, right: document.documentElement.clientWidth - 4, bottom: innerHeight }) }),
        EditorState.phrases.of(PHRASES[document.documentElement.lang] ?? {}),
        EditorView.contentAttributes.of({
          "aria-label": label?.textContent ?? "SPARQL", "spellcheck": "false", "autocapitalize": "off",
          ...(described ? { "aria-invalid": "true" } : {}),
        }),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
        EditorView.domEventHandlers({ beforeinput: typeOver }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) textarea.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  textarea.after(host);
  textarea.hidden = true;
  label?.addEventListener("click", () => view.focus());
  if (fault) {
    const mark = diagnostic(view.state.doc, fault);
    view.dispatch(setDiagnostics(view.state, [mark]));
    view.dispatch({ selection: { anchor: mark.from }, scrollIntoView: true });
    view.focus();
  }
  return view;
};
