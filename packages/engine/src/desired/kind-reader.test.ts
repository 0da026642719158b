import { expect, it } from "vitest";
import { z } from "zod";
import { schemas } from "./schemas.ts";

it.each([...schemas])("zod compiles the schema of %s", (_, schema) => {
  // What it cannot compile it would leave as slow as it is, and not say so.
  expect(() => z.compile(schema, { strict: true })).not.toThrow();
});
