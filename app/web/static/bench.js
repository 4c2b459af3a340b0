// The workbench: CodeMirror in place of the text areas, errors at their line, coverage beside it.
import {
  Decoration, EditorState, EditorView, GutterMarker, RangeSetBuilder, StateEffect, StateField, bracketMatching, defaultKeymap, drawSelection,
  gutter, highlightActiveLine, history, historyKeymap, HighlightStyle, indentUnit, json, keymap, lineNumbers, setDiagnostics, syntaxHighlighting, tags,
} from "./vendor/codemirror.js";
import { rego } from "./rego.js";

const WAIT = 700;
const form = document.getElementById("draft"), said = document.getElementById("said");
const colours = HighlightStyle.define([
  { tag: tags.keyword, class: "tok-keyword" }, { tag: tags.comment, class: "tok-comment" }, { tag: tags.string, class: "tok-string" },
  { tag: tags.propertyName, class: "tok-atom" }, { tag: tags.number, class: "tok-number" }, { tag: tags.atom, class: "tok-atom" }, { tag: tags.bool, class: "tok-number" },
]);
const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "13px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", overflow: "auto" },
  ".cm-gutters": { background: "var(--shade)", color: "var(--quiet)", border: "none" },
  ".cm-content": { caretColor: "var(--text)" }, ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-activeLine": { background: "var(--active)" }, "&.cm-focused": { outline: "3px solid var(--accent)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { background: "var(--select)" },
  ".cm-tooltip": { background: "var(--card)", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-cover": { width: "6px", padding: "0" }, ".covered": { background: "var(--good)", width: "4px", height: "100%" }, ".missed": { background: "var(--bad)", width: "4px", height: "100%" },
  ".cm-lintRange-error, .cm-lintRange-active": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1.5px" },
  ".missed-line": { background: "var(--bad-ground)" },
});
const tokens = `.tok-keyword { color: var(--code-keyword); font-weight: 600; } .tok-comment { color: var(--quiet); font-style: italic; }
  .tok-string { color: var(--good); } .tok-number { color: var(--wait); } .tok-atom { color: var(--link); }`;

const cover = StateEffect.define();
class Mark extends GutterMarker {
  constructor(kind) { super(); this.kind = kind; }
  toDOM() {
    const mark = document.createElement("div");
    mark.className = this.kind;
    mark.title = this.kind === "covered" ? "evaluated" : "not evaluated";
    return mark;
  }
}
const MARKS = { covered: new Mark("covered"), missed: new Mark("missed") };
const missedLine = Decoration.line({ class: "missed-line" });
const coverage = StateField.define({
  create: () => new Map(),
  update: (value, change) => change.effects.reduce((now, effect) => (effect.is(cover) ? effect.value : now), change.docChanged ? new Map() : value),
  provide: (field) => EditorView.decorations.from(field, (rows) => (view) => {
    const lines = new RangeSetBuilder();
    for (const [row, kind] of rows) if (kind === "missed" && row <= view.state.doc.lines) { const at = view.state.doc.line(row).from; lines.add(at, at, missedLine); }
    return lines.finish();
  }),
});
const coverGutter = gutter({
  class: "cm-cover",
  lineMarker: (view, line) => MARKS[view.state.field(coverage).get(view.state.doc.lineAt(line.from).number)] ?? null,
  lineMarkerChange: (update) => update.docChanged || update.startState.field(coverage) !== update.state.field(coverage),
});

// In a shadow root CodeMirror adopts its style sheets, which a strict Content-Security-Policy lets it.
function editor(area, language, more) {
  const box = document.createElement("div"), root = box.attachShadow({ mode: "open" });
  box.className = "editor";
  area.hidden = true;
  area.after(box);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(tokens + " :host > * { height: 100%; }");
  root.adoptedStyleSheets = [sheet];
  const label = document.querySelector(`label[for="${area.id}"]`);
  const view = new EditorView({
    root, parent: root,
    state: EditorState.create({
      doc: area.value,
      extensions: [
        ...more, lineNumbers(), history(), drawSelection(), highlightActiveLine(), bracketMatching(), indentUnit.of("\t"), language, syntaxHighlighting(colours), theme,
        keymap.of([...defaultKeymap, ...historyKeymap]), EditorView.contentAttributes.of({ "aria-label": label.textContent.trim(), tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          soon();
        }),
      ],
    }),
  });
  label.addEventListener("click", () => view.focus());
  area.view = view;
  return view;
}

let waiting;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => form.requestSubmit(form.querySelector('[value="evaluate"]')), WAIT);
}

const text = document.getElementById("text");
const view = editor(text, document.getElementById("path").value.endsWith(".rego") ? rego : [], [coverage, coverGutter]);
editor(document.getElementById("input"), json(), []);
document.getElementById("live").hidden = false;

// Proposing leads to another page: this button sends the form as browsers do.
document.getElementById("propose").addEventListener("click", (event) => {
  event.preventDefault();
  form.action = event.target.formAction;
  form.submit();
});

function shown() {
  const path = document.getElementById("path").value, doc = view.state.doc;
  const found = [...said.querySelectorAll(".complaint[data-row]")].filter((one) => one.dataset.path === path).map((one) => {
    const line = doc.line(Math.min(Math.max(1, Number(one.dataset.row)), doc.lines));
    const from = Math.min(line.from + Math.max(0, Number(one.dataset.column) - 1), line.to);
    return { from, to: line.to > from ? line.to : from, severity: "error", message: one.lastChild.textContent.trim() };
  });
  view.dispatch(setDiagnostics(view.state, found));
  const told = document.getElementById("coverage"), rows = [];
  for (const kind of ["covered", "missed"]) for (const row of (told?.dataset[kind] ?? "").split(" ").filter(Boolean)) rows.push([Number(row), kind]);
  view.dispatch({ effects: cover.of(new Map(rows.sort((one, other) => one[0] - other[0]))) });
}
document.addEventListener("htmx:afterSwap", (event) => { if (event.target === said) shown(); });
shown();
