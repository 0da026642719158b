import type { Address } from "../../base/address.ts";
import { clearAddress, maskAddress, orAddress, xorAddress } from "../../base/address.ts";

import type { NatSpec } from "../../program/action.ts";
import type { BaseChain } from "../../program/program.ts";
import { decodePacket } from "../../program/packet-bytes.ts";
import { NDISC_REDIRECT } from "../../program/protocol.ts";
import { redirectV4, redirectV6, scopeOf } from "../../program/source-address.ts";
import type { Run } from "../run.ts";
import { selectAddress } from "../select-address.ts";
import type { CtReference, Skb } from "../skb.ts";
import { ACCEPT, dropped } from "../verdict.ts";
import type { ChainVerdict } from "../verdict.ts";
import { isTranslated, manglePacket, manipOf } from "./manip.ts";
import type { Manip } from "./manip.ts";
import { setupNat } from "./tuple.ts";
import type { NatRange } from "./tuple.ts";

/** nf_nat_inet_fn (net/netfilter/nf_nat_core.c): decides NAT once per flow and rewrites every packet of it. */
export function natHook(run: Run, chains: readonly BaseChain[], walk: ChainWalk): ChainVerdict {
  const { ct } = run.skb;
  if (ct === null) return ACCEPT;
  const isIcmpError = ct.state === "related" && run.skb.base.icmpType !== null;
  if (isIcmpError) {
    const refused = whyNoError(run, ct);
    if (refused !== null) return dropped("nat", refused);
  } else if (ct.state !== "established") {
    const verdict = decideNat(run, ct, chains, walk);
    if (verdict.kind !== "accept") return verdict;
  }
  if (!isIcmpError && isDeviceChanged(run, ct)) {
    ct.flow.dying = true;
    return dropped("nat", `the flow was masqueraded with the address of ${String(ct.flow.masqueradedBy)}`);
  }
  manglePacket(run, ct);
  return ACCEPT;
}

type ChainWalk = (run: Run, chain: BaseChain) => ChainVerdict;

/** The first chain that maps the flow decides; where none does, its end stays as it is. */
function decideNat(run: Run, ct: CtReference, chains: readonly BaseChain[], walk: ChainWalk): ChainVerdict {
  const manip = manipOf(run.hook);
  for (const chain of chains) {
    if (isDone(ct, manip)) return ACCEPT;
    const verdict = walk(run, chain);
    if (verdict.kind !== "accept") return verdict;
  }
  if (!isDone(ct, manip)) setupNat(run, ct.flow, manip, nullBinding(ct, manip));
  return ACCEPT;
}

/** nf_nat_oif_changed: behind another device nobody would know the masqueraded address; the flow is killed. */
function isDeviceChanged({ hook, skb }: Run, { flow, direction }: CtReference): boolean {
  return (
    hook === "postrouting" && direction === "original" && flow.masqueradedBy !== null && flow.masqueradedBy !== skb.oif
  );
}

/** nf_nat_icmp_reply_translation: why an ICMP error about this flow does not pass; null: it does. */
function whyNoError(run: Run, ct: CtReference): string | null {
  if (isForbiddenRedirect(run, ct)) return "a redirect about a NATed flow would mislead its sender";
  if (!isTranslated(run, ct) || !isQuoteTooShort(run.skb)) return null;
  return "the packet that the error quotes is cut too short to be translated";
}

/** Two hosts told of each other would talk past the translation. */
function isForbiddenRedirect({ skb }: Run, { flow }: CtReference): boolean {
  if (skb.base.icmpType !== (skb.family === "ip" ? ICMP_REDIRECT : NDISC_REDIRECT)) return false;
  return !flow.snatDone || !flow.dnatDone || flow.snat || flow.dnat;
}

const ICMP_REDIRECT = 5;

/** What every ICMP error must quote of the transport header (RFC 792). */
const QUOTED_BYTES = 8;

/** nf_nat_manip_pkt: the ports of the quoted packet are rewritten, too. */
function isQuoteTooShort({ base }: Skb): boolean {
  return (decodePacket(base.payload)?.truncateL4 ?? QUOTED_BYTES) < QUOTED_BYTES;
}

function isDone({ flow }: CtReference, manip: Manip): boolean {
  return manip === "src" ? flow.snatDone : flow.dnatDone;
}

/** nf_nat_alloc_null_binding: no rule spoke, so the end stays as it is, unless another flow has its tuple. */
function nullBinding({ flow }: CtReference, manip: Manip): NatRange {
  const address = manip === "src" ? flow.reply.dst : flow.reply.src;
  return { addresses: { from: address, to: address }, ports: null, random: false, persistent: false };
}

/** A NAT target: the mapping that it asks for. It ends the NAT chains of this hook. */
export function bindNat(run: Run, spec: NatSpec): ChainVerdict {
  const { ct } = run.skb;
  if (ct === null) return ACCEPT;
  const chosen = rangeOf(run, spec);
  if (chosen === null) return dropped("nat", `${spec.kind} finds no address to use`);
  setupNat(run, ct.flow, chosen.manip, chosen.range);
  if (spec.kind === "masquerade") ct.flow.masqueradedBy = run.skb.oif;
  return ACCEPT;
}

interface Chosen {
  readonly manip: Manip;
  readonly range: NatRange;
}

function rangeOf(run: Run, spec: NatSpec): Chosen | null {
  const { ports, persistent } = spec;
  const random = spec.random || spec.randomFully;
  const one = (manip: Manip, address: Address | null): Chosen | null =>
    address === null
      ? null
      : { manip, range: { addresses: { from: address, to: address }, ports, random, persistent } };
  switch (spec.kind) {
    case "snat":
      return { manip: "src", range: { addresses: spec.addresses, ports, random, persistent } };
    case "dnat":
      return { manip: "dst", range: { addresses: spec.addresses, ports, random, persistent } };
    case "masquerade":
      return one("src", masqueradeAddress(run));
    case "redirect":
      return one("dst", redirectAddress(run));
    case "netmap": {
      const manip = manipOf(run.hook);
      return one(manip, spec.addresses === null ? null : netmapAddress(run, spec.addresses, manip));
    }
  }
}

/** netmap_tg4: the host part stays, the network part is replaced. */
function netmapAddress(
  run: Run,
  { from, to }: { readonly from: Address; readonly to: Address },
  manip: Manip,
): Address {
  const own = manip === "src" ? run.skb.src : run.skb.dst;
  const hostBits = xorAddress(from, to);
  return orAddress(clearAddress(from, hostBits), maskAddress(own, hostBits));
}

/** nf_nat_masquerade_ipv4: an address of the output device for the next hop; the route's `src` does not count. */
function masqueradeAddress(run: Run): Address | null {
  const { skb } = run;
  return selectAddress(run, skb.oif, skb.family === "ip" ? (skb.route?.via ?? skb.dst) : skb.dst);
}

/** nf_nat_redirect: to this host: loopback for its own packets, else the first address of the input device. */
function redirectAddress(run: Run): Address | null {
  const { skb, program } = run;
  if (run.hook === "output") return skb.family === "ip" ? 0x7f00_0001 : 1n;
  const link = program.links.get(skb.iif ?? "");
  if (link === undefined) return null;
  return typeof skb.dst === "bigint" ? redirectV6(link, scopeOf(skb.dst)) : redirectV4(link);
}
