import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 as sha256Of } from "@noble/hashes/sha2.js";
import { sha3_224 as sha3Of } from "@noble/hashes/sha3.js";
import { base64url } from "../../base/base64url.ts";
import { smallHash } from "../../base/small-hash.ts";
import { utf8Bytes } from "../../base/utf8.ts";

const sha256 = smallHash(sha256Of);
const sha3 = smallHash(sha3Of);

/** Before every chain name, of every version since 2.1: felix/rules/rule_defs.go ChainNamePrefix. */
export const CHAIN_PREFIX = "cali-";

/** The longest chain name that Felix gives to iptables: felix/iptables/table.go MaxChainNameLength. */
export const MAX_CHAIN_NAME = 28;

/** Chains that exist once for each policy, profile, group or endpoint: the name's prefix says what for, the rest which. */
export type ChainRole =
  | "policy-inbound"
  | "policy-outbound"
  | "profile-inbound"
  | "profile-outbound"
  | "group-inbound"
  | "group-outbound"
  | "to-workload"
  | "from-workload"
  | "to-host"
  | "from-host"
  | "to-host-forward"
  | "from-host-forward"
  | "set-endpoint-mark";

const ROLE_PREFIXES: Readonly<Record<ChainRole, string>> = {
  "policy-inbound": "cali-pi-",
  "policy-outbound": "cali-po-",
  "profile-inbound": "cali-pri-",
  "profile-outbound": "cali-pro-",
  "group-inbound": "cali-gi-",
  "group-outbound": "cali-go-",
  "to-workload": "cali-tw-",
  "from-workload": "cali-fw-",
  "to-host": "cali-th-",
  "from-host": "cali-fh-",
  "to-host-forward": "cali-thfw-",
  "from-host-forward": "cali-fhfw-",
  "set-endpoint-mark": "cali-sm-",
};
const ROLES = Object.entries(ROLE_PREFIXES).map(([role, prefix]) => ({ role: role as ChainRole, prefix }));

/** What a chain's name says. */
export interface ChainMeaning {
  readonly role: ChainRole;
  /** The policy, profile or interface; null where the name holds only a hash of it, because it was too long. */
  readonly of: string | null;
}

/** The chain of a policy, profile, group or endpoint, by the name that Felix gives those: felix/rules/endpoints.go EndpointChainName. */
export function roleChainName(role: ChainRole, of: string, max: number = MAX_CHAIN_NAME): string {
  return limitedName(ROLE_PREFIXES[role], of, max);
}

/** What a chain of Felix is for; null for its fixed chains (`cali-FORWARD`) and for the chains of others. */
export function chainMeaning(name: string): ChainMeaning | null {
  const found = ROLES.find(({ prefix }) => name.startsWith(prefix));
  if (found === undefined) return null;
  const of = name.slice(found.prefix.length);
  // A name of full length that starts with `_` is a hash: limitedName gives no other such.
  return { role: found.role, of: of.startsWith("_") && name.length === MAX_CHAIN_NAME ? null : of };
}

export function isCalicoChain(name: string): boolean {
  return name.startsWith(CHAIN_PREFIX);
}

/**
 * A prefix and a suffix, the suffix replaced by `_` and the beginning of its SHA-256 where the whole would be longer than `max`, or could be taken for
 * such a name: libcalico-go/lib/hash/unique_id.go GetLengthLimitedID. An empty suffix is `_`.
 */
export function limitedName(prefix: string, suffix: string, max: number): string {
  const length = prefix.length + suffix.length;
  if (length > max || (length === max && suffix.startsWith("_"))) {
    return `${prefix}_${base64url(sha256(suffix)).slice(0, max - 1 - prefix.length)}`;
  }
  return prefix + (suffix === "" ? "_" : suffix);
}

/** What makes a policy group one (3.28 and later): its chains are shared by all endpoints that have these policies in this order. */
export interface PolicyGroup {
  /** Null from 3.32 on, where the tier stands in the policies' own names. */
  readonly tier: string | null;
  readonly selector: string;
  readonly direction: "inbound" | "outbound";
  readonly policies: readonly string[];
}

/** The part of a group's chain name behind `cali-gi-` or `cali-go-`: felix/rules/endpoints.go PolicyGroup.UniqueID. */
export function policyGroupId({ tier, selector, direction, policies }: PolicyGroup): string {
  const lines = [...(tier === null ? [] : [tier]), selector, direction, String(policies.length), ...policies];
  const digest = sha3(lines.map((line) => `${line}\n`).join(""));
  return base64url(digest).slice(0, MAX_CHAIN_NAME - ROLE_PREFIXES["group-inbound"].length);
}

const VETH_HASH_LENGTH = 11;

/** The host's end of a pod's veth pair, where the default prefix stands: libcalico-go/lib/backend/k8s/conversion VethNameForWorkload. */
export function workloadInterface(namespace: string, pod: string, prefix = "cali"): string {
  const digest = sha1(utf8Bytes(`${namespace}.${pod}`));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return prefix + hex.slice(0, VETH_HASH_LENGTH);
}
