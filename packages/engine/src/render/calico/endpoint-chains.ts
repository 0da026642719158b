import type { ChainRole } from "../../owners/calico/chain-names.ts";
import {
  NOTRACK,
  RESET,
  RETURN,
  allowVerdict,
  clearMark,
  ctState,
  deny,
  denyWord,
  DROP,
  jump,
  limit,
  markClear,
  markIs,
  markSet,
  moreConnections,
  port,
  protocol,
  rule,
  setMark,
  verdict,
} from "./build.ts";
import type { NodeContext } from "./context.ts";
import type { ChainSource, FelixChain, FelixRule } from "./felix-rule.ts";
import { flowLog, flowLogRules } from "./flow-logs.ts";
import { ALL_INTERFACES, FAILSAFE_IN, FAILSAFE_OUT } from "./fixed-names.ts";
import type { Direction, EndpointTier, HostChains, Limits, Policy, WorkloadChains } from "./input.ts";
import { tierJumps } from "./policy-groups.ts";

/** How one chain of an endpoint is made: felix/rules/endpoints.go endpointIptablesChain. */
interface ChainKind {
  readonly role: ChainRole;
  readonly direction: Direction;
  /** Untracked and before DNAT: what is not decided may be decided later. Forward: without a policy, all may pass. */
  readonly type: "normal" | "forward" | "untracked" | "pre-dnat";
  /** What is open whatever the policies say; null: nothing. */
  readonly failsafe: string | null;
  /** What becomes of an established connection's packets. */
  readonly allow: "ACCEPT" | "RETURN";
}

/** What a chain of an endpoint has in it. */
interface ChainContents {
  readonly interface: string;
  readonly tiers: readonly EndpointTier[];
  readonly profiles: readonly string[];
  readonly limits: Limits | null;
  /** Whose workload may not tunnel past the policies. */
  readonly isFromWorkload: boolean;
}

/** A table's chains of endpoints, made of policies that are looked up by name. They speak of no address: a packet of either family goes through the same. */
export interface EndpointRenderer {
  readonly context: NodeContext;
  readonly policies: ReadonlyMap<string, Policy>;
}

/** Seen from the host, to its interface is out. */
const TO_HOST = { role: "to-host", direction: "egress", type: "normal", failsafe: FAILSAFE_OUT } as const;
const FROM_HOST = { role: "from-host", direction: "ingress", type: "normal", failsafe: FAILSAFE_IN } as const;

export function workloadChains(renderer: EndpointRenderer, endpoint: WorkloadChains): readonly ChainSource[] {
  const allow = allowVerdict(renderer.context);
  const kinds = [
    { role: "to-workload", direction: "ingress", type: "normal", failsafe: null, allow },
    { role: "from-workload", direction: "egress", type: "normal", failsafe: null, allow },
  ] as const;
  return kinds.map((kind) => {
    const isFromWorkload = kind.role === "from-workload";
    return sourceOf(renderer, kind, { ...endpoint, limits: endpoint.limits[kind.direction], isFromWorkload });
  });
}

export function hostFilterChains(renderer: EndpointRenderer, endpoint: HostChains): readonly ChainSource[] {
  const { context } = renderer;
  const allow = allowVerdict(context);
  const forward = [
    { role: "to-host-forward", direction: "egress", type: "forward", failsafe: null, allow },
    { role: "from-host-forward", direction: "ingress", type: "forward", failsafe: null, allow },
  ] as const;
  return [
    hostChain(renderer, endpoint, { ...TO_HOST, allow }, endpoint.tiers),
    hostChain(renderer, endpoint, { ...FROM_HOST, allow }, endpoint.tiers),
    ...(context.has("forwardPolicies")
      ? forward.map((kind) => hostChain(renderer, endpoint, kind, endpoint.forward))
      : []),
  ];
}

/** For packets whose way out DNAT changed; accepting them is left to what else is in mangle. */
export function hostMangleEgressChains(renderer: EndpointRenderer, endpoint: HostChains): readonly ChainSource[] {
  return [hostChain(renderer, endpoint, { ...TO_HOST, allow: "RETURN" }, endpoint.tiers)];
}

