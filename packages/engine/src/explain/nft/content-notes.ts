import { list, phrase } from "../../messages/explain/phrase.ts";
import type { Part } from "../../messages/explain/phrase.ts";
import type { NftTable } from "../../model/nft.ts";
import { objectLines } from "../../print/nft/object.ts";
import type { Tested } from "../tested.ts";
import type { NftPlace } from "../place.ts";
import { nftSizePhrase } from "../sizes.ts";

/** What the sets, maps, objects and flowtables hold that a rule names. */
export function contentNotes({ table }: NftPlace, { sets }: Tested): readonly Part[] {
  const all = contentsOf(table);
  return sets.map((name) => all.get(name) ?? phrase("note-name-missing", { name }));
}

const known = new WeakMap<NftTable, ReadonlyMap<string, Part>>();

/** Rules name the same sets again and again. Names of sets stand before those of objects, which few rules name. */
function contentsOf(table: NftTable): ReadonlyMap<string, Part> {
  const found = known.get(table);
  if (found !== undefined) return found;
  const made = new Map<string, Part>([
    ...table.flowtables.map(({ name, devices }) => {
      const part = phrase("note-flowtable", { name, devices: list("items", devices) });
      return [name, part] as const;
    }),
    ...table.objects.map((object) => {
      const text = objectLines(object, {}).join("; ");
      const { type, name } = object;
      const part =
        text === "" ? phrase("note-object-bare", { type, name }) : phrase("note-object", { type, name, text });
      return [name, part] as const;
    }),
    ...table.sets.map((set) => {
      const size = nftSizePhrase(set);
      const part = phrase(set.data === null ? "note-set" : "note-map", { set: set.name, size });
      return [set.name, part] as const;
    }),
  ]);
  known.set(table, made);
  return made;
}
