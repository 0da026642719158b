import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

const table = "firewalld";

/** Upstream: firewalld src/firewall/core/nftables.py. Its zones are chains. */
export const firewalld: Owner = defineOwner({
  name: "firewalld",
  title: "firewalld",
  tables: [{ name: /^firewalld$/, means: "firewalld-table" }],
  chains: [
    { table, name: /^(?:filter|nat|mangle)_.*_ZONES/, means: "firewalld-chain-zones" },
    {
      table,
      name: /^(?:filter|nat|mangle)_.*_POLICIES|^(?:filter|nat|mangle)_[A-Z]+_policy_/,
      means: "firewalld-chain-policies",
    },
    {
      table,
      name: /^filter_(?:IN|FWD[IO]?)_(?<zone>.+)_(?:pre|log|deny|allow|post)$/,
      means: "firewalld-chain-zone-part",
    },
    { table, name: /^filter_IN_(?<zone>.+)$/, means: "firewalld-chain-zone-in" },
    { table, name: /^filter_FWD[IO]?_(?<zone>.+)$/, means: "firewalld-chain-zone-forward" },
    { table, name: /^(?:nat|mangle)_P(?:RE|OST)_(?<zone>.+)$/, means: "firewalld-chain-zone-nat" },
    { table, name: /^(?:filter|nat|mangle)_/, means: "firewalld-chain" },
  ],
});
