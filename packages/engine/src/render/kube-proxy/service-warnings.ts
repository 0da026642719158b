import { familyOf, printAddress } from "../../base/address.ts";
import type { Service } from "../../desired/service.ts";
import type { DesiredState } from "../../desired/state.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { placed, renderProblem } from "../problem.ts";
import { LONGEST_NFT_COMMENT, nftComment, servicePortName } from "./names.ts";
import { proxiedServices } from "./service-ports.ts";

/** An address and port, or a node port, that a service asks for, and where in it that stands. */
interface Claim {
  readonly service: Service;
  readonly value: string;
  readonly path: readonly (string | number)[];
}

/**
 * What two services ask for both. The API server refuses that of cluster IPs and node ports, and takes it of other addresses; kube-proxy
 * does not look: both have their rules, and those that a packet meets first decide.
 */
export function sharedClaims({ services, spanOf }: DesiredState): readonly Diagnostic[] {
  const first = new Map<string, Claim>();
  return proxiedServices(services)
    .flatMap(claimsOf)
    .flatMap((claim) => {
      const earlier = first.get(claim.value);
      if (earlier === undefined) first.set(claim.value, claim);
      if (earlier === undefined || earlier.service === claim.service) return [];
      const { service, value, path } = claim;
      const params = { object: nameOf(service), field: fieldOf(path), value, other: nameOf(earlier.service) };
      return [warning("kube-proxy-shared", params, spanOf(service, path))];
    });
}

function claimsOf(service: Service): readonly Claim[] {
  // Without an address of a family there is nothing that kube-proxy serves.
  const families = new Set(service.clusterIPs.map((ip) => familyOf(ip)));
  const addresses = [
    ...service.clusterIPs.map((address, at) => ({
      address,
      path: at === 0 ? ["spec", "clusterIP"] : ["spec", "clusterIPs", at],
    })),
    ...service.externalIPs.map((address, index) => ({ address, path: ["spec", "externalIPs", index] })),
    ...service.ingressIPs.map((address) => ({ address, path: ["status", "loadBalancer", "ingress"] })),
  ].filter(({ address }) => families.has(familyOf(address)));
  return service.ports.flatMap(({ protocol, port, nodePort }, index): readonly Claim[] => [
    ...addresses.map(({ address, path }) => {
      const host = typeof address === "number" ? printAddress(address) : `[${printAddress(address)}]`;
      return { service, value: `${host}:${String(port)}/${protocol}`, path };
    }),
    ...(nodePort === null || families.size === 0
      ? []
      : [{ service, value: `${String(nodePort)}/${protocol}`, path: ["spec", "ports", index, "nodePort"] }]),
  ]);
}

/** Mode nftables: what has no endpoints is an element with a comment, which nft refuses where it is too long, and all the rest with it. */
export function overlongComments({ services, spanOf }: DesiredState): readonly Diagnostic[] {
  return proxiedServices(services).flatMap((service) => {
    const { namespace, name } = service.metadata;
    return service.ports.flatMap((port, index) => {
      const comment = servicePortName(namespace === "" ? "default" : namespace, name, port.name);
      if (nftComment(comment) === comment) return [];
      const params = { object: nameOf(service), comment, most: LONGEST_NFT_COMMENT };
      return [warning("kube-proxy-long-comment", params, spanOf(service, ["spec", "ports", index, "name"]))];
    });
  });
}

function nameOf({ metadata: { namespace, name } }: Service): string {
  return `Service ${namespace === "" ? "default" : namespace}/${name}`;
}

function fieldOf(path: Claim["path"]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${String(key)}]` : `.${key}`))
    .join("")
    .slice(1);
}

function warning(code: Diagnostic["code"], params: Diagnostic["params"], span: Diagnostic["span"] | null): Diagnostic {
  const problem = renderProblem(code, params, "kube-proxy");
  return { ...placed(problem, span), severity: "warning" };
}
