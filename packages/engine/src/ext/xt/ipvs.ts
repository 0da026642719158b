import { option } from "./codec.ts";
import { hostMask, networkOf } from "./codecs-match.ts";
import { flag, wordOf } from "./codecs-target.ts";
import { printOptions } from "./args.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { protocolNumber } from "./protocol-number.ts";
import { port } from "./ports.ts";

const options = {
  ipvs: option(flag, { negatable: true }),
  // The tool takes `--vproto` and prints `--proto` (extensions/libxt_ipvs.c ipvs_mt_dump).
  proto: option(protocolNumber, { aliases: ["vproto"], negatable: true, taken: "vproto" }),
  vaddr: option(hostMask, { negatable: true }),
  vport: option(port, { negatable: true }),
  vdir: option(wordOf(["ORIGINAL", "REPLY"])),
  vmethod: option(wordOf(["GATE", "IPIP", "MASQ"]), { negatable: true }),
  vportctl: option(port, { negatable: true }),
} as const;

export const ipvs: MatchExtension = defineMatch({
  name: "ipvs",
  options,
  source: "net/netfilter/xt_ipvs.c ipvs_mt",
  check: (args) => (Object.keys(args).length > 0 ? null : "at least one option must be given"),
  compile: (args) => {
    const { ipvs: own, ...connection } = args;
    const { vaddr } = connection;
    return {
      kind: "ipvs",
      what: `-m ipvs${printOptions(options, args)}`,
      // Beside any other option it says nothing.
      only: Object.keys(connection).length === 0 ? own?.negated !== true : null,
      proto: connection.proto ?? null,
      vaddr: vaddr === undefined ? null : { negated: vaddr.negated, value: networkOf(vaddr.value) },
      vport: connection.vport ?? null,
      vportctl: connection.vportctl ?? null,
      vdir: connection.vdir?.value ?? null,
      vmethod: connection.vmethod ?? null,
    };
  },
});
