import { printHex } from "../../base/hex.ts";
import { sharedBits } from "../../owners/mark-claims.ts";
import type { OwnerName } from "../../owners/owner.ts";
import type { Check, Finding, Said, Subject } from "../finding.ts";
import type { MarkField } from "../mark-bits.ts";
import { markUses } from "../mark-uses.ts";
import type { MarkUses } from "../mark-uses.ts";
import { eachOnce, ownerOf, placeOf } from "../reached.ts";
import type { ReachedRule } from "../reached.ts";
import { someLines } from "../rule-faults.ts";

const NAME = "mark-conflict";

/** Bits of a mark that one owner's rules change and another owner's rules, routing rules or programs use. */
export const markConflict: Check = {
  name: NAME,
  severities: ["warning"],
  example: ["-A PREROUTING -i eth1 -j MARK --set-xmark 0x4000/0x4000  # kube-proxy masquerades what has this bit"],
  run: (subject) =>
    eachOnce(
      markUses(subject).flatMap((uses) =>
        (["mark", "ctmark"] as const).flatMap((field) => [...findingsOf(usersOf(subject, uses, field), field)]),
      ),
    ),
};

/** One owner's use of a mark; of rules that nobody known wrote the name is null. */
interface User {
  readonly name: OwnerName | null;
  readonly title: string;
  /** Rules that change bits, and rules that ask for some. */
  readonly changes: { readonly bits: number; readonly by: ReachedRule }[];
  readonly asks: { readonly bits: number; readonly by: ReachedRule }[];
  /** Bits that it uses where no rule shows it. */
  elsewhere: number;
}

function usersOf(subject: Subject, uses: MarkUses, field: MarkField): readonly User[] {
  const users = new Map<OwnerName | null, User>();
  const user = (name: OwnerName | null, title: string): User => {
    let one = users.get(name);
    if (one === undefined) users.set(name, (one = { name, title, changes: [], asks: [], elsewhere: 0 }));
    return one;
  };
  const writer = (by: ReachedRule): User => {
    const owner = ownerOf(subject, by);
    return user(owner?.name ?? null, owner?.title ?? "");
  };
  for (const { bits, by, ...read } of uses.reads) if (read.field === field) writer(by).asks.push({ bits, by });
  for (const { touches, sets, by, ...write } of uses.writes) {
    // Who writes the whole mark uses the bits that it sets: what becomes of the others is another check's.
    const bits = touches === 0xffff_ffff ? sets : touches;
    if (write.field === field && bits !== 0xffff_ffff) writer(by).changes.push({ bits, by });
  }
  if (field === "mark")
    for (const { owner, title, bits } of uses.elsewhere) if (owner !== null) user(owner, title).elsewhere |= bits;
  // Who is unknown stands first: others' bits are theirs.
  return [...users.values()].toSorted((a, b) => Number(a.name !== null) - Number(b.name !== null));
}

function* findingsOf(users: readonly User[], field: MarkField): Iterable<Finding> {
  for (const [index, a] of users.entries())
    for (const b of users.slice(index + 1)) {
      const finding = conflictOf(a, b, field) ?? conflictOf(b, a, field);
      if (finding !== null) yield finding;
    }
}

/** The bits of `b` that rules of `a` change. */
function conflictOf(a: User, b: User, field: MarkField): Finding | null {
  const shared = a.name === null || b.name === null ? 0 : sharedBits(a.name, b.name);
  const used = [...b.changes, ...b.asks].reduce((all, { bits }) => all | bits, b.elsewhere) & ~shared;
  const harmful = a.changes.filter(({ bits }) => (bits & used) !== 0);
  const [first] = harmful;
  if (first === undefined) return null;
  const bits = harmful.reduce((all, one) => all | one.bits, 0) & used;
  const theirs = [...b.changes, ...b.asks].filter((one) => (one.bits & bits) !== 0);
  return {
    check: NAME,
    severity: "warning",
    message: field === "mark" ? "mark-conflict" : "connmark-conflict",
    params: { bits: printHex(bits >>> 0), owner: titleOf(a), other: titleOf(b) },
    where: placeOf(first.by),
    related: someLines([...harmful, ...theirs].map(({ by }) => by)),
    witness: null,
  };
}

function titleOf({ name, title }: User): string | Said {
  return name === null ? { message: "nobody-known", params: {} } : title;
}
