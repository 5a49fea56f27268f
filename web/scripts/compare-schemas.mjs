// Compares a schema with the one that clients were built against: node compare-schemas.mjs PUBLISHED CURRENT [DAY]
//
// Prints JSON: `broken` says what breaks a client, `undated` what was deprecated without saying until when. What was
// published as `@deprecated(reason: "… Removal: 2027-03-01")` may be missing from that day on.
import { readFileSync } from "node:fs";

import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema, Kind, parse, print, visit } from "graphql";

const [published, current, day = new Date().toISOString().slice(0, 10)] = process.argv.slice(2);

// What graphql-inspector calls dangerous and a client notices. It does not notice a new value of an enum before it comes,
// and has to expect it.
const noticed = ["FIELD_ARGUMENT_DEFAULT_CHANGED", "INPUT_FIELD_DEFAULT_VALUE_CHANGED", "UNION_MEMBER_ADDED"];

const removal = /\bRemoval: (\d{4}-\d{2}-\d{2})\b/;

/** The reason of a deprecation; undefined when there is none. */
function deprecation(node) {
  const directive = node.directives?.find(({ name }) => name.value === "deprecated");
  const reason = directive?.arguments?.find(({ name }) => name.value === "reason")?.value;
  return directive && (reason?.kind === Kind.STRING ? reason.value : "");
}

/** Every field, argument, input field and enum value with its path, such as `Query.patients.first`. */
function members(document) {
  const found = new Map();
  const walk = (node, path) => {
    for (const member of [...(node.fields ?? []), ...(node.arguments ?? []), ...(node.values ?? [])]) {
      const place = `${path}.${member.name.value}`;
      found.set(place, member);
      walk(member, place);
    }
  };
  for (const definition of document.definitions) {
    if (definition.name) {
      walk(definition, definition.name.value);
    }
  }
  return found;
}

/** The document without these nodes, and without the types that then nothing leads to any more. */
function without(document, gone) {
  const rest = visit(document, { enter: (node) => (gone.has(node) ? null : undefined) });
  const before = reachable(document);
  const after = reachable(rest);
  const lost = (node) => node.name && before.has(node.name.value) && !after.has(node.name.value);
  return { ...rest, definitions: rest.definitions.filter((node) => !lost(node)) };
}

/** The names of the types that a query or mutation leads to. */
function reachable(document) {
  const types = new Map(document.definitions.filter(({ name }) => name).map((node) => [node.name.value, node]));
  const seen = new Set();
  const todo = ["Query", "Mutation", "Subscription"];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    const node = types.get(name);
    if (node && !seen.has(name)) {
      seen.add(name);
      visit(node, {
        NamedType(type) {
          todo.push(type.name.value);
        },
      });
    }
  }
  return seen;
}

function breaks({ criticality, type, path }) {
  // A union that no client knows yet has no member that any of them misses.
  if (type === "UNION_MEMBER_ADDED" && !promised.getType(path)) return false;
  return criticality.level === CriticalityLevel.Breaking || noticed.includes(type);
}

const before = parse(readFileSync(published, "utf8"));
const after = parse(readFileSync(current, "utf8"));
const stays = members(after);

const gone = new Set();
for (const [path, node] of members(before)) {
  const [, date] = deprecation(node)?.match(removal) ?? [];
  if (date !== undefined && date <= day && !stays.has(path)) {
    gone.add(node);
  }
}
const promised = buildSchema(print(without(before, gone)));
const changes = await diff(promised, buildSchema(print(after)));
const broken = changes.filter(breaks).map(({ message }) => message);

const undated = [...stays]
  .filter(([, node]) => deprecation(node) !== undefined && !removal.test(deprecation(node)))
  .map(([path]) => path);

console.log(JSON.stringify({ broken, undated }, null, 2));
process.exitCode = broken.length + undated.length > 0 ? 1 : 0;
