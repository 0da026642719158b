import { list, phrase } from "../messages/explain/phrase.ts";
import type { Part } from "../messages/explain/phrase.ts";
import type { Family } from "../base/address.ts";
import type { RuleMeaning } from "../owners/recognise.ts";
import { bitsIn } from "../owners/mark.ts";
import { printHex } from "../base/hex.ts";
import { isRead, markUseOf, markWrites, restoredBits } from "./mark-use.ts";
import type { Node } from "./node.ts";
import { contentNotes } from "./nft/content-notes.ts";
import { nftTested } from "./nft/tested.ts";
import type { Place, XtPlace } from "./place.ts";
import { sizePhrase } from "./sizes.ts";
import type { Tested } from "./tested.ts";
import { viewNotes } from "./view-notes.ts";
import { xtTested } from "./xt/tested.ts";

/** What the sentence about a rule does not say and a reader should know. */
export function notesOf(place: Place, recognised: RuleMeaning, node: Node): readonly Part[] {
  const tested = place.dialect === "xt" ? xtTested(place) : nftTested(place);
  return [
    ...(recognised.isCut ? [phrase("note-cut", { owner: recognised.owner?.title ?? "" })] : []),
    ...(place.dialect === "xt" ? viewNotes(place, node) : []),
    ...deviceNotes(place, tested, node),
    ...(place.dialect === "xt" ? setNotes(tested, node) : contentNotes(place, tested)),
    ...markNotes(place, node),
    ...(recognised.meaning === null ? commentNotes(place) : []),
  ];
}

/** Hooks at which there is no such device: what is asked of it is answered as for a device without a name. */
const WITHOUT_OUT: ReadonlySet<string> = new Set(["PREROUTING", "INPUT", "prerouting", "input", "ingress"]);
const WITHOUT_IN: ReadonlySet<string> = new Set(["OUTPUT", "POSTROUTING", "output", "postrouting", "egress"]);

function deviceNotes(place: Place, { iif, oif }: Tested, node: Node): readonly Part[] {
  const hooks = hooksOf(place, node);
  const only = (without: ReadonlySet<string>): boolean => hooks.length > 0 && hooks.every((hook) => without.has(hook));
  const said: Part[] = [];
  for (const [negated, without, id] of [
    [oif, WITHOUT_OUT, "note-no-out-device"],
    [iif, WITHOUT_IN, "note-no-in-device"],
  ] as const) {
    if (negated === null || !only(without)) continue;
    said.push({ ...phrase(id, { hooks: list("and", hooks) }), negated });
  }
  return said;
}

/** The hooks at which packets can get to a rule; base chains of iptables are named after theirs. */
function hooksOf({ table, chain }: Place, node: Node): readonly string[] {
  const hooks = [...node.hooks(table, chain.name)].map((name) => {
    const base = node.chain(table, name);
    return base !== null && "base" in base ? (base.base?.hook ?? name) : name;
  });
  return [...new Set(hooks)];
}

function setNotes({ sets }: Tested, node: Node): readonly Part[] {
  return sets.map((name) => {
    const set = node.sets.get(name);
    if (set !== undefined) return phrase("note-set", { set: name, size: sizePhrase(set) });
    return node.snapshot.sets === null
      ? phrase("note-set-unknown", { set: name })
      : phrase("note-set-missing", { set: name });
  });
}

/** A mark that nobody reads does nothing, unless a BPF program does; the one of TPROXY is read by routing rules: see needs. */
function markNotes(place: Place, node: Node): readonly Part[] {
  if (isTproxy(place)) return [];
  const bits = [
    ...markWrites(place).map(({ value, mask }) => (value & mask) >>> 0),
    ...restoredBits(place).filter((restored) => bitsIn(restored) < 32),
  ];
  return bits
    .filter((one) => one !== 0 && isRead(one, markUseOf(node), familiesOf(place)) === false)
    .map((one) => phrase("note-mark-unread", { bits: printHex(one) }));
}

function isTproxy(place: Place): boolean {
  return place.dialect === "xt" ? xtTargetName(place) === "TPROXY" : place.rule.statements.some(isTproxyStatement);
}

function xtTargetName({ rule }: XtPlace): string | null {
  return rule.target?.kind === "target" ? rule.target.name : null;
}

function isTproxyStatement({ kind }: { readonly kind: string }): boolean {
  return kind === "tproxy";
}

/** The families whose packets meet a rule. */
function familiesOf({ table }: Place): readonly Family[] {
  return table.family === "ip" || table.family === "ip6" ? [table.family] : ["ip", "ip6"];
}

/** What people wrote beside a rule; hashes of Calico's say nothing to a reader. */
function commentNotes({ view }: Place): readonly Part[] {
  return view.comments
    .filter((comment) => !/^cali:[-\w]{16}$/.test(comment))
    .map((comment) => phrase("note-comment", { comment }));
}
