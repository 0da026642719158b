import type { Family } from "../base/address.ts";
import type { IpvsService, RealServer } from "../model/ipvs.ts";
import type { NftBaseChain, NftFamily } from "../model/nft.ts";
import type { Part, Phrase } from "../messages/explain/phrase.ts";
import type { RoutingRule } from "../model/routing.ts";
import type { MarkMeaning } from "../owners/mark.ts";
import type { Owner } from "../owners/owner.ts";
import type { Presence } from "../owners/recognise.ts";
import type { AnyTable, Place } from "./place.ts";

/** What of a snapshot is to be explained. Null: all of that kind. */
export type ExplainSelection =
  | { readonly kind: "all" }
  | {
      readonly kind: "rules";
      /** `ip` and `ip6` are families of nft, too. */
      readonly family: NftFamily | null;
      readonly table: string | null;
      readonly chain: string | null;
      /** From 1. */
      readonly rule: number | null;
    }
  /** Sets of ipset; sets, maps, objects and flowtables of nft. */
  | { readonly kind: "set"; readonly name: string | null }
  | { readonly kind: "routing-rule"; readonly family: Family | null; readonly priority: number | null }
  | { readonly kind: "mark"; readonly mark: number | null };

/** Everything that was asked for, in no language yet. Lists that were not asked for are empty. */
export interface Explanation {
  /** Who writes on this node. */
  readonly owners: readonly Presence[];
  readonly tables: readonly TableExplanation[];
  /** Of ipset. Null: the snapshot has no dump of sets. */
  readonly sets: readonly SetExplanation[] | null;
  readonly routingRules: readonly RoutingRuleExplanation[];
  /** Virtual servers; none also where the snapshot has no listing of them. */
  readonly ipvs: readonly IpvsExplanation[];
  readonly marks: readonly MarkExplanation[];
  /** How many more marks are in use: past a number they are no help. */
  readonly hiddenMarks: number;
}

export interface TableExplanation {
  readonly table: AnyTable;
  /** Null: nobody known, or the table is everybody's. */
  readonly owner: Owner | null;
  readonly meaning: Phrase | null;
  readonly says: readonly Part[];
  /** What a table of nft holds beside chains, in the order in which nft prints it. */
  readonly contents: readonly SetExplanation[];
  readonly chains: readonly ChainExplanation[];
}

export interface ChainExplanation {
  readonly name: string;
  readonly owner: Owner | null;
  /** Null: a chain that only jumps reach. */
  readonly policy: string | null;
  /** Where a base chain of nft is hooked in; those of iptables are told by their names. */
  readonly base: NftBaseChain | null;
  /** What it is for; null: nobody known wrote it. */
  readonly meaning: Phrase | null;
  /** Who leads here, what is at its end. */
  readonly says: readonly Part[];
  readonly rules: readonly RuleExplanation[];
}

export interface RuleExplanation {
  readonly place: Place;
  /** Null: nobody known. */
  readonly owner: Owner | null;
  /** What the kernel does: one sentence, or where it asks anew after having done something, several. */
  readonly says: Part;
  /** Why its owner wrote it. */
  readonly purpose: Phrase | null;
  /** What else a reader should know. */
  readonly notes: readonly Part[];
  readonly needs: readonly Need[];
}

/** What must be there for a rule to do its work, and whether it is; null: the snapshot does not say. */
export interface Need {
  readonly what: Phrase;
  readonly isMet: boolean | null;
}

export interface SetExplanation {
  /** `set`, `map`, `flowtable`, or what kind of object it is: `counter`, `ct helper`. */
  readonly kind: string;
  readonly name: string;
  /** `hash:ip,port`, `ipv4_addr . inet_service : verdict`; null: it has none. */
  readonly type: string | null;
  /** How many; null: they were not listed, or it is not of that kind. */
  readonly members: number | null;
  readonly owner: Owner | null;
  readonly meaning: Phrase | null;
  readonly says: readonly Part[];
  /** Rules that test it or change it. */
  readonly uses: readonly Place[];
}

export interface RoutingRuleExplanation {
  readonly rule: RoutingRule;
  readonly owner: Owner | null;
  readonly says: Phrase;
  readonly purpose: Phrase | null;
  readonly notes: readonly Part[];
}

/** A virtual server of IPVS. */
export interface IpvsExplanation {
  readonly service: IpvsService;
  /** Null: nothing tells. */
  readonly owner: Owner | null;
  readonly says: readonly Part[];
  readonly notes: readonly Part[];
  readonly servers: readonly { readonly server: RealServer; readonly says: Phrase }[];
}

export interface MarkExplanation {
  readonly value: number;
  readonly mask: number;
  readonly meanings: readonly MarkMeaning[];
  /** Rules that a packet with this mark passes and one without a mark does not. */
  readonly readers: readonly Place[];
  /** Rules that a packet without a mark passes and one with this mark does not. */
  readonly excluders: readonly Place[];
  /** Rules that can give a packet these bits. */
  readonly writers: readonly Place[];
  /** Rules that clear or flip some of these bits, and leave others of the mark. */
  readonly clearers: readonly Place[];
  readonly routingRules: readonly RoutingRule[];
}
