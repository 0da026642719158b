import type { Address, Family, Prefix } from "../../../base/address.ts";
import { bitsOf, familyOf, hostNet, netOf, printAddress, printAddressMask } from "../../../base/address.ts";
import { parseProtocol } from "../../../base/protocols.ts";
import type { EndpointSlice } from "../../../desired/endpoint-slice.ts";
import type { Dimension, ElementPart, IpSet, SetElement } from "../../../model/sets.ts";
import { setName } from "../../../owners/calico/set-names.ts";
import type { SetFormat } from "../../../owners/calico/set-names.ts";
import { compareTexts } from "../order.ts";
import type { Selectable } from "./selectable.ts";
import type { SetRequest } from "./set-requests.ts";
import { portProtocol } from "./set-requests.ts";

/** A set that a rule asks for, and what its selector selects. */
export interface SelectedSet {
  readonly id: string;
  readonly request: SetRequest;
  readonly members: readonly Selectable[];
}

/** The set of one family that a rule asks for, with its members: felix/labelindex/named_port_index.go, felix/serviceindex. */
export function computedSet(
  { id, request, members }: SelectedSet,
  slices: readonly EndpointSlice[],
  family: Family,
  format: SetFormat,
): IpSet {
  const name = setName(family, id, format);
  switch (request.kind) {
    case "selector": {
      const nets = members.flatMap((each) => each.nets);
      // The names changed with the type.
      if (format === "0") return netSet(name, family, nets);
      const hosts = nets.filter(({ address, length }) => length === bitsOf(address));
      return hostSet(
        name,
        family,
        hosts.map(({ address }) => address),
      );
    }
    case "named-port":
      return portSet(name, family, namedPorts(request, members, family));
    case "service":
      return request.withPorts
        ? portSet(name, family, servicePorts(request, slices))
        : netSet(name, family, serviceAddresses(request, slices));
  }
}

interface AddressPort {
  readonly address: Address;
  readonly protocol: string;
  readonly port: number;
}

function namedPorts(
  request: Extract<SetRequest, { kind: "named-port" }>,
  members: readonly Selectable[],
  family: Family,
): readonly AddressPort[] {
  return members.flatMap(({ nets, ports }) => {
    const fitting = ports.filter(
      ({ name, protocol }) => name === request.port && portProtocol(protocol) === request.protocol,
    );
    const hosts = nets.filter(({ address, length }) => familyOf(address) === family && length === bitsOf(address));
    return fitting.flatMap(({ port }) => hosts.map(({ address }) => ({ address, protocol: request.protocol, port })));
  });
}

const SERVICE_LABEL = "kubernetes.io/service-name";

type ServiceRequest = Extract<SetRequest, { kind: "service" }>;

function slicesOf({ namespace, name }: ServiceRequest, slices: readonly EndpointSlice[]): readonly EndpointSlice[] {
  return slices.filter(
    ({ metadata }) => metadata.namespace === namespace && metadata.labels.get(SERVICE_LABEL) === name,
  );
}

function servicePorts(request: ServiceRequest, slices: readonly EndpointSlice[]): readonly AddressPort[] {
  return slicesOf(request, slices).flatMap(({ endpoints, ports }) =>
    endpoints.flatMap(({ address }) =>
      ports.map(({ protocol, port }) => ({ address, protocol: protocol.toLowerCase(), port })),
    ),
  );
}

function serviceAddresses(request: ServiceRequest, slices: readonly EndpointSlice[]): readonly Prefix[] {
  return slicesOf(request, slices).flatMap(({ endpoints }) =>
    endpoints.map(({ address }) => ({ address, length: bitsOf(address) })),
  );
}

/** `hash:net`, members of the set's family only, each once. */
export function netSet(name: string, family: Family, nets: readonly Prefix[]): IpSet {
  const members = nets.filter(({ address }) => familyOf(address) === family).flatMap(halves);
  const elements = members.map((prefix): Element => {
    const { value: address } = netOf(prefix);
    const masked = { address, length: prefix.length };
    const text = prefix.length === bitsOf(address) ? printAddress(address) : printAddressMask(netOf(prefix));
    return { text, parts: [{ kind: "address", prefix: masked }] };
  });
  return setOf(name, "hash:net", family, ["net"], elements);
}

/** `hash:ip`: hosts only. */
export function hostSet(name: string, family: Family, addresses: readonly Address[]): IpSet {
  const elements = addresses
    .filter((address) => familyOf(address) === family)
    .map((address): Element => {
      const prefix = { address: hostNet(address).value, length: bitsOf(address) };
      return { text: printAddress(address), parts: [{ kind: "address", prefix }] };
    });
  return setOf(name, "hash:ip", family, ["ip"], elements);
}

function portSet(name: string, family: Family, members: readonly AddressPort[]): IpSet {
  const elements = members
    .filter(({ address }) => familyOf(address) === family)
    .map(({ address, protocol, port }): Element => ({
      text: `${printAddress(address)},${protocol}:${String(port)}`,
      parts: [
        { kind: "address", prefix: { address, length: bitsOf(address) } },
        { kind: "port", proto: parseProtocol(protocol), from: port, to: port },
      ],
    }));
  return setOf(name, "hash:ip,port", family, ["ip", "port"], elements);
}

/** A hash of networks has none of length zero: both halves stand for it. felix/ipsets/ipset_defs.go. */
function halves(prefix: Prefix): readonly Prefix[] {
  if (prefix.length > 0) return [prefix];
  const { address } = prefix;
  return typeof address === "number"
    ? [0, 0x8000_0000].map((half) => ({ address: half, length: 1 }))
    : [0n, 1n << 127n].map((half) => ({ address: half, length: 1 }));
}

interface Element {
  readonly text: string;
  readonly parts: readonly ElementPart[];
}

/** What Felix asks ipset for: felix/ipsets/ipset_defs.go MaxSize; the kernel's first size. */
const OPTIONS = { hashsize: "1024", maxelem: "1048576" } as const;

function setOf(
  name: string,
  type: string,
  family: Family,
  dimensions: readonly Dimension[],
  elements: readonly Element[],
): IpSet {
  const once = [...new Map(elements.map((element) => [element.text, element])).values()];
  once.sort((a, b) => compareTexts(a.text, b.text));
  return {
    name,
    type,
    family,
    dimensions,
    options: Object.entries(OPTIONS).map(([option, value]) => ({ name: option, value })),
    elements: once.map((element, at): SetElement => ({ ...element, nomatch: false, options: [], line: at + 2 })),
    span: { file: "ipset-save.txt", line: 1 },
  };
}
