// What can be written at the cursor: variables, prefixes, classes and properties of the dataset by
// how often it has them, keywords and functions. A class or property brings its PREFIX along.

const KEYWORDS = (
  "SELECT CONSTRUCT DESCRIBE ASK WHERE FROM NAMED PREFIX BASE DISTINCT REDUCED OPTIONAL UNION MINUS FILTER BIND " +
  "VALUES GRAPH SERVICE SILENT EXISTS NOT IN AS UNDEF LIMIT OFFSET HAVING ASC DESC SEPARATOR"
).split(" ").concat(["ORDER BY", "GROUP BY", "FILTER NOT EXISTS", "FILTER EXISTS", "FROM NAMED"]);
const FUNCTIONS = (
  "COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR " +
  "ROUND CONCAT STRLEN UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS " +
  "MINUTES SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT SAMETERM " +
  "ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE"
).split(" ");
const LOCAL = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?$/u;
const WORD = /[?$]?[\p{L}\p{N}_.-]*:?[\p{L}\p{N}_.-]*$/u;
const TYPE = /(?:^|[\s;,])(?:a|rdf:type)\s+$/;

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Comments and the insides of strings say nothing about the query's structure.
const bare = (text) => text.replace(/<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*/g,
  (found) => (found[0] === "<" ? found : found[0] === "#" ? "" : '""'));

// Prefixes as the query declares them: its own names for namespaces go before those of the dataset.
const declared = (text) => Object.fromEntries(
  [...text.matchAll(/\bPREFIX\s+([\p{L}\p{N}_.-]*):\s*<([^>]*)>/giu)].map(([, name, namespace]) => [name, namespace]));

const named = (iri, prefixes) => {
  let best = null;
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    const local = iri.startsWith(namespace) ? iri.slice(namespace.length) : null;
    if (local !== null && LOCAL.test(local) && (!best || namespace.length > best.namespace.length)) {
      best = { prefix, namespace, text: `${prefix}:${local}`, local };
    }
  }
  return best;
};

// Where the subject of the statement at the cursor has its class, anywhere in the query.
const classesOfSubject = (text, before, prefixes) => {
  const open = Math.max(before.lastIndexOf("{"), before.lastIndexOf("}"), before.search(/\.\s[^.]*$/));
  const subject = /^[\s.;]*([?$][\p{L}\p{N}_]+|<[^>]*>|[\p{L}\p{N}_.-]*:[\p{L}\p{N}_.-]+)/u.exec(before.slice(open + 1))?.[1];
  if (!subject) return [];
  const escaped = subject.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const typed = new RegExp(`${escaped}\\s(?:[^.{}]*?[\\s;])?(?:a|rdf:type)\\s+(<[^>]*>|[\\w.-]*:[\\w.-]*\\w)`, "gu");
  return [...text.matchAll(typed)].map(([, name]) => {
    if (name[0] === "<") return name.slice(1, -1);
    const [prefix, local] = name.split(/:(.*)/s);
    return (prefixes[prefix] ?? "") + local;
  });
};

const place = (option, prefixes, inText) => (view, _completion, from, to) => {
  const changes = [{ from, to, insert: option.insert }];
  const missing = option.prefix !== undefined && !(option.prefix in inText);
  const line = missing ? `PREFIX ${option.prefix}: <${prefixes[option.prefix]}>\n` : "";
  if (line) {
    const start = /^(?:\s*(?:#[^\n]*\n|BASE\s+<[^>]*>\s*))*/i.exec(view.state.doc.toString())[0].length;
    changes.push({ from: Math.min(start, from), insert: line });
  }
  const cursor = from + option.insert.length + line.length - (option.back ?? 0);
  view.dispatch({ changes, selection: { anchor: cursor }, userEvent: "input.complete", scrollIntoView: true });
};

// How well an option fits what was typed: null not at all, else higher is better.
const fit = (option, typed) => {
  if (!typed) return 0;
  if (option.keys.some((key) => key.startsWith(typed))) return 3;
  if (option.keys.some((key) => key.split(/[\s:_-]+/).some((word) => word.startsWith(typed)))) return 2;
  return typed.length > 2 && option.keys.some((key) => key.includes(typed)) ? 1 : null;
};

export const completions = (url) => {
  let terms = { prefixes: {}, classes: [], properties: [] };
  const loaded = fetch(url, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : terms)).then((found) => { terms = found; }).catch(() => {});

  const term = (each, type, prefixes, rank) => {
    const name = named(each.iri, prefixes);
    return {
      type, rank, count: each.count, insert: name?.text ?? `<${each.iri}>`, prefix: name?.prefix,
      shown: each.label || name?.text || each.iri, detail: name?.text ?? each.iri,
      keys: [name?.text, name?.local, each.label].filter(Boolean).map(fold),
    };
  };

  return async (context) => {
    await loaded;
    const word = context.matchBefore(WORD);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const doc = context.state.doc.toString();
    const before = bare(doc.slice(0, word.from));
    if (/<[^>\s]*$/.test(before) && !/<\s*$/.test(before)) return null; // inside an IRI
    const text = bare(doc);
    const inText = declared(text);
    const prefixes = { ...terms.prefixes, ...inText };
    let options;
    if (/^[?$]/.test(word.text)) {
      const names = new Set(bare(doc.slice(0, word.from) + " " + doc.slice(word.to)).match(/[?$][\p{L}\p{N}_]+/gu) ?? []);
      options = [...names].map((name) => ({ type: "variable", rank: 1, insert: name, shown: name, keys: [fold(name)] }));
    } else if (/\bPREFIX\s+$/i.test(before)) {
      options = Object.entries(terms.prefixes).filter(([name]) => !(name in inText)).map(([name, namespace]) => ({
        type: "prefix", rank: 1, insert: `${name}: <${namespace}>\n`, shown: `${name}:`, detail: namespace, keys: [fold(name)],
      }));
    } else {
      const classes = terms.classes.map((each) => term(each, "class", prefixes, 1));
      if (TYPE.test(before)) {
        options = classes;
      } else {
        const own = new Set(classesOfSubject(text, before, prefixes).flatMap(
          (iri) => terms.classes.find((each) => each.iri === iri)?.properties ?? []));
        const properties = terms.properties.map((each) => term(each, "property", prefixes, own.has(each.iri) ? 4 : 2));
        const names = word.text.includes(":") ? [] : [
          ...KEYWORDS.map((each) => ({ type: "keyword", rank: 3, insert: `${each} `, shown: each, keys: [fold(each)] })),
          ...FUNCTIONS.map((each) => ({ type: "function", rank: 2.5, insert: `${each}()`, back: 1, shown: `${each}()`, keys: [fold(each)] })),
        ];
        options = [...properties, ...classes, ...names];
      }
    }
    const typed = fold(word.text);
    const fitting = options
      .map((option) => ({ option, how: fit(option, typed) }))
      .filter(({ option, how }) => how !== null && option.insert !== word.text)
      .sort((a, b) => b.how - a.how || b.option.rank - a.option.rank || (b.option.count ?? 0) - (a.option.count ?? 0))
      .slice(0, 200);
    if (!fitting.length) return null;
    return {
      from: word.from,
      filter: false,
      options: fitting.map(({ option }) => ({
        label: option.insert, displayLabel: option.shown, type: option.type,
        detail: [option.detail === option.shown ? "" : option.detail, option.count?.toLocaleString(document.documentElement.lang)]
          .filter(Boolean).join(" · ") || undefined,
        apply: place(option, prefixes, inText),
      })),
    };
  };
};
