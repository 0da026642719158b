import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Docker's own tables since 29 with its nftables backend: daemon/libnetwork/drivers/bridge/internal/nftabler. */
const table = "docker-bridges";

/** Upstream: moby libnetwork/drivers/bridge. */
export const docker: Owner = defineOwner({
  name: "docker",
  title: "Docker",
  tables: [{ name: /^docker-bridges$/, means: "docker-table" }],
  chains: [
    { table, name: /^filter-FORWARD$/, means: "docker-nft-forward" },
    { table, name: /^nat-(POSTROUTING)$/, means: "docker-nft-postrouting" },
    { table, name: /^nat-(PREROUTING|OUTPUT)$/, means: "docker-nft-prerouting" },
    { table, name: /^nat-prerouting-and-output$/, means: "docker-chain-nat" },
    { table, name: /^raw-PREROUTING$/, means: "docker-nft-raw" },
    { table, name: /^filter-forward-in__(?<bridge>.+)$/, means: "docker-nft-forward-in" },
    { table, name: /^filter-forward-out__(?<bridge>.+)$/, means: "docker-nft-forward-out" },
    { table, name: /^nat-postrouting-(?:in|out)__(?<bridge>.+)$/, means: "docker-nft-postrouting-of" },
    { name: /^DOCKER$/, table: "nat", means: "docker-chain-nat" },
    { name: /^DOCKER$/, means: "docker-chain-filter" },
    { name: /^DOCKER-USER$/, means: "docker-chain-user" },
    { name: /^DOCKER-ISOLATION/, means: "docker-chain-isolation" },
    { name: /^DOCKER-(FORWARD|BRIDGE|CT|INTERNAL|INGRESS)$/, means: "docker-chain-other" },
  ],
  rules: [
    { table, comment: /^DNAT$/, text: / dnat (?:ip6? )?to (?<container>\S+)$/, means: "docker-publish" },
    { table, comment: /^MASQUERADE$/, means: "docker-masquerade" },
    { table, comment: /^DROP DIRECT ACCESS$/, means: "docker-nft-direct" },
    { table, comment: /^ICC$/, means: "docker-nft-icc" },
    { table, comment: /^UNPUBLISHED PORT DROP$/, means: "docker-nft-unpublished" },
    { table, comment: /^OUTGOING$/, means: "docker-nft-outgoing" },
    { table, text: /vmap @(filter-forward|nat-postrouting)-(in|out)-jumps$/, means: "docker-nft-dispatch" },
    { table, text: /^ct state established,related counter accept$/, means: "docker-established" },
    { table, text: / jump nat-prerouting-and-output$/, means: "docker-jump-nat" },
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
  sets: [{ table, name: /^(filter-forward|nat-postrouting)-(in|out)-jumps$/, means: "docker-nft-map" }],
  devices: [{ name: /^(docker0|br-[0-9a-f]{12})$/, means: "docker-device-bridge" }],
});
