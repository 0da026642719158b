import { sha224 as sha224Of } from "@noble/hashes/sha2.js";
import { base64url } from "../../base/base64url.ts";
import { smallHash } from "../../base/small-hash.ts";

const sha224 = smallHash(sha224Of);

/**
 * SHA-224 over a chain's name and all rules up to one of them, in Felix's spelling: 28 bytes. What a rule's comment shows
 * of it are the first 12, so that the state of a chain cannot be read off a dump: it can only be computed again.
 */
export type ChainDigest = Uint8Array;

/** What Felix adds to the name of a kernel chain for the rules that it appends (since 3.16), in the seed and in the text. */
export const APPENDED = "*appends*";

/** Characters of a digest that stand in the comment: 96 bits. */
const HASH_LENGTH = 16;

/** The state before a chain's first rule. Neither table nor family nor position is in it: felix/iptables/rules.go RuleHashes. */
export function chainDigest(name: string): ChainDigest {
  return sha224(name);
}

/** The state after a rule; `text` in Felix's own spelling, with the literal word HASH in place of the hash's comment. */
export function ruleDigest(before: ChainDigest, text: string): ChainDigest {
  return sha224(text, before);
}

/** What stands behind `cali:` in the comment of the rule that a digest ends with. */
export function ruleHash(digest: ChainDigest): string {
  return base64url(digest, (HASH_LENGTH * 6) / 8);
}

/** `ruleHash(digest) === hash`, for those who ask that of thousands of wrong guesses. */
export function hasRuleHash(digest: ChainDigest, hash: string): boolean {
  return base64url(digest, 3) === hash.slice(0, 4) && ruleHash(digest) === hash;
}

/**
 * The hashes of a chain's rules. iptables: the texts start with `-A CHAIN HASH`. nftables: `chain` is TABLE-CHAIN
 * (`filter-cali-INPUT`), a text is the rule's body alone, without comments, and `continue` where it is empty.
 */
export function ruleHashes(chain: string, texts: readonly string[]): string[] {
  let digest = chainDigest(chain);
  return texts.map((text) => {
    digest = ruleDigest(digest, text);
    return ruleHash(digest);
  });
}

/** Felix's text as a line for iptables-restore: the hash in its comment, and a kernel chain by its own name. */
export function restoreLine(felixText: string, hash: string): string {
  return felixText.replace(APPENDED, "").replace(" HASH", ` -m comment --comment "cali:${hash}"`);
}
