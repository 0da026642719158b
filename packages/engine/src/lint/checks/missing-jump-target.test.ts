import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { missingJumpTarget } from "./missing-jump-target.ts";

it("finds a jump to a chain that is not there, once for all rules that jump", () => {
  const filter = ["-A INPUT -j OWN", "-A INPUT -p tcp -j LOST", "-A FORWARD -g LOST", "-A OWN -j ACCEPT"];
  expect(told(missingJumpTarget, { "iptables-save.txt": saved({ filter }) })).toEqual([
    "error INPUT/2: table filter has no chain LOST to jump to: no tool loads such a rule",
  ]);
  expect(told(missingJumpTarget, { "iptables-save.txt": saved({ filter }, { chains: { filter: ["LOST"] } }) })).toEqual(
    [],
  );
});

it("is a note where the listing is cut", () => {
  const text = saved({ filter: ["-A INPUT -j LOST"] }).replace("COMMIT\n", "");
  expect(told(missingJumpTarget, { "iptables-save.txt": text })).toEqual([
    "info INPUT/1: chain LOST of table filter, which this rule jumps to, is not shown",
  ]);
});
