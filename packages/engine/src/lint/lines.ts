import type { Family } from "../base/address.ts";
import type { Span } from "../base/span.ts";
import { routingRuleText } from "../explain/node.ts";
import type { Place as RulePlace } from "../explain/place.ts";
import type { Route, RoutingRule } from "../model/routing.ts";
import type { IpSet } from "../model/sets.ts";
import { printIpRoute } from "../print/ip/route.ts";
import { printIpset } from "../print/ipset/ipset.ts";
import { printRule } from "../print/iptables-save.ts";
import { printNftRule } from "../print/nft/nft.ts";
import type { Place, RelatedPlace } from "./finding.ts";

/** A line that is about no rule of netfilter. */
export function lineAt({ file, line }: Span, family: Family | null = null): Place {
  return { family, table: null, chain: null, rule: null, span: { file, line } };
}

/** A rule where it stands. A table of nft that serves both families is of neither. */
export function ruleAt({ table, chain, number, rule }: RulePlace): Place {
  const family = table.family === "ip" || table.family === "ip6" ? table.family : null;
  return { family, table: table.name, chain: chain.name, rule: number, span: { file: rule.file, line: rule.line } };
}

export function ruleLine(place: RulePlace): RelatedPlace {
  const { file, line } = place.rule;
  const text =
    place.dialect === "xt" ? printRule(place.rule, place.table.family) : (place.rule.text ?? printNftRule(place.rule));
  return { span: { file, line }, text };
}

/** `111: from 10.0.0.2 lookup 11`. */
export function routingRuleLine(rule: RoutingRule): RelatedPlace {
  return { span: rule.span, text: `${String(rule.priority)}: ${routingRuleText(rule)}` };
}

export function routeLine(route: Route): RelatedPlace {
  return { span: route.span, text: printIpRoute([route]).trimEnd() };
}

/** Rules that say the same of one thing: so many of them are shown. */
const SHOWN_RULES = 5;

export function firstLines(places: readonly RulePlace[]): readonly RelatedPlace[] {
  return places.slice(0, SHOWN_RULES).map(ruleLine);
}

/** The line that creates a set. */
export function setLine(set: IpSet): RelatedPlace {
  return { span: set.span, text: printIpset([{ ...set, elements: [] }]).trimEnd() };
}
