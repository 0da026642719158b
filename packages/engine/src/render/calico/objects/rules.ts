import type { PortMatch } from "../../../desired/calico/fields.ts";
import type { CalicoRule, EntityRule, IcmpMatch } from "../../../desired/calico/rule.ts";
import { ANY_ENTITY } from "../../../desired/calico/rule.ts";
import type { Family } from "../../../base/address.ts";
import { ruleSelectors } from "../../../owners/calico/rule-selector.ts";
import type { Selector } from "../../../selector/selector.ts";
import { ANY_SIDE } from "../input.ts";
import type { Icmp, PolicyRule, PolicySide } from "../input.ts";
import { compareTexts } from "../order.ts";
import { portProtocol } from "./set-requests.ts";
import type { SetRequests } from "./set-requests.ts";

const ACTIONS = { Allow: "allow", Deny: "deny", Pass: "pass", Log: "log" } as const;

/**
 * A rule as Felix is given it: selectors, named ports and services as sets that are asked for here. felix/calc/rule_scanner.go ruleToParsedRule.
 *
 * @param namespace of the policy; "": a global one, or a profile.
 */
export function policyRuleOf(rule: CalicoRule, namespace: string, sets: SetRequests): PolicyRule {
  const icmp = icmpOf(rule.icmp);
  const notIcmp = icmpOf(rule.notIcmp);
  return {
    action: ACTIONS[rule.action],
    family: rule.family ?? icmpFamily(rule),
    protocol: rule.protocol,
    notProtocol: rule.notProtocol,
    icmp,
    notIcmp,
    source: sideOf(rule, rule.source, namespace, sets, false),
    destination: sideOf(rule, rule.destination, namespace, sets, true),
    annotations: [...rule.annotations].map(([key, value]) => `${key}=${value}`).sort(compareTexts),
  };
}

function icmpOf(match: IcmpMatch | null): Icmp | null {
  const type = match?.type ?? null;
  return type === null ? null : { type, code: match?.code ?? null };
}

/** Types of ICMP are another thing in each family, which the tools refuse to mix. */
function icmpFamily({ protocol, icmp, notIcmp }: CalicoRule): Family | null {
  if (icmpOf(icmp) === null && icmpOf(notIcmp) === null) return null;
  if (protocol === "ICMP" || protocol === 1) return "ip";
  return protocol === "ICMPv6" || protocol === 58 ? "ip6" : null;
}

function sideOf(
  rule: CalicoRule,
  entity: EntityRule,
  namespace: string,
  sets: SetRequests,
  isDestination: boolean,
): PolicySide {
  if (entity === ANY_ENTITY) return ANY_SIDE;
  const { within, without } = ruleSelectors(selectorsOf(entity), namespace === "" ? null : namespace);
  const named = (ports: readonly PortMatch[]): readonly string[] =>
    ports.flatMap((port) =>
      port.kind === "range"
        ? []
        : sets.ask({
            kind: "named-port",
            selector: within ?? EVERYTHING,
            protocol: portProtocol(rule.protocol),
            port: port.name,
          }),
    );
  const ranges = (ports: readonly PortMatch[]) => ports.flatMap((port) => (port.kind === "range" ? port.range : []));
  const namedPorts = named(entity.ports);
  // A named port's set has only what the selector selects: where there is no number beside it, that is asked already.
  const isAsked = namedPorts.length > 0 && ranges(entity.ports).length === 0;
  const service = serviceOf(entity, namespace, sets, isDestination);
  return {
    nets: entity.nets,
    notNets: entity.notNets,
    sets: [
      ...(within === null || isAsked ? [] : [sets.ask({ kind: "selector", selector: within })]),
      ...(isDestination ? [] : service),
    ],
    notSets: without === null ? [] : [sets.ask({ kind: "selector", selector: without })],
    portSets: isDestination ? service : [],
    ports: ranges(entity.ports),
    notPorts: ranges(entity.notPorts),
    namedPorts,
    notNamedPorts: named(entity.notPorts),
  };
}

const EVERYTHING: Selector = { kind: "all" };

function selectorsOf({ selector, notSelector, namespaceSelector, serviceAccounts }: EntityRule) {
  return {
    selector: selector?.selector ?? null,
    notSelector: notSelector?.selector ?? null,
    namespaceSelector: namespaceSelector?.selector ?? null,
    serviceAccounts:
      serviceAccounts === null
        ? null
        : { names: serviceAccounts.names, selector: serviceAccounts.selector?.selector ?? null },
  };
}

/** Towards a service, its ports count; from it, they would be those of the reply. */
function serviceOf(
  { services }: EntityRule,
  namespace: string,
  sets: SetRequests,
  withPorts: boolean,
): readonly string[] {
  if (services === null) return [];
  const own = services.namespace === "" ? namespace : services.namespace;
  return [sets.ask({ kind: "service", namespace: own, name: services.name, withPorts })];
}
