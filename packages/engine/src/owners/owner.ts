import type { PhraseId } from "../messages/explain/phrase.ts";

/** Who writes netfilter and routing state on a node. `kernel`: what is there before anybody writes. */
export type OwnerName =
  | "aws-vpc-cni"
  | "calico"
  | "cilium"
  | "cni-plugins"
  | "docker"
  | "fail2ban"
  | "firewalld"
  | "flannel"
  | "istio"
  | "kernel"
  | "kube-proxy"
  | "kubelet"
  | "libvirt"
  | "node-local-dns"
  | "podman"
  | "tailscale"
  | "terway"
  | "weave";

/**
 * One writer as data: how its work is recognised and what each piece of it means. In every list the first pattern that fits
 * holds, so that particular ones stand before general ones. Named groups of a pattern fill the holes of its meaning.
 */
export interface Owner {
  readonly name: OwnerName;
  /** As its makers write it. */
  readonly title: string;
  /** Tables of nft itself that are its own: whatever is in them is its work. */
  readonly tables: readonly NamePattern[];
  readonly chains: readonly TablePattern[];
  readonly rules: readonly RulePattern[];
  /** Sets of ipset, and sets, maps and flowtables of nft, which stand in a table. */
  readonly sets: readonly TablePattern[];
  /** Also prefixes as rules write them (`lxc+`). */
  readonly devices: readonly NamePattern[];
  readonly routingRules: readonly RoutingRulePattern[];
  /** Routing tables by number or name. */
  readonly routingTables: readonly NamePattern[];
  readonly marks: MarkLayout;
  /** Ways in which it can be run that its work tells apart: `IPVS`. */
  readonly variants: readonly Variant[];
  readonly versions: readonly VersionSign[];
}

export interface NamePattern {
  readonly name: RegExp;
  readonly means: PhraseId;
}

/** A name that means this in one table. */
export interface TablePattern extends NamePattern {
  /** Absent: in whatever table, and of sets also those of ipset, which are in none. */
  readonly table?: string;
}

/** Every part that is given must fit. */
export interface RulePattern extends RuleShape {
  readonly means: PhraseId;
  /**
   * The match of iptables that the owner always writes into such a rule, by its name: without it the rule would hold for every
   * packet. Where it is missing the listing has lost it.
   */
  readonly guard?: string;
  /**
   * What the bits of the group `mask` must mean on this node, as its own rules tell (`MarkLayout.learned`): the same rule with
   * another bit means something else.
   */
  readonly bit?: PhraseId;
}

export interface RuleShape {
  readonly table?: string;
  readonly chain?: RegExp;
  /** One of the rule's comments. */
  readonly comment?: RegExp;
  /** The rule as its tool prints it: see `RuleView`. */
  readonly text?: RegExp;
}

export interface RoutingRulePattern {
  /** First and last; absent: whatever. */
  readonly priority?: readonly [from: number, to: number];
  /** As `ip rule` prints it behind the priority. */
  readonly text: RegExp;
  readonly means: PhraseId;
  /** Others write the same: no sign that this owner is here. */
  readonly shared?: boolean;
}

/** What bits of a mark stand for: fields, learned ones too, and what is not a table of fields. */
export interface MarkLayout {
  readonly fields: readonly MarkField[];
  /** Bits that each node has elsewhere: told by the rules that use them. The group `mask` of the text names them. */
  readonly learned?: readonly RulePattern[];
  /** What the other bits hold where the fields told what kind of mark it is. */
  readonly read?: (value: number, mask: number) => readonly MarkReading[];
}

/** `(mark & mask) === value` means this. */
export interface MarkField {
  readonly value: number;
  readonly mask: number;
  readonly means: PhraseId;
  /** Who sets it that no dump of rules shows: a BPF program, a socket option. A sentence. */
  readonly setBy?: PhraseId;
}

export interface MarkReading extends MarkField {
  readonly params: Readonly<Record<string, string>>;
}

export interface Variant {
  readonly title: string;
  readonly chain: RegExp;
}

/** Such a rule or chain is written by versions `from` to `to`, both included; absent: from the first, to the last. */
export interface VersionSign {
  readonly rule?: RuleShape;
  readonly chain?: ChainSign;
  readonly from?: string;
  readonly to?: string;
}

export interface ChainSign {
  readonly table: string;
  readonly name: RegExp;
}

/** An owner that has nothing of a kind need not say so. */
export function defineOwner(owner: Pick<Owner, "name" | "title"> & Partial<Omit<Owner, "name" | "title">>): Owner {
  return {
    tables: [],
    chains: [],
    rules: [],
    sets: [],
    devices: [],
    routingRules: [],
    routingTables: [],
    marks: { fields: [] },
    variants: [],
    versions: [],
    ...owner,
  };
}
