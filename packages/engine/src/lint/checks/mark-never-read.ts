import { printHex } from "../../base/hex.ts";
import type { Check, Finding } from "../finding.ts";
import { bitsRead, markUses } from "../mark-uses.ts";
import type { MarkUses } from "../mark-uses.ts";
import { eachOnce, placeOf } from "../reached.ts";
import type { ReachedRule } from "../reached.ts";
import { someLines } from "../rule-faults.ts";

const NAME = "mark-never-read";

/** Bits that rules set in a mark and that no rule, routing rule or known program asks for, nor anything that they are copied to. */
export const markNeverRead: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "-A CILIUM_PRE_mangle -i eth0 -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-xmark 0x80/0x80",
    "-A CILIUM_PRE_mangle -i lxc+ -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80",
  ],
  run: (subject) => eachOnce(markUses(subject).flatMap(findingsOf)),
};

function findingsOf(uses: MarkUses): readonly Finding[] {
  // Routing rules that are not shown may read any bit.
  if (uses.isOpen || uses.routing === null) return [];
  const read = bitsRead(uses);
  const unread = new Map<
    string,
    { readonly bits: number; readonly field: "mark" | "ctmark"; readonly by: ReachedRule[] }
  >();
  for (const { field, sets, copies, by } of uses.writes) {
    // A number of several bits is read where any of them is.
    if (copies !== null || sets === 0 || (sets & read[field]) !== 0) continue;
    const key = `${field} ${String(sets)}`;
    const known = unread.get(key);
    if (known === undefined) unread.set(key, { bits: sets, field, by: [by] });
    else known.by.push(by);
  }
  return [...unread.values()].flatMap(({ bits, field, by }) => {
    const [first] = by;
    if (first === undefined) return [];
    const copying = uses.writes.filter(({ copies }) => copies?.field === field && (copies.bits & bits) !== 0);
    return [
      {
        check: NAME,
        severity: "warning",
        message: field === "mark" ? "mark-never-read" : "connmark-never-read",
        params: { bits: printHex(bits) },
        where: placeOf(first),
        related: someLines([...by, ...copying.map((write) => write.by)]),
        witness: null,
      },
    ];
  });
}
