// Rego for CodeMirror: words, strings, numbers, comments; enough to read by.
import { StreamLanguage } from "./vendor/codemirror.js";

const KEYWORDS = new Set(["package", "import", "as", "default", "not", "with", "some", "every", "in", "if", "contains", "else", "true", "false", "null"]);
const ROOTS = new Set(["input", "data"]);

export const rego = StreamLanguage.define({
  name: "rego",
  startState: () => ({ raw: false }),
  token(stream, state) {
    if (state.raw) {
      while (!stream.eol()) if (stream.next() === "`") { state.raw = false; break; }
      return "string";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return "comment";
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.eat("`")) { state.raw = true; return "string"; }
    if (stream.match(/^\d+(?:\.\d+)?/)) return "number";
    const word = stream.match(/^[A-Za-z_]\w*/);
    if (word) return KEYWORDS.has(word[0]) ? "keyword" : ROOTS.has(word[0]) ? "atom" : "variableName";
    stream.next();
    return "operator";
  },
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"', "`"] } },
});