export function hostPreDnatChains(renderer: EndpointRenderer, endpoint: HostChains): readonly ChainSource[] {
  const { felix, has } = renderer.context;
  const allow = has("allowActionEverywhere") ? felix.mangleAllow : "ACCEPT";
  const kind = { ...FROM_HOST, type: "pre-dnat", allow } as const;
  return [hostChain(renderer, { ...endpoint, profiles: [] }, kind, endpoint.preDnat)];
}

export function hostRawChains(renderer: EndpointRenderer, endpoint: HostChains): readonly ChainSource[] {
  return [TO_HOST, FROM_HOST].map((kind) =>
    hostChain(
      renderer,
      { ...endpoint, profiles: [] },
      { ...kind, type: "untracked", allow: "ACCEPT" },
      endpoint.untracked,
    ),
  );
}

function hostChain(
  renderer: EndpointRenderer,
  endpoint: HostChains,
  kind: ChainKind,
  tiers: readonly EndpointTier[],
): ChainSource {
  return sourceOf(renderer, kind, {
    interface: endpoint.interface ?? ALL_INTERFACES,
    tiers,
    profiles: endpoint.profiles,
    limits: null,
    isFromWorkload: false,
  });
}

/** The endpoint's own chain, and those of groups of policies that it jumps to: made once, whichever family asks first. */
function sourceOf(renderer: EndpointRenderer, kind: ChainKind, contents: ChainContents): ChainSource {
  const name = renderer.context.chainName(kind.role, contents.interface);
  let made: readonly FelixChain[] | undefined;
  return [name, () => (made ??= chainsOf(renderer, { kind, name }, contents))];
}

function chainsOf(
  { context, policies }: EndpointRenderer,
  { kind, name }: { readonly kind: ChainKind; readonly name: string },
  contents: ChainContents,
): readonly FelixChain[] {
  const tiers = contents.tiers.filter((tier) => tier[kind.direction].length > 0);
  const jumps = tiers.map((tier) => tierJumps(context, policies, tier, kind.direction));
  const own: FelixChain = {
    name,
    isOfAllFamilies: true,
    rules: [
      ...startRules(context, kind, contents),
      ...tiers.flatMap((tier, at) => tierRules(context, kind, tier, jumps[at]?.targets ?? [])),
      ...forwardDefault(context, kind, context.has("tiers") ? contents.tiers : tiers),
      ...(kind.type === "normal" ? profileRules(context, kind, contents.profiles) : []),
    ],
  };
  return [own, ...jumps.flatMap(({ chains }) => chains)];
}

function startRules(
  context: NodeContext,
  kind: ChainKind,
  { limits, isFromWorkload }: ChainContents,
): readonly FelixRule[] {
  const { accept, pass, has } = context;
  const decided = has("policyGroups") ? (accept | pass) >>> 0 : accept;
  return [
    ...(limits === null ? [] : packetLimit(context, kind.direction, limits)),
    ...(kind.type === "untracked" ? [] : conntrackRules(context, kind)),
    ...(limits === null ? [] : connectionLimit(kind.direction, limits)),
    ...(kind.failsafe === null ? [] : [rule([], jump(kind.failsafe))]),
    rule([], clearMark(decided)),
    ...(isFromWorkload && has("workloadTunnels") ? tunnelRules(context) : []),
  ];
}

/** From 2.1.2 on. */
function conntrackRules(context: NodeContext, kind: ChainKind): readonly FelixRule[] {
  const { has, felix, accept } = context;
  if (!has("conntrackInEndpoints")) return [];
  const established = [ctState("RELATED,ESTABLISHED")];
  return [
    ...(kind.allow === "RETURN" ? [rule(established, setMark(accept))] : []),
    rule(established, verdict(kind.allow)),
    ...(felix.dropInvalid ? [rule([ctState("INVALID")], deny(context))] : []),
  ];
}

