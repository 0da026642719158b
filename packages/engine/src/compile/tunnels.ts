import { parseAddress } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import { extraOf } from "../ext/ip/phrase.ts";
import type { Link } from "../model/routing.ts";
import type { Tunnel } from "../program/beyond.ts";

/** How each kind is known where `ip -d link` was not run: by what stands behind `link/`, or by the names that CNIs give. */
const KINDS: readonly { readonly kind: string; readonly type: string | null; readonly name: RegExp }[] = [
  { kind: "vxlan", type: null, name: /^(vxlan|flannel\.\d|cilium_vxlan)/ },
  { kind: "geneve", type: null, name: /^(genev|cilium_geneve)/ },
  { kind: "ipip", type: "ipip", name: /^tunl0$/ },
  { kind: "sit", type: "sit", name: /^sit0$/ },
  { kind: "gre", type: "gre", name: /^gre0$/ },
  { kind: "ip6tnl", type: "tunnel6", name: /^ip6tnl0$/ },
  { kind: "wireguard", type: null, name: /^(wg\d|wireguard\.|cilium_wg)/ },
];

/** The devices that put a packet into another one. */
export function compileTunnels(links: readonly Link[]): ReadonlyMap<string, Tunnel> {
  const tunnels = links.flatMap((link): Tunnel[] => {
    const kind = kindOf(link);
    if (kind === null) return [];
    const details = link.details?.join("\n") ?? "";
    const peer = extraOf(link, "peer");
    return [
      {
        name: link.name,
        kind,
        local: stated(/(?:^|\s)local (\S+)/.exec(details)?.[1] ?? link.mac),
        remote: stated(/(?:^|\s)remote (\S+)/.exec(details)?.[1] ?? peer ?? null),
      },
    ];
  });
  return new Map(tunnels.map((tunnel) => [tunnel.name, tunnel]));
}

function kindOf({ name, kind, type }: Link): string | null {
  const known = KINDS.find((one) => kind === one.kind || (kind === null && (type === one.type || one.name.test(name))));
  return known?.kind ?? null;
}

/** `any` and `0.0.0.0` state nothing. */
function stated(text: string | null): Address | null {
  const address = text === null ? null : parseAddress(text);
  return address === 0 || address === 0n ? null : address;
}
