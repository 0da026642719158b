import type { CniConfig } from "../model/cni.ts";
import type { Sysctl } from "../model/host.ts";
import type { IpvsService } from "../model/ipvs.ts";
import type { InterfaceAddress, Link, Route, RoutingRule } from "../model/routing.ts";
import type { IpSet, SetElement, SetOption } from "../model/sets.ts";
import { printPrefix } from "../base/address.ts";
import { printIpRoute } from "../print/ip/route.ts";
import { printIpRule } from "../print/ip/rule.ts";
import { printIpset } from "../print/ipset/ipset.ts";
import { printIpvsadm } from "../print/ipvsadm/ipvsadm.ts";
import type { Section, SectionLine } from "./section.ts";
import { line, section } from "./section.ts";

/** Words of `create` that the kernel chooses or changes as a set grows. */
const CHOSEN: ReadonlySet<string> = new Set(["hashsize", "bucketsize", "initval"]);
/** Words of `add` that count or run out. */
const RUNNING: ReadonlySet<string> = new Set(["timeout", "packets", "bytes"]);

export function setSections(sets: readonly IpSet[]): readonly Section[] {
  return sets.map((set) => {
    const steady: IpSet = { ...set, options: without(set.options, CHOSEN), elements: set.elements.map(steadyElement) };
    const [create = "", ...adds] = linesOf(printIpset([steady]));
    const members = adds.map((add, index) =>
      line(add.slice(`add ${set.name} `.length), { ...set.span, line: set.elements[index]?.line ?? set.span.line }),
    );
    return section(set.name, [line(create, set.span), ...members]);
  });
}

function steadyElement(element: SetElement): SetElement {
  return { ...element, options: without(element.options, RUNNING) };
}

function without(options: readonly SetOption[], names: ReadonlySet<string>): readonly SetOption[] {
  return options.filter(({ name }) => !names.has(name));
}

/** Rules of one priority are asked in the order in which they stand. */
export function routingRuleSections(rules: readonly RoutingRule[]): readonly Section[] {
  const lines = rules.map((rule) => line(printIpRule([rule]).trim().replace("\t", " "), rule.span));
  return [section("all", lines, { ordered: true })];
}

export function routeSections(routes: readonly Route[]): readonly Section[] {
  const tables = new Map<string, SectionLine[]>();
  for (const route of routes) {
    const { table, extras, span } = route;
    const steady = { ...route, extras: extras.filter(([word]) => word !== "expires") };
    const lines = tables.get(table) ?? [];
    lines.push(line(printIpRoute([steady], { table, oneline: true }).trim(), span));
    tables.set(table, lines);
  }
  return [...tables].map(([table, lines]) => section(`table ${table}`, lines));
}

/** What somebody set about a device; its index, its queue and its counters are not compared. */
export function linkSections(links: readonly Link[]): readonly Section[] {
  return links.map((link) => {
    const { name, addresses, span, partial, flags, mtu, master, mac } = link;
    const facts =
      partial === true
        ? []
        : [
            line(flags.includes("UP") ? "up" : "down", span),
            line(`mtu ${String(mtu)}`, span),
            ...(master === null ? [] : [line(`master ${master}`, span)]),
            ...(mac === null ? [] : [line(`link ${mac}`, span)]),
          ];
    return section(name, [...facts, ...addresses.map((address) => line(addressText(address), address.span))]);
  });
}

function addressText({ prefix, peer, scope }: InterfaceAddress): string {
  const family = typeof prefix.address === "number" ? "inet" : "inet6";
  const ends = peer === null ? printPrefix(prefix) : `${printPrefix(prefix)} peer ${printPrefix(peer)}`;
  return `${family} ${ends} scope ${scope}`;
}

export function sysctlSections(sysctls: ReadonlyMap<string, Sysctl>): readonly Section[] {
  return [...sysctls.values()].map(({ name, value, span }) => section(name, [line(value, span)]));
}

export function ipvsSections(services: readonly IpvsService[]): readonly Section[] {
  return services.map((service) => {
    const [head = "", ...servers] = linesOf(printIpvsadm([service]));
    const lines = servers.map((text, index) => line(text, service.servers[index]?.span ?? service.span));
    return section(head.split(" ").slice(1, 3).join(" "), [line(head, service.span), ...lines]);
  });
}

export function cniSections(configs: readonly CniConfig[]): readonly Section[] {
  return configs.map(({ file, text }) =>
    section(
      file,
      text.split("\n").map((one, index) => line(one.trimEnd(), { file, line: index + 1 })),
      { ordered: true },
    ),
  );
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").slice(0, -1);
}