/** felix/rules/endpoints.go, from 3.30 on: a mark for packets within the limit. */
function packetLimit(
  { mark }: NodeContext,
  direction: Direction,
  { packetRate, packetBurst }: Limits,
): readonly FelixRule[] {
  if (packetRate === null) return [];
  const within = mark("scratch-0");
  const clear = rule([], clearMark(within), `Clear ${direction} packet rate limit mark`);
  return [
    clear,
    rule(
      [limit(packetRate, packetBurst ?? DEFAULT_BURST)],
      setMark(within),
      `Mark packets within ${direction} packet rate limit`,
    ),
    rule([markIs(within, within, true)], DROP, `Drop packets over ${direction} packet rate limit`),
    clear,
  ];
}

const DEFAULT_BURST = 5;

function connectionLimit(direction: Direction, { connections }: Limits): readonly FelixRule[] {
  if (connections === null) return [];
  return [rule(moreConnections(connections), RESET, `Reject connections over ${direction} connection limit`)];
}

const UDP = 17;
const IPIP = 4;

/** What is tunnelled would be seen by no policy. */
function tunnelRules(context: NodeContext): readonly FelixRule[] {
  const { felix, has } = context;
  const word = denyWord(context);
  const origin = has("tunnelsFromWorkloads") ? "workloads" : "pods";
  const vxlan = [protocol(UDP), port("destination", felix.vxlanPort)];
  return [
    ...(felix.allowVxlanFromWorkloads || !has("vxlan")
      ? []
      : [rule(vxlan, deny(context), `${word} VXLAN encapped packets originating in ${origin}`)]),
    ...(felix.allowIpipFromWorkloads
      ? []
      : [rule([protocol(IPIP)], deny(context), `${word} IPinIP encapped packets originating in ${origin}`)]),
  ];
}

/** Each policy or group in turn, as long as none has accepted or passed the packet. */
function tierRules(
  context: NodeContext,
  kind: ChainKind,
  tier: EndpointTier,
  targets: readonly string[],
): readonly FelixRule[] {
  const { accept, pass, has } = context;
  const untracked = kind.type === "untracked" ? [rule([markSet(accept)], NOTRACK)] : [];
  const isNotPassed = [markClear(pass)];
  const afterJump = [...untracked, rule([markSet(accept)], RETURN, "Return if policy accepted")];
  const jumps = targets.flatMap((target) => [rule(isNotPassed, jump(target)), ...afterJump]);
  const isDecided = kind.type === "normal" || kind.type === "forward";
  const hasEnd = isDecided && !(has("tiers") && tier.defaultAction === "Pass");
  const end = has("endOfTier") ? `End of tier ${tier.name}. ` : "";
  const of = { owner: "policy", direction: kind.direction } as const;
  const told = isDecided ? flowLog(context, of, hasEnd ? "deny" : "pass", `|${tier.name}`) : null;
  return [
    ...startOfTier(context, tier),
    ...jumps,
    ...flowLogRules(isNotPassed, told),
    ...(hasEnd ? [rule(isNotPassed, deny(context), `${end}${denyWord(context)} if no policies passed packet`)] : []),
  ];
}

/** 3.28 clears the mark of pass with that of accept, and has one tier. */
function startOfTier({ pass, has }: NodeContext, tier: EndpointTier): readonly FelixRule[] {
  if (has("tiers")) return [rule([], clearMark(pass), `Start of tier ${tier.name}`)];
  return has("policyGroups") ? [] : [rule([], clearMark(pass), "Start of policies")];
}

function forwardDefault(
  { accept, has }: NodeContext,
  kind: ChainKind,
  tiers: readonly EndpointTier[],
): readonly FelixRule[] {
  if (kind.type !== "forward" || tiers.length > 0 || !has("forwardDefault")) return [];
  return [
    rule([], setMark(accept), "Allow forwarded traffic by default"),
    rule([], RETURN, "Return for accepted forward traffic"),
  ];
}

function profileRules(context: NodeContext, kind: ChainKind, profiles: readonly string[]): readonly FelixRule[] {
  const role = kind.direction === "ingress" ? "profile-inbound" : "profile-outbound";
  return [
    ...profiles.flatMap((name) => [
      rule([], jump(context.chainName(role, name))),
      rule([markSet(context.accept)], RETURN, "Return if profile accepted"),
    ]),
    ...flowLogRules([], flowLog(context, { owner: "profile", direction: kind.direction }, "deny", "")),
    rule([], deny(context), `${denyWord(context)} if no profiles matched`),
  ];
}
