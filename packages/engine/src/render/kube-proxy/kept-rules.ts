import type { EndpointSlice } from "../../desired/endpoint-slice.ts";
import type { Rule } from "../../model/ruleset.ts";
import type { RuleSpec } from "../iptables/spec.ts";
import { ruleOf } from "../iptables/spec.ts";
import type { TableName } from "../iptables/table-draft.ts";
import { keyOf, TableDraft } from "../iptables/table-draft.ts";
import { isFixedChain } from "./chains.ts";
import type { ProxyContext } from "./context.ts";
import { LARGE_CLUSTER } from "./context.ts";
import type { EndpointsOf } from "./endpoints.ts";
import { endpointsBy, serviceKey, serviceOf, usableEndpoints } from "./endpoints.ts";
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

type Chains = ReadonlyMap<string, readonly RuleSpec[]>;
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
  readonly #nodeName: string;
  readonly #services = new Map<string, KeptService>();
  #endpoints = 0;

  constructor(context: ProxyContext, slices: readonly EndpointSlice[], nodeName: string) {
    this.#context = context;
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
    const before = new Map([[changed, this.#tablesOf(changed, wasLarge)]]);
    changed.slices.set(slice.metadata.name, slice);
    this.#count(changed);
    const services = wasLarge === this.#isLarge ? [changed] : [...this.#services.values()];
    return services.flatMap((service) => {
      // Of any other service nothing has changed but whether its rules have comments.
      const old = before.get(service) ?? this.#tablesOf(service, wasLarge);
      return changesOf(old, this.#tablesOf(service, this.#isLarge));
    });
  }

  get #isLarge(): boolean {
    return this.#endpoints > LARGE_CLUSTER;
  }

  #count(service: KeptService): void {
    const endpointsOf = this.#endpointsOf(service);
    const endpoints = service.ports.reduce((sum, port) => sum + endpointsOf(port).length, 0);
    this.#endpoints += endpoints - service.endpoints;
    service.endpoints = endpoints;
  }

  #endpointsOf({ slices }: KeptService): EndpointsOf {
    return endpointsBy([...slices.values()], this.#context.family, this.#nodeName);
  }

  #tablesOf(service: KeptService, isLarge: boolean): Tables {
    const context = this.#context;
    const [nat, filter] = [new TableDraft("nat"), new TableDraft("filter")];
    const writer = { context, parts: rulePartsOf(context.family), nat, filter, isLarge };
    const endpointsOf = this.#endpointsOf(service);
    for (const port of service.ports)
      writeServicePort(writer, port, usableEndpoints(port, endpointsOf(port), context.zone));
    return { nat: nat.chains, filter: filter.chains };
  }
}

function changesOf(before: Tables, after: Tables): readonly ChainChange[] {
  return (["nat", "filter"] as const).flatMap((table) => {
    const names = new Set([...before[table].keys(), ...after[table].keys()]);
    return [...names].flatMap((chain) => {
      const [old, now] = [before[table].get(chain) ?? null, after[table].get(chain) ?? null];
      const change = isFixedChain(chain) ? sharedChange(old ?? [], now ?? []) : ownChange(old, now);
      return change === null ? [] : [{ table, chain, ...placed(chain, change) }];
    });
  });
}

interface SpecChange {
  readonly removed: readonly RuleSpec[] | null;
  readonly added: readonly RuleSpec[] | null;
}

/** A chain of the service's own, null where it is not: the order of its rules counts, so it is written anew. */
function ownChange(removed: SpecChange["removed"], added: SpecChange["added"]): SpecChange | null {
  const textOf = (specs: readonly RuleSpec[] | null): string | undefined => specs?.map(keyOf).join("\n");
  return textOf(removed) === textOf(added) ? null : { removed, added };
}

function sharedChange(before: readonly RuleSpec[], after: readonly RuleSpec[]): SpecChange | null {
  const [old, now] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  const removed = before.filter((spec) => !now.has(keyOf(spec)));
  const added = after.filter((spec) => !old.has(keyOf(spec)));
  return removed.length + added.length === 0 ? null : { removed, added };
}

/** As rules of that chain; they stand in no file. */
function placed(chain: string, { removed, added }: SpecChange): Pick<ChainChange, "removed" | "added"> {
  const ruleIn = (spec: RuleSpec): Rule => ruleOf(chain, spec, "kube-proxy", 1);
  return { removed: removed?.map(ruleIn) ?? null, added: added?.map(ruleIn) ?? null };
}
