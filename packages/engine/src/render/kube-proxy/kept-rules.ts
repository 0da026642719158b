import type { EndpointSlice } from "../../desired/endpoint-slice.ts";
import type { Rule } from "../../model/ruleset.ts";
import { ruleOf } from "../iptables/spec.ts";
import type { TableName } from "../iptables/table-draft.ts";
import { isSameRule, keyOf, TableDraft } from "../iptables/table-draft.ts";
import { isFixedChain } from "./chains.ts";
import type { ProxyContext } from "./context.ts";
import { choiceFor, LARGE_CLUSTER } from "./context.ts";
import type { EndpointsOf } from "./endpoints.ts";
import { endpointsBy, serviceKey, serviceOf, usableEndpoints } from "./endpoints.ts";
import type { RuleParts } from "./rule-parts.ts";
import { rulePartsOf } from "./rule-parts.ts";
import { writeServicePort } from "./service-port-rules.ts";
import type { ProxiedPort } from "./service-ports.ts";

/** What a change of objects does to one chain. A service's own chain changes whole; of a chain that all share, a few rules do. */
export interface ChainChange {
  readonly table: TableName;
  readonly chain: string;
  /** Null: the chain was not there. */
  readonly removed: readonly Rule[] | null;
  /** Null: the chain goes, too. */
  readonly added: readonly Rule[] | null;
}

type Chains = ReadonlyMap<string, readonly Rule[]>;
type Tables = Readonly<Record<"nat" | "filter", Chains>>;

/** All that is known of one service: its ports and, by name, its slices. */
interface KeptService {
  readonly ports: ProxiedPort[];
  readonly slices: Map<string, EndpointSlice>;
  endpoints: number;
}

/**
 * Rules of mode iptables that follow their objects: what a service port has depends on nothing but its own objects and on
 * whether the cluster is large, so that a changed slice costs what its own service costs, however many there are
 * (pkg/proxy/iptables, partial sync). Chains that all services share change by the rules of this service alone: the order of
 * services in them means nothing.
 */
export class KeptRules {
  readonly #context: ProxyContext;
  readonly #parts: RuleParts;
  readonly #nodeName: string;
  readonly #services = new Map<string, KeptService>();
  #endpoints = 0;

  constructor(context: ProxyContext, slices: readonly EndpointSlice[], nodeName: string) {
    this.#context = context;
    this.#parts = rulePartsOf(context.family);
    this.#nodeName = nodeName;
    for (const port of context.ports) {
      const key = serviceKey(port.namespace, port.service);
      const known = this.#services.get(key);
      if (known === undefined) this.#services.set(key, { ports: [port], slices: new Map(), endpoints: 0 });
      else known.ports.push(port);
    }
    for (const slice of slices) this.#services.get(serviceOf(slice) ?? "")?.slices.set(slice.metadata.name, slice);
    for (const service of this.#services.values()) this.#count(service);
  }

  /** A slice as it is now, in the place of the one that has its name. */
  replaceSlice(slice: EndpointSlice): readonly ChainChange[] {
    const changed = this.#services.get(serviceOf(slice) ?? "");
    if (changed === undefined) return [];
    const wasLarge = this.#isLarge;
    const before = this.#tablesOf(changed, this.#endpointsOf(changed), wasLarge);
    changed.slices.set(slice.metadata.name, slice);
    const after = this.#tablesOf(changed, this.#count(changed), this.#isLarge);
    const own = changesOf(before, after);
    return wasLarge === this.#isLarge ? own : [...own, ...this.#changesOfOthers(changed, wasLarge)];
  }

  /** Of any other service nothing has changed but whether its rules have comments. */
  #changesOfOthers(changed: KeptService, wasLarge: boolean): readonly ChainChange[] {
    const others = [...this.#services.values()].filter((service) => service !== changed);
    return others.flatMap((service) => {
      const endpointsOf = this.#endpointsOf(service);
      const before = this.#tablesOf(service, endpointsOf, wasLarge);
      return changesOf(before, this.#tablesOf(service, endpointsOf, this.#isLarge));
    });
  }

  get #isLarge(): boolean {
    return this.#endpoints > LARGE_CLUSTER;
  }

  /** Its endpoints, which are counted anew. */
  #count(service: KeptService): EndpointsOf {
    const endpointsOf = this.#endpointsOf(service);
    const endpoints = service.ports.reduce((sum, port) => sum + endpointsOf(port).length, 0);
    this.#endpoints += endpoints - service.endpoints;
    service.endpoints = endpoints;
    return endpointsOf;
  }

  #endpointsOf({ slices }: KeptService): EndpointsOf {
    return endpointsBy([...slices.values()], this.#context.family, this.#nodeName);
  }

  #tablesOf({ ports }: KeptService, endpointsOf: EndpointsOf, isLarge: boolean): Tables {
    const context = this.#context;
    const [nat, filter] = [new TableDraft("nat"), new TableDraft("filter")];
    const writer = { context, parts: this.#parts, nat, filter, isLarge };
    for (const port of ports)
      writeServicePort(writer, port, usableEndpoints(port, endpointsOf(port), choiceFor(context, port)));
    return { nat: nat.chains, filter: filter.chains };
  }
}

function changesOf(before: Tables, after: Tables): readonly ChainChange[] {
  return (["nat", "filter"] as const).flatMap((table) => {
    const names = new Set([...before[table].keys(), ...after[table].keys()]);
    return [...names].flatMap((chain) => {
      const [old, now] = [before[table].get(chain) ?? null, after[table].get(chain) ?? null];
      const change = isFixedChain(chain) ? sharedChange(old ?? [], now ?? []) : ownChange(old, now);
      return change === null ? [] : [{ table, chain, ...placed(change) }];
    });
  });
}

type RuleChange = Pick<ChainChange, "removed" | "added">;

/** A chain of the service's own, null where it is not: the order of its rules counts, so it is written anew. */
function ownChange(removed: RuleChange["removed"], added: RuleChange["added"]): RuleChange | null {
  if (removed !== null && added !== null && areSame(removed, added)) return null;
  return { removed, added };
}

function areSame(before: readonly Rule[], after: readonly Rule[]): boolean {
  if (before.length !== after.length) return false;
  return before.every((rule, at) => {
    const now = after[at];
    return now !== undefined && isSameRule(rule, now);
  });
}

function sharedChange(before: readonly Rule[], after: readonly Rule[]): RuleChange | null {
  if (areSame(before, after)) return null;
  const [old, now] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  const removed = before.filter((rule) => !now.has(keyOf(rule)));
  const added = after.filter((rule) => !old.has(keyOf(rule)));
  return removed.length + added.length === 0 ? null : { removed, added };
}

/** They stand in no file. */
function placed({ removed, added }: RuleChange): RuleChange {
  const place = (rule: Rule): Rule => ruleOf(rule.chain, rule, "kube-proxy", 1);
  return { removed: removed?.map(place) ?? null, added: added?.map(place) ?? null };
}
