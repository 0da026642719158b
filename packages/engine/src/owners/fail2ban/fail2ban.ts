import { defineOwner } from "../owner.ts";
import type { Owner } from "../owner.ts";

/** Upstream: fail2ban config/action.d/nftables.conf. */
export const fail2ban: Owner = defineOwner({
  name: "fail2ban",
  title: "fail2ban",
  tables: [{ name: /^f2b-table$/, means: "fail2ban-table" }],
  sets: [{ table: "f2b-table", name: /^addr6?-set-(?<jail>.+)$/, means: "fail2ban-set" }],
});
