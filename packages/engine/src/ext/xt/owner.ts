import type { Range } from "../../base/ranges.ts";
import { normaliseRanges } from "../../base/ranges.ts";
import type { Test } from "../../program/test.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { parseUnsigned } from "./codecs.ts";
import { flag } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { all, any, unanswerable } from "./lower.ts";

const MAX_ID = 0xffff_fffe;

/** `0`, `0-999`, `root`. Other names are in a file that no snapshot has: iptables-save prints numbers. */
const idRange: Codec<Range> = {
  words: 1,
  parse(text) {
    if (text === "root") return { from: 0, to: 0 };
    const dash = text.indexOf("-");
    const from = parseUnsigned(dash < 0 ? text : text.slice(0, dash), MAX_ID);
    const to = dash < 0 ? from : parseUnsigned(text.slice(dash + 1), MAX_ID);
    return from === undefined || to === undefined || from > to ? undefined : { from, to };
  },
  print: ({ from, to }) => (from === to ? String(from) : `${String(from)}-${String(to)}`),
};

type Owner = Extract<Test, { kind: "owner" }>;

const ANYBODY: Owner = { kind: "owner", uid: null, gid: null, uidNegated: false, gidNegated: false, exists: null };

const options = {
  "socket-exists": option(flag, { negatable: true }),
  "uid-owner": option(idRange, { negatable: true }),
  "gid-owner": option(idRange, { negatable: true }),
  "suppl-groups": option(flag),
};

export const owner: MatchExtension = defineMatch({
  name: "owner",
  options,
  source: "net/netfilter/xt_owner.c owner_mt",
  check(args) {
    if (args["suppl-groups"] && !args["gid-owner"]) return "--suppl-groups needs --gid-owner";
    const some = args["uid-owner"] ?? args["gid-owner"] ?? args["socket-exists"];
    return some ? null : "--uid-owner, --gid-owner or --socket-exists must be given";
  },
  compile(args) {
    const { "uid-owner": uid, "gid-owner": gid, "socket-exists": exists } = args;
    const test: Owner = {
      kind: "owner",
      uid: uid ? normaliseRanges([uid.value]) : null,
      gid: gid ? normaliseRanges([gid.value]) : null,
      uidNegated: uid?.negated ?? false,
      gidNegated: gid?.negated ?? false,
      exists: exists ? { negated: exists.negated } : null,
    };
    if (!args["suppl-groups"] || !gid) return test;
    // No dump holds the other groups of a socket's owner.
    const others = unanswerable("owner", options, args, "socket");
    const hasSocket = { ...ANYBODY, exists: { negated: false } };
    const hasNone = { ...ANYBODY, exists: { negated: true } };
    if (gid.negated) return all(test, any(hasNone, others));
    return any(test, all({ ...test, gid: null }, hasSocket, others));
  },
});
