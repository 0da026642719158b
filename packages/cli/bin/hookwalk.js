#!/usr/bin/env node
// Committed, so that npm links the command before the first build.
import { existsSync } from "node:fs";

const built = new URL("../dist/hookwalk.js", import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  process.stderr.write("hookwalk: it is not built yet\n   `npm start` or `npm run build` in the clone builds it.\n");
  process.exitCode = 4;
}
