// Turns the conformance tests of @bufbuild/cel-spec into plain data: one JSON object a line, in the order of the package.
//   node convert.mjs PACKAGE_DIRECTORY > cases.jsonl
// Trees and types keep their meaning and lose the notation of the reference's printer: no blanks, no overload names; constants
// as i:1, d:<bits>, s:"…", b:true, whose strings have every character beyond ASCII escaped.
import { pathToFileURL } from "node:url";
import path from "node:path";

const [, , directory] = process.argv;
const source = pathToFileURL(path.resolve(directory, "dist/esm/testdata/conformance.js"));
const { tests } = await import(source.href);

const bits = (number) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Number.isNaN(number) ? NaN : number);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
};

const quoted = (text) => JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));

/** The text of a string literal as Go's strconv.Quote writes it. */
const unquoted = (literal) =>
  literal.slice(1, -1).replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)/g, (_, e) => {
    if (/^[xuU]./.test(e)) return String.fromCodePoint(parseInt(e.slice(1), 16));
    return { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" }[e] ?? e;
  });

/** Splits a printed tree into string literals and what stands between them, and rewrites both. */
function compact(printed, constant) {
  if (printed === undefined) return undefined;
  const strings = [];
  const masked = printed
    .replace(/\/\/ [A-Z]\w*\n/g, "\n")
    .replace(/"(?:[^"\\]|\\.)*"/g, (literal) => `"${strings.push(quoted(unquoted(literal))) - 1}"`)
    .replace(/\s+/g, "");
  return constant(masked).replace(/"(\d+)"/g, (_, i) => strings[i]);
}

const number = /(-?(?:[0-9][0-9.]*(?:e[+-][0-9]+)?|Inf)|\+Inf|NaN)/.source;
const go_number = (text) => Number(text.replace("Inf", "Infinity"));

const parsed_tree = (printed) =>
  compact(printed, (text) =>
    text
      .replace(new RegExp(number + /\^#\*expr\.Constant_DoubleValue#/.source, "g"), (_, n) => `d:${bits(go_number(n))}`)
      .replace(/(-?[0-9]+)\^#\*expr\.Constant_Int64Value#/g, "i:$1")
      .replace(/(true|false)\^#\*expr\.Constant_BoolValue#/g, "b:$1")
      .replace(/("\d+")\^#\*expr\.Constant_StringValue#/g, "s:$1")
      .replace(/\^#\*expr\.\w+#/g, ""),
  );

const checked_tree = (printed) =>
  compact(printed, (text) =>
    text
      .replace(new RegExp(`(?<![\\w@])${number}~double`, "g"), (_, n) => `d:${bits(go_number(n))}~double`)
      .replace(/(?<![\w@])(-?[0-9]+)~int/g, "i:$1~int")
      .replace(/(?<![\w@])(true|false)~bool/g, "b:$1~bool")
      .replace(/("\d+")~string/g, "s:$1~string")
      // A name refers to itself: a.b~string^a.b; an overload's name has no dots.
      .replace(/((?:@?\w+\.)*@?\w+)~([\w().]+?)\^\1(?!\w)/g, "$1~$2")
      .replace(/\^[\w@]+/g, ""),
  );

const primitive = { BOOL: "bool", INT64: "int", DOUBLE: "double", STRING: "string" };
const message = { "google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration" };
/** The type as CEL writes it; undefined when the typed subset does not have it. */
function type_name(type) {
  if (type.primitive) return primitive[type.primitive];
  if (type.wellKnown) return { TIMESTAMP: "timestamp", DURATION: "duration" }[type.wellKnown];
  if (type.messageType) return message[type.messageType];
  const element = type.listType?.elemType && type_name(type.listType.elemType);
  return element && `list(${element})`;
}

/** A value of the typed subset; undefined for any other. */
function plain(value) {
  const [[kind, content]] = Object.entries(value);
  switch (kind) {
    case "boolValue":
      return { bool: content };
    case "int64Value":
      return { int: String(content) };
    case "doubleValue":
      return { double: bits(Number(content)) };
    case "stringValue":
      return { string: content };
    case "listValue": {
      const elements = (content.values ?? []).map(plain);
      return elements.includes(undefined) ? undefined : { list: elements };
    }
    case "objectValue": {
      const name = message[content["@type"].replace(/^.*\//, "")];
      return name && { [name]: content.value };
    }
    default:
      return undefined;
  }
}

function row(file, section, test) {
  const { original } = test;
  const expected = original.typedResult?.result ?? original.value;
  const variables = (original.typeEnv ?? []).filter((entry) => entry.ident);
  const functions = (original.typeEnv ?? []).filter((entry) => entry.function);
  return {
    file,
    section,
    test: original.name,
    expression: original.expr,
    variables: Object.fromEntries(variables.map((entry) => [entry.name, type_name(entry.ident.type) ?? "?"])),
    functions: functions.flatMap((entry) =>
      entry.function.overloads.map((overload) => ({
        name: entry.name,
        parameters: (overload.params ?? []).map((type) => type_name(type) ?? "?"),
        result: type_name(overload.resultType) ?? "?",
      })),
    ),
    bindings: Object.fromEntries(Object.entries(original.bindings ?? {}).map(([name, { value }]) => [name, plain(value ?? {}) ?? null])),
    check_only: original.checkOnly ?? false,
    error: original.evalError !== undefined,
    value: expected === undefined ? { bool: true } : (plain(expected) ?? null),
    type: original.typedResult?.deducedType ? type_name(original.typedResult.deducedType) : test.type,
    tree: parsed_tree(test.ast),
    checked_tree: checked_tree(test.checkedAst),
  };
}

for (const file of tests.suites)
  for (const section of file.suites ?? [])
    for (const test of section.tests) console.log(JSON.stringify(row(file.name, section.name, test)));
