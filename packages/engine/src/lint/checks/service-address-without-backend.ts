import type { Address } from "../../base/address.ts";
import { printAddress } from "../../base/address.ts";
import type { IpvsService } from "../../model/ipvs.ts";
import type { Link } from "../../model/routing.ts";
import type { Check, Finding } from "../finding.ts";
import { lineAt } from "../lines.ts";
import { deviceKind } from "../pods.ts";

const NAME = "service-address-without-backend";

/** Service addresses at kube-ipvs0 that IPVS has no virtual server for, or one without a server: the node takes their packets and nobody answers. */
export const serviceAddressWithoutBackend: Check = {
  name: NAME,
  severities: ["warning", "info"],
  example: [
    "3: kube-ipvs0    inet 10.96.0.10/32 scope global kube-ipvs0  # and no -A -t 10.96.0.10:53 in ipvsadm-save",
  ],
  run({ snapshot: { ipvs, links } }) {
    const device = links?.find(({ name }) => deviceKind(name) === "kube-device-ipvs");
    // A service by mark, or one whose address is a name, may be for any address.
    if (device === undefined || ipvs === null || ipvs.some((service) => addressOf(service) === null)) return [];
    const byAddress = new Map<Address | null, IpvsService[]>();
    for (const service of ipvs) {
      const before = byAddress.get(addressOf(service));
      if (before === undefined) byAddress.set(addressOf(service), [service]);
      else before.push(service);
    }
    return device.addresses.flatMap((address) => findingsOf(address, byAddress.get(address.prefix.address) ?? []));
  },
};

function addressOf({ key }: IpvsService): Address | null {
  return key.kind === "address" ? key.end.address : null;
}

function findingsOf(
  { prefix, span, scope }: Link["addresses"][number],
  own: readonly IpvsService[],
): readonly Finding[] {
  if (scope === "link") return [];
  const empty = own.filter(({ servers }) => servers.every(({ weight }) => weight === 0));
  const address = printAddress(prefix.address);
  const common = { check: NAME, related: [], witness: null };
  if (own.length === 0) {
    const where = lineAt(span);
    return [{ ...common, severity: "warning", message: "service-address-unknown", params: { address }, where }];
  }
  return empty.map(({ key, span: at }) => {
    const service = key.kind === "address" ? key.end.text : address;
    return { ...common, severity: "info", message: "service-without-server", params: { service }, where: lineAt(at) };
  });
}
