import { printProtocol } from "../../base/protocols.ts";
import { findOption } from "../../ext/xt/args.ts";
import type { NamedOption } from "../../ext/xt/args.ts";
import type { MatchExtension, TargetExtension } from "../../ext/xt/define.ts";
import { findMatch, findTarget } from "../../ext/xt/registry.ts";
import type { Args } from "../../model/ruleset.ts";
import type { Draft } from "./draft.ts";
import type { Reader } from "./reader.ts";

/** Whom an option belongs to that stands apart from its extension. */
export interface Owner {
  readonly extension: MatchExtension | TargetExtension;
  /** Among the matches of the rule; one past them: it is to be loaded now; −1: the target. */
  readonly index: number;
  readonly args: Args;
  readonly option: NamedOption;
}

/** The extension loaded last that has the option, as getopt finds it; or the match that `-p` loads. Null: none has it. */
export function ownerOf(reader: Reader, draft: Draft, word: string): Owner | null {
  const { family } = reader;
  const { target, matches, matchCount } = draft;
  const own = (extension: MatchExtension | TargetExtension | null, index: number, args: Args): Owner | null => {
    const option = extension === null ? null : findOption(extension, word.slice("--".length));
    return extension === null || option === null ? null : { extension, index, args, option };
  };
  if (target?.kind === "target") {
    const owner = own(findTarget(target.name, family), -1, target.args);
    if (owner !== null) return owner;
  }
  for (let index = matchCount - 1; index >= 0; index--) {
    const match = matches[index];
    if (match?.kind !== "match") continue;
    const owner = own(findMatch(match.name, family), index, match.args);
    if (owner !== null) return owner;
  }
  const implicit = implicitMatch(draft);
  return implicit === null ? null : own(findMatch(implicit, family), matchCount, {});
}

/** Extensions whose name is not that of the protocol that loads them. */
const PROTOCOL_MATCHES: ReadonlyMap<number, string> = new Map([
  [58, "icmp6"],
  [135, "mh"],
]);

/** The match that `-p` makes available without `-m`: its name, or null. */
function implicitMatch(draft: Draft): string | null {
  if (draft.proto === null || draft.proto.negated) return null;
  return PROTOCOL_MATCHES.get(draft.proto.value) ?? printProtocol(draft.proto.value);
}
