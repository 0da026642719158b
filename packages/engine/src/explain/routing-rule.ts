import { printPrefix, bitsOf, printAddress } from "../base/address.ts";
import type { Prefix } from "../base/address.ts";
import { printProtocol } from "../base/protocols.ts";
import type { Range } from "../base/ranges.ts";
import { list, phrase } from "../messages/explain/phrase.ts";
import type { Part, Phrase } from "../messages/explain/phrase.ts";
import type { RoutingRule } from "../model/routing.ts";
import { unknownSelector } from "../ext/ip/rule.ts";
import { bitsTest } from "./bits.ts";
import type { RoutingRuleExplanation } from "./explanation.ts";
import { routingRuleView } from "./node.ts";
import type { Node } from "./node.ts";
import type { FamilyScope } from "./scope.ts";
import { meaningPhrase } from "./meaning.ts";

/** One line of `ip rule`. */
export function explainRoutingRule(rule: RoutingRule, node: Node): RoutingRuleExplanation {
  const meaning = node.owners.routingRule(routingRuleView(rule));
  const owner = meaning?.owner ?? null;
  const scope: FamilyScope = { node, family: rule.family, owner };
  const conditions = selectorsOf(rule, scope);
  const effect = actionPhrase(rule, scope);
  const clauses = list("conditions", conditions);
  const says =
    conditions.length === 0
      ? phrase("routing-always", { effect })
      : rule.not
        ? phrase("routing-unless", { conditions: clauses, effect })
        : phrase("routing-if", { conditions: clauses, effect });
  return { rule, owner, says, purpose: meaning === null ? null : meaningPhrase(meaning), notes: notesOf(rule) };
}

function selectorsOf(rule: RoutingRule, scope: FamilyScope): readonly Part[] {
  const { from, to, tos, fwmark, iif, oif, uidRange, ipproto, sport, dport, tunId, l3mdev } = rule;
  const said: (Part | null)[] = [
    from && prefixPhrase(from, "source"),
    to && prefixPhrase(to, "destination"),
    tos === null ? null : phrase("tos", { value: `0x${tos.toString(16)}` }),
    fwmark && bitsTest(phrase("the-mark"), { value: fwmark.mark, mask: fwmark.mask }, false, scope),
    iif === null ? null : iif === "lo" ? phrase("made-here") : phrase("in-device", { device: iif }),
    oif === null ? null : phrase("routing-oif", { device: oif }),
    uidRange && phrase("owner-uid", { value: rangeText(uidRange) }),
    ipproto === null ? null : phrase("protocol", { value: printProtocol(ipproto) }),
    sport && phrase("source-port", { value: rangeText(sport) }),
    dport && phrase("destination-port", { value: rangeText(dport) }),
    tunId === null ? null : phrase("routing-tunnel", { value: tunId }),
    l3mdev ? phrase("routing-l3mdev") : null,
  ];
  const unknown = unknownSelector(rule);
  if (unknown !== null) said.push(phrase("unknown-match", { text: unknown }));
  return said.filter((one) => one !== null);
}

function rangeText({ from, to }: Range): string {
  return from === to ? String(from) : `${String(from)}-${String(to)}`;
}

function prefixPhrase(prefix: Prefix, side: "source" | "destination"): Phrase {
  const isHost = prefix.length === bitsOf(prefix.address);
  return isHost
    ? phrase(`${side}-host`, { value: printAddress(prefix.address) })
    : phrase(`${side}-net`, { value: printPrefix(prefix) });
}

function actionPhrase({ action, l3mdev }: RoutingRule, { node }: FamilyScope): Phrase {
  switch (action.kind) {
    case "lookup": {
      if (l3mdev) return phrase("routing-lookup-l3mdev");
      const meaning = node.owners.routingTable(action.table);
      const table = action.table;
      return meaning === null
        ? phrase("routing-lookup", { table })
        : phrase("routing-lookup-known", { table, meaning: meaningPhrase(meaning) });
    }
    case "goto":
      return phrase("routing-goto", { priority: action.priority });
    case "nop":
      return phrase("routing-nop");
    case "blackhole":
      return phrase("routing-blackhole");
    case "unreachable":
      return phrase("routing-unreachable");
    case "prohibit":
      return phrase("routing-prohibit");
    case "masquerade":
      return phrase("routing-masquerade");
  }
}

function notesOf({ suppressPrefixLength, suppressIfGroup, extras }: RoutingRule): readonly Part[] {
  const said: Part[] = [];
  if (suppressPrefixLength !== null) said.push(phrase("routing-suppress", { value: suppressPrefixLength }));
  if (suppressIfGroup !== null) said.push(phrase("routing-suppress-group", { value: suppressIfGroup }));
  if (extras.some(([, value]) => value === "[detached]")) said.push(phrase("routing-detached"));
  return said;
}
