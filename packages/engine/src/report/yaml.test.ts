import fc from "fast-check";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { printYaml } from "./yaml.ts";

it("says in YAML what JSON says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ noUnicodeString: false }), async (value) => {
      // JSON has no negative zero.
      const json: unknown = JSON.parse(JSON.stringify(value));
      expect(parse(await printYaml(json))).toEqual(json);
    }),
  );
});
