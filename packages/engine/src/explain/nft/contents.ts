import { printTime } from "../../ext/nft/time.ts";
import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part } from "../../messages/explain/phrase.ts";
import type { NftFlowtable, NftObject, NftSet, NftTable } from "../../model/nft.ts";
import { printType } from "../../print/nft/nft.ts";
import { objectLines } from "../../print/nft/object.ts";
import { printStatement } from "../../print/nft/statement.ts";
import { priorityPart } from "../chain.ts";
import type { SetExplanation } from "../explanation.ts";
import { meaningPhrase } from "../meaning.ts";
import type { Node } from "../node.ts";
import type { NftPlace } from "../place.ts";
import { usesOf } from "../set.ts";
import { nftSizePhrase } from "../sizes.ts";
import { namesIn } from "./leads.ts";

type Thing = Pick<SetExplanation, "kind" | "name" | "type" | "members"> & {
  readonly says: readonly Part[];
  readonly comment: string | null;
};

/** The sets, maps, objects and flowtables of a table, or those of one name, as nft prints them: objects first. */
export function explainContents(table: NftTable, node: Node, name: string | null): readonly SetExplanation[] {
  const things: readonly Thing[] = [
    ...table.objects.map(objectThing),
    ...table.sets.map(setThing),
    ...table.flowtables.map((flowtable) => flowtableThing(flowtable, table)),
  ].filter((thing) => name === null || thing.name === name);
  if (things.length === 0) return [];
  const places = table.chains
    .flatMap((chain) => node.rulesOf(chain))
    .filter((place): place is NftPlace => place.dialect === "nft");
  const uses = usesOf(places, ({ rule }) => namesIn(rule));
  return things.map(({ comment, says, ...thing }) => {
    const meaning = node.owners.set(thing.name, table.name);
    return {
      ...thing,
      owner: meaning?.owner ?? node.owners.table(table.name)?.owner ?? null,
      meaning: meaning === null ? null : meaningPhrase(meaning),
      says: [...says, ...(comment === null || meaning !== null ? [] : [phrase("comment-is", { comment })])],
      uses: uses.get(thing.name) ?? [],
    };
  });
}

function setThing(set: NftSet): Thing {
  const { name, data, elements, flags, timeout, size, statements, comment } = set;
  const type = printType(set).replace(/^type(of)? /, "");
  const each = statements.map((one) => printStatement(one, { stateless: true })).join(" ");
  return {
    kind: data === null ? "set" : "map",
    name,
    type,
    members: elements?.length ?? null,
    says: [
      phrase("set-size", { type, size: nftSizePhrase(set) }),
      ...(flags.length === 0 ? [] : [phrase("set-flags", { flags: list("items", flags) })]),
      ...(timeout === null ? [] : [phrase("set-timeout-is", { value: printTime(timeout) })]),
      ...(size === null ? [] : [phrase("set-size-limit", { value: size })]),
      ...(each === "" ? [] : [phrase("set-each", { text: each })]),
    ],
    comment,
  };
}

function objectThing(object: NftObject): Thing {
  const lines = objectLines(object, {});
  return {
    kind: object.type,
    name: object.name,
    type: null,
    members: null,
    says: lines.length === 0 ? [] : [phrase("object-says", { text: lines.join("; ") })],
    comment: object.comment,
  };
}

function flowtableThing({ name, hook, priority, devices, flags }: NftFlowtable, { family }: NftTable): Thing {
  const params = { hook, priority: priorityPart(priority, family, hook), devices: list("items", devices) };
  return {
    kind: "flowtable",
    name,
    type: null,
    members: null,
    says: [
      phrase("flowtable-says", params),
      ...(flags.length === 0 ? [] : [phrase("set-flags", { flags: list("items", flags) })]),
    ],
    comment: null,
  };
}
