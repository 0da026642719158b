import { z } from "zod";
import type { Address, Prefix } from "../base/address.ts";
import { inNet, netOf, parseV4, printAddress } from "../base/address.ts";
import { address, device, port, prefix } from "./fields.ts";

/** What only a node knows of its Docker: `spec.docker` of a hookwalk.dev/v1 Node. IPv4. */
export interface DockerFacts {
  /** The default bridge, then those of user networks, in the order in which they were made. */
  readonly networks: readonly DockerNetwork[];
  /** In the order in which they were started, behind all networks. */
  readonly containers: readonly DockerContainer[];
  /** DROP where Docker itself turned forwarding on; ACCEPT where it was on before. */
  readonly forwardPolicy: "ACCEPT" | "DROP";
}

/** A network of driver bridge. */
export interface DockerNetwork {
  readonly bridge: string;
  /** The bridge's own, with the length of its network. */
  readonly address: Prefix;
}

export interface DockerContainer {
  readonly address: Address;
  /** Of its network. */
  readonly bridge: string;
  readonly ports: readonly PublishedPort[];
}

/** `-p HOST:CONTAINER`. */
export interface PublishedPort {
  /** Null: at every address. */
  readonly hostIP: Address | null;
  readonly hostPort: number;
  readonly port: number;
  readonly protocol: "tcp" | "udp" | "sctp";
}

const DEFAULT_BRIDGE = { bridge: "docker0", address: { address: 0xac11_0001, length: 16 } } as const;
const PUBLISHED = /^(?:([\d.]+):)?(\d{1,5}):(\d{1,5})(?:\/(tcp|udp|sctp))?$/;
const ANYWHERE = 0;

const published = z.string().transform((text, context): PublishedPort => {
  const [, ip, host, container, protocol = "tcp"] = PUBLISHED.exec(text) ?? [];
  const hostIP = ip === undefined ? ANYWHERE : parseV4(ip);
  const numbers = z.tuple([port, port]).safeParse([Number(host), Number(container)]);
  if (hostIP === null || !numbers.success) {
    context.addIssue({ code: "custom", message: "[IP:]PORT:PORT[/tcp|udp|sctp]", input: text });
    return z.NEVER;
  }
  const [hostPort, containerPort] = numbers.data;
  return {
    hostIP: hostIP === ANYWHERE ? null : hostIP,
    hostPort,
    port: containerPort,
    // The expression lets no other word through.
    protocol: protocol === "udp" || protocol === "sctp" ? protocol : "tcp",
  };
});

const isV4 = ({ address }: { readonly address?: Prefix | null | undefined }): boolean =>
  typeof (address?.address ?? ANYWHERE) === "number";
const V4 = { message: "IPv4/LENGTH", path: ["address"] };

const network = z.strictObject({ bridge: device, address: prefix }).refine(isV4, V4);
const container = z.strictObject({ address, ports: z.array(published).nullish() });

export const dockerFacts: z.ZodType<DockerFacts> = z
  .strictObject({
    bridge: device.nullish(),
    address: prefix.nullish(),
    forwardPolicy: z.enum(["ACCEPT", "DROP"]).nullish(),
    networks: z.array(network).nullish(),
    containers: z.array(container).nullish(),
  })
  .refine(isV4, V4)
  .transform(({ bridge, address, forwardPolicy, networks, containers }, context): DockerFacts => {
    const first = { bridge: bridge ?? DEFAULT_BRIDGE.bridge, address: address ?? DEFAULT_BRIDGE.address };
    const all = [first, ...(networks ?? [])];
    const placed = (containers ?? []).flatMap(({ address, ports }, index): readonly DockerContainer[] => {
      const own = all.find((one) => typeof address === "number" && inNet(address, netOf(one.address)));
      if (own !== undefined) return [{ address, bridge: own.bridge, ports: ports ?? [] }];
      const path = ["containers", index, "address"];
      context.addIssue({ code: "custom", message: "IP ∈ networks", path, input: printAddress(address) });
      return [];
    });
    return { networks: all, containers: placed, forwardPolicy: forwardPolicy ?? "DROP" };
  });
