import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: moby libnetwork/drivers/bridge. */
export const docker: Owner = defineOwner({
  name: "docker",
  title: "Docker",
  chains: [
    { name: /^DOCKER$/, table: "nat", means: "docker-chain-nat" },
    { name: /^DOCKER$/, means: "docker-chain-filter" },
    { name: /^DOCKER-USER$/, means: "docker-chain-user" },
    { name: /^DOCKER-ISOLATION/, means: "docker-chain-isolation" },
    { name: /^DOCKER-(FORWARD|BRIDGE|CT|INTERNAL|INGRESS)$/, means: "docker-chain-other" },
  ],
  rules: [
    { text: /--dst-type LOCAL -j DOCKER$/, means: "docker-jump-nat" },
    { table: "nat", text: /^-s \S+ ! -o (docker0|br-[0-9a-f]{12}) -j MASQUERADE$/, means: "docker-masquerade" },
    { table: "nat", chain: /^DOCKER$/, text: /^-i \S+ -j RETURN$/, means: "docker-return" },
    { table: "nat", chain: /^DOCKER$/, text: /-j DNAT --to-destination (?<container>\S+)/, means: "docker-publish" },
    { text: /-j DOCKER-USER$/, means: "docker-jump-user" },
    { text: /-j DOCKER-ISOLATION-STAGE-[12]$/, means: "docker-jump-isolation" },
    { chain: /^DOCKER-ISOLATION-STAGE-2$/, text: /-j DROP$/, means: "docker-isolation-drop" },
    {
      text: /^-o (docker0|br-[0-9a-f]{12}) -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT$/,
      means: "docker-established",
    },
    { text: /^-i (docker0|br-[0-9a-f]{12}) (! )?-o (docker0|br-[0-9a-f]{12}) -j ACCEPT$/, means: "docker-accept" },
  ],
  devices: [{ name: /^(docker0|br-[0-9a-f]{12})$/, means: "docker-device-bridge" }],
});
