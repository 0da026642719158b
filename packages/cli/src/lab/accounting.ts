import type { Libc } from "./native.ts";
import { attribute, NetlinkSocket, nfgenmsg, NLM_F } from "./netlink.ts";
import type { RulesText } from "./rules-text.ts";

/** include/uapi/linux/netfilter/nfnetlink_acct.h, linux/netlink.h. */
const SUBSYSTEM_ACCT = 7 << 8;
const NEW = 0;
const NAME = 1;
const CREATE = 0x400;
const AF_UNSPEC = 0;
/** It was made before: net/netfilter/nfnetlink_acct.c nfnl_acct_new. */
const EBUSY = 16;

const NAMED = /--nfacct-name +"?([^\s"]+)/g;

/** Makes the accounting objects that `-m nfacct` of these rules names: no such rule loads without. None has a quota. */
export function makeAccounts(libc: Libc, rules: readonly RulesText[]): void {
  const names = new Set(rules.flatMap(({ text }) => [...text.matchAll(NAMED)].map(([, name = ""]) => name)));
  if (names.size === 0) return;
  const socket = new NetlinkSocket(libc);
  try {
    for (const name of names) {
      const body = [nfgenmsg(AF_UNSPEC), attribute(NAME, Buffer.from(`${name}\0`))];
      socket.ask(SUBSYSTEM_ACCT | NEW, NLM_F.ack | CREATE, body, [EBUSY]);
    }
  } finally {
    socket.close();
  }
}
