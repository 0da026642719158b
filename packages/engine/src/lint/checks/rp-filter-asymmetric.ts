import type { Address } from "../../base/address.ts";
import { familyOf, netOf, printAddress, V4_BITS } from "../../base/address.ts";
import type { Program } from "../../program/program.ts";
import type { Step } from "../../walk/trace.ts";
import type { Check, Finding, Subject } from "../finding.ts";
import { lineAt, routeLine, routingRuleLine } from "../lines.ts";
import type { Probe } from "../probe.ts";
import { outsideAddress, probe } from "../probe.ts";
import { isDefaultRoute } from "../route-tables.ts";
import { settingLine, settingOf } from "../settings.ts";

const NAME = "rp-filter-asymmetric";
const STRICT = 1;
/** So many addresses of pods are tried. */
const MOST_TRIED = 16;

/**
 * Devices with strict rp_filter that drop what comes in for an address of this node, since the answer would leave by another
 * device (fib_frontend.c __fib_validate_source): shown by a packet that is walked. IPv6 has no such setting.
 */
export const rpFilterAsymmetric: Check = {
  name: NAME,
  severities: ["warning"],
  example: [
    "sysctl.txt:2  net.ipv4.conf.eth0.rp_filter = 1",
    "ip-rule.txt:3  111: from 10.1.0.9 lookup 11",
    "ip-route-table-11.txt:1  default via 10.1.0.1 dev eth1 table 11 onlink",
  ],
  run(subject) {
    if (subject.snapshot.sysctls === null || subject.snapshot.rules.ip === null) return [];
    const outside = outsideAddress(subject.program(), "ip");
    if (outside === null) return [];
    return uplinksOf(subject.program()).flatMap((device) => findingsOf(device, outside, subject));
  },
};

/** Devices that some default route leaves by and that check the way back strictly. */
function uplinksOf({ families, sysctl }: Program): readonly string[] {
  const routes = [...families.ip.fib.tables.values()].flatMap((table) => table.entries()).map(({ route }) => route);
  const devices = routes.filter(isUplink).flatMap(({ nexthops }) => nexthops.flatMap(({ dev }) => dev ?? []));
  return [...new Set(devices)].filter((device) => sysctl.max("ipv4", device, "rp_filter", 0) === STRICT);
}

function isUplink(route: Parameters<typeof isDefaultRoute>[0]): boolean {
  return isDefaultRoute(route) && route.type === "unicast";
}

function findingsOf(device: string, outside: Address, { snapshot, program }: Subject): readonly Finding[] {
  const refused = addressesFor(device, program()).flatMap((to) => {
    const walked = probe(program(), { iif: device, src: outside, dst: to, proto: "icmp" });
    return walked?.outcomes.every(isRefused) === true ? [{ to, walked }] : [];
  });
  const [first] = refused;
  if (first === undefined) return [];
  const names = [`net.ipv4.conf.${device}.rp_filter`, "net.ipv4.conf.all.rp_filter", "net.ipv4.conf.default.rp_filter"];
  const setting = names.flatMap((name) => settingOf(snapshot, name) ?? []).find(({ number }) => number === STRICT);
  if (setting === undefined) return [];
  const back = wayBack(program(), first.walked);
  if (typeof back?.oif !== "string") return [];
  return [
    {
      check: NAME,
      severity: "warning",
      message: "rp-filter-asymmetric",
      params: {
        device,
        address: printAddress(first.to),
        count: refused.length,
        other: back.oif,
      },
      where: lineAt(setting.span, "ip"),
      related: [
        settingLine(setting),
        ...(back.rule === null ? [] : [routingRuleLine(back.rule)]),
        ...(back.route === null ? [] : [routeLine(back.route)]),
      ],
      witness: first.walked,
    },
  ];
}

function isRefused({ verdict, reason }: Probe["outcomes"][number]): boolean {
  return verdict === "drop" && reason === "rp_filter";
}

/** The device's own addresses; of the device that main sends everything by, also those that routing rules send elsewhere. */
function addressesFor(device: string, { links, families: { ip } }: Program): readonly Address[] {
  const own = (links.get(device)?.addresses ?? []).map(({ prefix }) => prefix.address);
  const main = ip.fib.tables.get("main")?.entries() ?? [];
  const isMain = main.some(({ route }) => isUplink(route) && route.nexthops.some(({ dev }) => dev === device));
  const others = isMain
    ? ip.fib.rules.flatMap(({ from, not }) => (from?.length === V4_BITS && !not ? [from] : []))
    : [];
  return [...own, ...others.map((from) => netOf(from).value)]
    .filter((address) => familyOf(address) === "ip")
    .slice(0, MOST_TRIED);
}

type RouteStep = Extract<Step, { kind: "route" }>;

/** The route that an answer takes, which comes in by the device that the packet would have left by, and the rule that chose it. */
function wayBack(program: Program, { packet, outcomes }: Probe): RouteStep | null {
  const way = routeOf(outcomes);
  if (way === null) return null;
  const answer = { iif: way.result === "forward" ? way.oif : null, src: packet.dst, dst: packet.src };
  return routeOf(probe(program, { ...answer, proto: "icmp" })?.outcomes ?? []);
}

function routeOf([first]: Probe["outcomes"]): RouteStep | null {
  return first?.steps.find((step) => step.kind === "route") ?? null;
}
