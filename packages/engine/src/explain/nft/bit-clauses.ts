import { negate, phrase } from "../../messages/explain/phrase.ts";
import type { Phrase } from "../../messages/explain/phrase.ts";
import type { NftExpression, NftMatch } from "../../model/nft.ts";
import { statesPhrase } from "../states.ts";
import { tcpFlagsPhrase } from "../tcp-flags.ts";
import { textOf } from "./scope.ts";
import { isTurned, valuesOf } from "./turned.ts";

/** States, status bits, labels and TCP flags: without an operator any of the bits will do. Null: none of these is asked so. */
export function bitsClause(match: NftMatch): Phrase | null {
  const { left, right } = match;
  if (left.kind === "binary") return maskedFlags(match, left);
  const texts = valuesOf(right)?.map(textOf);
  if (texts === undefined) return null;
  const said =
    left.kind === "ct" && left.key === "state" ? stateClause(match, texts) : anyClause(match, texts.join(","));
  return said === null ? null : negate(said, isTurned(match));
}

/** A packet is in one state: whether it is that one, or one of several. Of several and `!=` the kernel compares all bits. */
function stateClause({ op, right }: NftMatch, states: readonly string[]): Phrase | null {
  const isAny = op === "in" || op === "!" || right.kind === "set" || (op === "!=" && right.kind === "literal");
  return isAny ? statesPhrase(states) : null;
}

function anyClause({ op, left, right }: NftMatch, value: string): Phrase | null {
  if ((op !== "in" && op !== "!") || right.kind === "set") return null;
  if (left.kind === "ct" && left.key === "status") return phrase("ct-status", { value });
  if (left.kind === "ct" && left.key === "label") return phrase("ct-label", { value });
  return isTcpFlags(left) ? phrase("tcp-flags-any", { value }) : null;
}

function isTcpFlags(expression: NftExpression): boolean {
  return expression.kind === "payload" && expression.protocol === "tcp" && expression.field === "flags";
}

/** `tcp flags & (fin | syn | rst | ack) == syn`, `tcp flags syn / fin,syn,rst,ack`. */
function maskedFlags(match: NftMatch, { op, left, right: mask }: NftExpression & { kind: "binary" }): Phrase | null {
  if (op !== "&" || !isTcpFlags(left)) return null;
  const [flags, set] = [flagNames(mask), flagNames(match.right)];
  if (flags === null || set === null) return null;
  const isNone = set === "0" || set === "0x0" || set === "0x00";
  return negate(tcpFlagsPhrase(flags, isNone ? "" : set), isTurned(match));
}

/** `fin,syn`, whichever way they are joined; null: it is no list of names. */
function flagNames(expression: NftExpression): string | null {
  if (expression.kind === "literal") return expression.text;
  const parts =
    expression.kind === "list"
      ? expression.items
      : expression.kind === "binary" && expression.op === "|"
        ? [expression.left, expression.right]
        : null;
  const names = parts?.map(flagNames) ?? [null];
  return names.includes(null) ? null : names.join(",");
}
