import type { Family } from "../base/address.ts";
import { compileSet } from "../ext/set/match.ts";
import type { Rule, Table } from "../model/ruleset.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { Assumption, FamilyProgram, Program, SysctlView } from "../program/program.ts";
import type { SetLookup } from "../program/set-lookup.ts";
import { compileBeyond } from "./bystanders.ts";
import { compileFib, hasAnycast, tellsLocal } from "./fib.ts";
import { compileDevices } from "./devices.ts";
import { compileHooks } from "./hooks.ts";
import type { Hooks } from "./hooks.ts";
import { nftAssumptions } from "./nft-assumptions.ts";
import { compileIpvs, servesFamily } from "./ipvs.ts";
import { compileNftSets } from "./nft-table.ts";
import { sysctlView } from "./sysctl.ts";

const TOOLS = { ip: "iptables-save", ip6: "ip6tables-save" } as const;
const NAMELESS = "nobody can say which table the rules are in";

/** What the kernel of this node really runs. Nothing here depends on a packet. */
export function compileProgram(snapshot: Snapshot): Program {
  const links = snapshot.links ?? [];
  const ipvs = compileIpvs(snapshot);
  const nft = snapshot.nft ?? [];
  const hooksOf = (name: Family): Hooks =>
    compileHooks(name, snapshot.tables[name] ?? [], nft, servesFamily(snapshot, ipvs, name));
  const hooks = { ip: hooksOf("ip"), ip6: hooksOf("ip6") };
  const sysctl = sysctlView(snapshot.sysctls);
  const isRouter = (device: string): boolean =>
    sysctl.number(`net.ipv6.conf.${device}.forwarding`, sysctl.forwards("ip6", device) === false ? 0 : 1) !== 0;
  const family = (name: Family): FamilyProgram => {
    const tables = snapshot.tables[name];
    return {
      family: name,
      known: tables === null ? snapshot.nft !== null : tables.length === 0 || tables.some(hasName),
      whyUnknown: tables === null ? `no ${TOOLS[name]} dump` : NAMELESS,
      hooks: hooks[name].hooks,
      devices: compileDevices(name, nft),
      conntrack: hooks[name].conntrack,
      fib: compileFib(name, { rules: snapshot.rules[name], routes: snapshot.routes[name], links, isRouter }),
    };
  };
  return {
    families: { ip: family("ip"), ip6: family("ip6") },
    links: new Map(links.map((link) => [link.name, link])),
    hasLinks: snapshot.links !== null,
    sets: compileSets(snapshot),
    nftSets: compileNftSets(nft),
    conntrack: snapshot.conntrack ?? [],
    sockets: snapshot.sockets,
    neighbours: snapshot.neighbours,
    ipvs,
    beyond: compileBeyond(snapshot),
    sysctl,
    assumptions: [
      ...assumptionsOf(snapshot),
      ...anycastAssumption(snapshot, sysctl),
      ...nftAssumptions(snapshot, hooks),
    ],
    caveats: caveatsOf(snapshot),
    diagnostics: snapshot.diagnostics,
  };
}

/** What no listing of the rules tells. Only tables that were put together of listings leave anything open. */
function caveatsOf({ views }: Snapshot): readonly Assumption[] {
  return (["ip", "ip6"] as const).flatMap((family): readonly Assumption[] => {
    const own = views.filter(({ table }) => table.family === family);
    const lossy = own.flatMap(({ table }) => table.rules.filter(isLossy));
    const partly = own.filter((merged) => merged.views.every(({ whole }) => !whole)).map(({ table }) => table);
    return [
      ...(lossy.length === 0 ? [] : [{ ...lossyRules(lossy), family }]),
      ...(partly.length === 0 ? [] : [{ ...filteredTables(partly), family }]),
    ];
  });
}

function lossyRules(rules: readonly Rule[]): Assumption {
  const files = [...new Set(rules.map(({ file }) => file))].join(", ");
  const what =
    rules.length === 1 ? "1 rule is known only in part" : `${String(rules.length)} rules are known only in part`;
  return { what: `${what}, and what hangs on that is unknown`, why: `${files} does not tell all of it` };
}

function filteredTables(tables: readonly Table[]): Assumption {
  const files = [...new Set(tables.map(({ span }) => span.file))].join(", ");
  const names = tables.map(({ name }) => name).join(", ");
  return { what: `rules of ${names} that are not listed are not there`, why: `${files} shows only a part` };
}

function isLossy({ matches, target }: Rule): boolean {
  return [...matches, target].some((part) => part?.kind === "verbatim" && part.lost !== undefined);
}

function compileSets(snapshot: Snapshot): ReadonlyMap<string, SetLookup> | null {
  if (snapshot.sets === null) return null;
  const byName = new Map(snapshot.sets.map((set) => [set.name, set]));
  return new Map(snapshot.sets.map((set) => [set.name, compileSet(set, (name) => byName.get(name))]));
}

/** What a missing file makes us derive; each holds for the whole answer. */
function assumptionsOf(snapshot: Snapshot): readonly Assumption[] {
  const out: Assumption[] = [];
  if (snapshot.sysctls === null)
    out.push({ what: "sysctls other than forwarding are the kernel's defaults", why: "no sysctl dump" });
  if (snapshot.links !== null && snapshot.routes.ip === null && snapshot.routes.ip6 === null) {
    out.push({ what: "local and connected routes follow from the addresses", why: "no route dump" });
  }
  if (snapshot.rules.ip === null)
    out.push({ what: "routing policy is the default (local, main, default)", why: "no ip rule dump", family: "ip" });
  if (snapshot.rules.ip6 === null)
    out.push({ what: "routing policy is the default (local, main)", why: "no ip -6 rule dump", family: "ip6" });
  if (snapshot.conntrack === null) out.push({ what: "no flow is tracked yet", why: "no conntrack dump" });
  for (const family of ["ip", "ip6"] as const) {
    // Where no rule has a table, all of them are unknown, and the walk asks.
    const tables = snapshot.tables[family] ?? [];
    if (tables.some(hasName) && tables.some((table) => !hasName(table) && table.chains.length > 0)) {
      out.push({ what: "rules that stand before any table are not in use", why: NAMELESS, family });
    }
    const twice = doubleTables(snapshot, family);
    if (twice.length > 0) {
      const names = twice.join(", ");
      out.push({
        what: `nft's ${names} run before legacy's where both have a chain`,
        why: "no dump holds the order of registration",
        family,
      });
    }
  }
  return out;
}

/** What follows for the local table from forwarding, which nobody told. */
function anycastAssumption({ routes, links }: Snapshot, sysctl: SysctlView): readonly Assumption[] {
  const isAssumed =
    !tellsLocal(routes.ip6) &&
    (links ?? []).some(
      ({ name, addresses }) =>
        typeof sysctl.forwards("ip6", name) !== "boolean" && addresses.some(({ prefix }) => hasAnycast(prefix)),
    );
  const what = "this node answers at the anycast address of each of its networks";
  const why = "no dump has its local table or net.ipv6.conf.all.forwarding";
  return isAssumed ? [{ what, why, family: "ip6" }] : [];
}

/** False for the rules of a listing that never says which table it shows. */
function hasName({ name }: Table): boolean {
  return name !== "";
}

function doubleTables(snapshot: Snapshot, family: Family): readonly string[] {
  const tables = snapshot.tables[family] ?? [];
  const nft = new Set(tables.filter((t) => t.backend === "nft").map((t) => t.name));
  return tables.filter((t) => t.backend !== "nft" && nft.has(t.name)).map((t) => t.name);
}
