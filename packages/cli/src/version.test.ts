import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { programVersion } from "./version.ts";

it("says the version that package.json has", () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(manifest).toMatchObject({ version: programVersion });
});
