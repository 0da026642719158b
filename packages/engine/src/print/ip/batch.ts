import type { Family } from "../../base/address.ts";
import { printPrefix } from "../../base/address.ts";
import type { Link, Route, RoutingRule } from "../../model/routing.ts";
import { isLocalLookup } from "../../model/routing-rule.ts";
import { printIpRoute } from "./route.ts";
import { printIpRule } from "./rule.ts";

/** What `ip -batch` is to make. */
export interface IpBatch {
  readonly links: readonly Link[];
  readonly rules: readonly RoutingRule[];
  readonly routes: readonly Route[];
}

/**
 * Input for `ip -batch`: devices with their addresses, rules and routes of IPv4; or for `ip -6 -batch`: rules and routes of
 * IPv6 (the family of a rule is the tool's, not the line's). A device whose kind is not known has to be there already.
 */
export function printIpBatch({ links, rules, routes }: IpBatch, family: Family): string {
  const lines = family === "ip" ? links.flatMap(linkLines) : [];
  const ofFamily = <T extends { readonly family: Family }>(all: readonly T[]): readonly T[] =>
    all.filter((one) => one.family === family);
  // A gateway has to be on a link that the kernel knows already.
  const byLink = [...ofFamily(routes)].sort((a, b) => Number(hasGateway(a)) - Number(hasGateway(b)));
  for (const line of linesOf(printIpRoute(byLink, { oneline: true }))) {
    lines.push(`route add ${line.replaceAll("\\\t", " ")}`);
  }
  for (const line of linesOf(printIpRule(ofFamily(rules)))) {
    const [priority = "", rule = ""] = line.split(":\t");
    lines.push(`rule add ${rule} priority ${priority}`);
  }
  // The new one first: addresses of the node must not be out of reach in between.
  if (ofFamily(rules).some((rule) => isLocalLookup(rule) && rule.priority !== 0)) lines.push("rule delete priority 0");
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function hasGateway({ nexthops }: Route): boolean {
  return nexthops.some(({ via }) => via !== null);
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

function linkLines({ name, kind, mtu, flags, mac, addresses }: Link): readonly string[] {
  const made =
    kind === null
      ? []
      : [`link add name ${name}${mac === null ? "" : ` address ${mac}`} mtu ${String(mtu)} type ${kind}`];
  const up = flags.includes("UP") ? [`link set dev ${name} up`] : [];
  return [...made, ...addresses.map(({ prefix }) => `address add ${printPrefix(prefix)} dev ${name}`), ...up];
}
