/** An object is read alike whether its kind's schema has been compiled or not, with whatever fault in it. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readDocuments } from "../../packages/engine/src/desired/documents.ts";
import { KindReader, MANY } from "../../packages/engine/src/desired/kind-reader.ts";
import { schemas } from "../../packages/engine/src/desired/schemas.ts";

const TEST = new URL("../", import.meta.url);

/** What may stand where something else is wanted. */
const OTHERS: readonly unknown[] = [
  null,
  "",
  "x",
  0,
  65_536,
  true,
  [],
  {},
  ["x", "x"],
  JSON.parse('{ "__proto__": "x", "constructor": "y", "2": "z", "1": "z" }'),
];

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** Every object of the files that tests have, by the type that its schema goes by. */
function objects(): readonly (readonly [type: string, object: Fields])[] {
  const files = readdirSync(TEST, { recursive: true, encoding: "utf8" }).filter((name) => /\.(yaml|json)$/.test(name));
  const documents = files.flatMap((name) => [...readDocuments(name, readFileSync(new URL(name, TEST), "utf8"))]);
  return documents
    .flatMap((document) => ("value" in document ? itemsOf(document.value) : []))
    .map((object) => [`${String(object["apiVersion"])} ${String(object["kind"])}`, object] as const)
    .filter(([type]) => schemas.has(type));
}

function itemsOf(value: unknown): readonly Fields[] {
  if (!isFields(value)) return [];
  const { items } = value;
  return Array.isArray(items) ? items.flatMap(itemsOf) : [value];
}

/** One of so many variants is tried: over all objects each fault meets each field all the same. */
const STRIDE = 3;

/** The object, and with each of its parts replaced by something else or gone. */
function* variants(value: unknown): Generator {
  yield value;
  if (Array.isArray(value)) {
    for (const [at, part] of value.entries()) for (const other of partVariants(part)) yield value.with(at, other);
  } else if (isFields(value)) {
    for (const [key, part] of Object.entries(value)) {
      const { [key]: _, ...others } = value;
      yield others;
      for (const other of partVariants(part)) yield { ...value, [key]: other };
    }
    yield { ...value, unknownField: 1 };
  }
}

function* partVariants(part: unknown): Generator {
  yield* OTHERS;
  yield* variants(part);
}

it("reads an object alike once its kind is compiled", () => {
  const compiled = new Map([...schemas].map(([type, schema]) => [type, new KindReader(schema)]));
  for (const reader of compiled.values()) for (let read = 0; read < MANY; read++) reader.read(null);
  const seen = { valid: 0, faulty: 0, kinds: new Set<string>() };
  for (const [type, object] of objects()) {
    let at = 0;
    for (const variant of variants(object)) {
      if (at++ % STRIDE !== 0) continue;
      const plain = schemas.get(type)?.safeParse(variant, { reportInput: true });
      const read = compiled.get(type)?.read(variant);
      // By their texts, too: these tell the order of fields apart.
      expect(read).toEqual(plain);
      expect(keysOf(read?.data)).toBe(keysOf(plain?.data));
      seen[plain?.success === true ? "valid" : "faulty"]++;
      seen.kinds.add(type);
    }
  }
  expect(seen.valid).toBeGreaterThan(1000);
  expect(seen.faulty).toBeGreaterThan(1000);
  expect(seen.kinds.size).toBeGreaterThan(10);
});

function keysOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" ? String(part) : part instanceof Map ? [...part] : part,
  );
}
