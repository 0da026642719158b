import type { CalicoProtocol } from "../../../desired/calico/fields.ts";
import { setId } from "../../../owners/calico/set-names.ts";
import { printSelector } from "../../../selector/print-selector.ts";
import type { Selector } from "../../../selector/selector.ts";

/** What a computed set holds. */
export type SetRequest =
  | { readonly kind: "selector"; readonly selector: Selector }
  /** The addresses with a port of that name, and its number. */
  | {
      readonly kind: "named-port";
      readonly selector: Selector;
      readonly protocol: PortProtocol;
      readonly port: string;
    }
  | { readonly kind: "service"; readonly namespace: string; readonly name: string; readonly withPorts: boolean };

export type PortProtocol = "tcp" | "udp" | "sctp";

/** The sets that rules ask for, by their IDs: felix/calc/rule_scanner.go IPSetData. */
export class SetRequests {
  readonly #requests = new Map<string, SetRequest>();

  get all(): ReadonlyMap<string, SetRequest> {
    return this.#requests;
  }

  /** @returns the set's ID. */
  ask(request: SetRequest): string {
    const id = idOf(request);
    this.#requests.set(id, request);
    return id;
  }
}

function idOf(request: SetRequest): string {
  switch (request.kind) {
    case "selector":
      return selectorId(request.selector);
    case "named-port":
      return setId("named-port", `${selectorId(request.selector)},${request.protocol},${request.port}`);
    case "service":
      return setId(request.withPorts ? "service" : "service-without-ports", `${request.namespace}/${request.name}`);
  }
}

function selectorId(selector: Selector): string {
  return setId("selector", printSelector(selector));
}

const PROTOCOLS: ReadonlyMap<CalicoProtocol, PortProtocol> = new Map<CalicoProtocol, PortProtocol>([
  ["UDP", "udp"],
  [17, "udp"],
  ["SCTP", "sctp"],
  [132, "sctp"],
]);

/** Ports without a protocol are TCP's. */
export function portProtocol(protocol: CalicoProtocol | null): PortProtocol {
  return (protocol === null ? undefined : PROTOCOLS.get(protocol)) ?? "tcp";
}
