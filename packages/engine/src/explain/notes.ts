import { list, phrase } from "../messages/explain/phrase.ts";
import type { Part } from "../messages/explain/phrase.ts";
import type { IpSet } from "../model/sets.ts";
import type { RuleMeaning } from "../owners/recognise.ts";
import { bitsIn } from "../owners/mark.ts";
import { isRead, markUseOf, markWrite, restoredBits } from "./mark-use.ts";
import type { Place } from "./node.ts";
import { commentsOf } from "./node.ts";
import { printHex } from "./printed.ts";
import type { Scope } from "./scope.ts";
import { viewNotes } from "./view-notes.ts";

/** What the sentence about a rule does not say and a reader should know. */
export function notesOf(place: Place, recognised: RuleMeaning, scope: Scope): readonly Part[] {
  return [
    ...(recognised.isCut ? [phrase("note-cut", { owner: recognised.owner?.title ?? "" })] : []),
    ...viewNotes(place, scope),
    ...deviceNotes(place, scope),
    ...setNotes(place, scope),
    ...markNotes(place, scope),
    ...(recognised.meaning === null ? commentNotes(place) : []),
  ];
}

/** Hooks at which there is no such device: what is asked of it is answered as for a device without a name. */
const WITHOUT_OUT: ReadonlySet<string> = new Set(["PREROUTING", "INPUT"]);
const WITHOUT_IN: ReadonlySet<string> = new Set(["OUTPUT", "POSTROUTING"]);

function deviceNotes({ rule, table, chain }: Place, { node }: Scope): readonly Part[] {
  const hooks = [...node.hooks(table, chain.name)];
  const only = (without: ReadonlySet<string>): boolean => hooks.length > 0 && hooks.every((hook) => without.has(hook));
  const said: Part[] = [];
  for (const [device, without, id] of [
    [rule.oif, WITHOUT_OUT, "note-no-out-device"],
    [rule.iif, WITHOUT_IN, "note-no-in-device"],
  ] as const) {
    if (device === null || !only(without)) continue;
    const params = { hooks: list("and", hooks) };
    said.push({ ...phrase(id, params), negated: device.negated });
  }
  return said;
}

function setNotes({ rule }: Place, { node }: Scope): readonly Part[] {
  const names = rule.matches.flatMap((match) => {
    if (match.kind !== "match" || match.name !== "set") return [];
    const value = match.args["match-set"]?.value;
    return typeof value === "object" && value !== null && "set" in value ? [String(value.set)] : [];
  });
  return names.map((name) => {
    const set = node.sets.get(name);
    if (set !== undefined) return phrase("note-set", { set: name, size: sizePhrase(set) });
    return node.snapshot.sets === null
      ? phrase("note-set-unknown", { set: name })
      : phrase("note-set-missing", { set: name });
  });
}

/** More members than this are counted, not named. */
const NAMED_MEMBERS = 5;

/** How many members a set has, and the first of them. */
export function sizePhrase({ elements, terse }: IpSet): Part {
  if (terse === true) return phrase("members-not-listed");
  const named = elements.slice(0, NAMED_MEMBERS).map(({ text }) => text);
  const members = list("items", named);
  if (elements.length === 0) return phrase("members-none");
  if (elements.length === 1) return phrase("members-one", { members });
  const count = elements.length;
  return count > NAMED_MEMBERS ? phrase("members-more", { count, members }) : phrase("members", { count, members });
}

/** A mark that nobody reads does nothing, unless a BPF program does. */
function markNotes(place: Place, { node, family }: Scope): readonly Part[] {
  const write = markWrite(place);
  const restored = restoredBits(place);
  const bits = write === null ? restored : (write.value & write.mask) >>> 0;
  if (bits === null || bits === 0 || place.rule.target?.kind !== "target") return [];
  if (place.rule.target.name === "TPROXY" || (restored !== null && bitsIn(restored) === 32)) return [];
  if (isRead(bits, markUseOf(node), family) !== false) return [];
  return [phrase("note-mark-unread", { bits: printHex(bits) })];
}

/** What people wrote beside a rule; hashes of Calico's say nothing to a reader. */
function commentNotes({ rule }: Place): readonly Part[] {
  return commentsOf(rule)
    .filter((comment) => !/^cali:[-\w]{16}$/.test(comment))
    .map((comment) => phrase("note-comment", { comment }));
}
