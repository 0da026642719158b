import type { ValuePhraseId } from "../../messages/explain/phrase.ts";
import { restoreMark, saveMark, setMark, tosBits, tproxy, updateSet } from "./target-parts.ts";
import type { TargetPart } from "./target-parts.ts";

/** How a target is said: what it does, and each of its options by a message or by what says it together with others. */
export interface TargetPhrases {
  /** Null: an option says it. */
  readonly verb: ValuePhraseId | null;
  readonly options: Readonly<Record<string, ValuePhraseId | TargetPart>>;
}

const snat = {
  random: "nat-random",
  "random-fully": "nat-fully-random",
  persistent: "nat-persistent",
  "to-ports": "nat-ports",
} as const;

/** Said together with an option that stands before it. */
const said: TargetPart = () => null;
const setMarks = { "set-mark": setMark, "and-mark": setMark, "or-mark": setMark, "xor-mark": setMark };

/** Every target of ext/xt/targets.ts and every option of it: a test holds this to that list. */
export const targetPhrases: Readonly<Record<string, TargetPhrases>> = {
  AUDIT: { verb: "audit", options: { type: "audit-type" } },
  CHECKSUM: { verb: "checksum", options: { "checksum-fill": said } },
  CLASSIFY: { verb: null, options: { "set-class": "queueing-class" } },
  CLUSTERIP: {
    verb: "cluster-ip",
    options: {
      new: "cluster-new",
      hashmode: "cluster-hash",
      clustermac: "cluster-mac",
      "total-nodes": "cluster-nodes",
      "local-node": "cluster-self",
      "hash-init": "cluster-init",
    },
  },
  CONNMARK: {
    verb: null,
    options: {
      "set-xmark": setMark,
      ...setMarks,
      "save-mark": saveMark,
      "restore-mark": restoreMark,
      mask: said,
      nfmask: said,
      ctmask: said,
      "left-shift-mark": "shift-left",
      "right-shift-mark": "shift-right",
    },
  },
  CONNSECMARK: { verb: null, options: { save: "secmark-save", restore: "secmark-restore" } },
  CT: {
    verb: "ct-template",
    options: {
      notrack: "notrack",
      helper: "ct-set-helper",
      timeout: "ct-timeout",
      ctevents: "ct-events",
      expevents: "ct-expectation-events",
      "zone-orig": "ct-zone-orig",
      "zone-reply": "ct-zone-reply",
      zone: "ct-zone",
    },
  },
  DNAT: { verb: null, options: { "to-destination": "dnat", ...snat } },
  DNPT: { verb: "dnpt", options: { "src-pfx": "prefix-source", "dst-pfx": "prefix-destination" } },
  DSCP: { verb: null, options: { "set-dscp": "set-dscp", "set-dscp-class": "set-dscp" } },
  ECN: {
    verb: "ecn",
    options: {
      "ecn-tcp-remove": "ecn-remove",
      "ecn-tcp-ece": "ecn-set-ece",
      "ecn-tcp-cwr": "ecn-set-cwr",
      "ecn-ip-ect": "ecn-set-ect",
    },
  },
  HL: { verb: "hop-limit", options: { "hl-set": "ttl-set", "hl-dec": "ttl-less", "hl-inc": "ttl-more" } },
  HMARK: {
    verb: "mark-hash",
    options: {
      "hmark-src-prefix": "hash-src",
      "hmark-dst-prefix": "hash-dst",
      "hmark-sport-mask": "hash-sport-mask",
      "hmark-dport-mask": "hash-dport-mask",
      "hmark-spi-mask": "hash-spi-mask",
      "hmark-sport": "hash-sport",
      "hmark-dport": "hash-dport",
      "hmark-spi": "hash-spi",
      "hmark-proto-mask": "hash-proto",
      "hmark-rnd": "hash-seed",
      "hmark-mod": "hash-modulus",
      "hmark-offset": "hash-offset",
      "hmark-tuple": "hash-tuple",
    },
  },
  IDLETIMER: {
    verb: "idle-timer",
    options: { timeout: "timer-seconds", label: "timer-label", alarm: "timer-alarm" },
  },
  LED: {
    verb: "led",
    options: { "led-trigger-id": "led-trigger", "led-delay": "led-delay", "led-always-blink": "led-always" },
  },
  LOG: {
    verb: "log",
    options: {
      "log-prefix": "log-prefix",
      "log-level": "log-level",
      "log-tcp-sequence": "log-sequence",
      "log-tcp-options": "log-tcp-options",
      "log-ip-options": "log-ip-options",
      "log-uid": "log-uid",
      "log-macdecode": "log-mac",
    },
  },
  MARK: { verb: null, options: { "set-xmark": setMark, ...setMarks } },
  MASQUERADE: { verb: "masquerade", options: snat },
  NETMAP: { verb: null, options: { to: "netmap" } },
  NFLOG: {
    verb: "nflog",
    options: {
      "nflog-prefix": "log-prefix",
      "nflog-group": "log-group",
      "nflog-range": "log-range",
      "nflog-size": "log-size",
      "nflog-threshold": "log-threshold",
    },
  },
  NFQUEUE: {
    verb: "queue",
    options: {
      "queue-num": "queue-number",
      "queue-balance": "queue-balance",
      "queue-bypass": "queue-bypass",
      "queue-cpu-fanout": "queue-fanout",
    },
  },
  NOTRACK: { verb: "notrack", options: {} },
  QUEUE: { verb: "queue", options: {} },
  RATEEST: {
    verb: "rate-measured",
    options: { "rateest-name": "rate-name", "rateest-interval": "rate-interval", "rateest-ewmalog": "rate-average" },
  },
  REDIRECT: { verb: "redirect", options: snat },
  REJECT: { verb: null, options: { "reject-with": "reject" } },
  SECMARK: { verb: null, options: { selctx: "secmark" } },
  SET: {
    verb: "set",
    options: {
      "add-set": updateSet("set-add"),
      exist: "set-exist",
      timeout: "set-timeout",
      "del-set": updateSet("set-delete"),
      "map-set": updateSet("set-map"),
      "map-mark": "map-mark",
      "map-prio": "map-prio",
      "map-queue": "map-queue",
    },
  },
  SNAT: { verb: null, options: { "to-source": "snat", ...snat } },
  SNPT: { verb: "snpt", options: { "src-pfx": "prefix-source", "dst-pfx": "prefix-destination" } },
  SYNPROXY: {
    verb: "syn-proxy",
    options: {
      "sack-perm": "syn-sack",
      timestamp: "syn-timestamp",
      wscale: "syn-wscale",
      mss: "syn-mss",
      ecn: "syn-ecn",
    },
  },
  TCPMSS: { verb: "mss", options: { "clamp-mss-to-pmtu": "mss-pmtu", "set-mss": "mss-to" } },
  TCPOPTSTRIP: { verb: "strip-options", options: { "strip-options": "strip-list" } },
  TEE: { verb: null, options: { gateway: "tee", oif: "tee-device" } },
  TOS: { verb: null, options: { "set-tos": tosBits, "and-tos": said, "or-tos": said, "xor-tos": said } },
  TPROXY: { verb: null, options: { "on-port": tproxy, "on-ip": said, "tproxy-mark": said } },
  TRACE: { verb: "trace", options: {} },
  TTL: { verb: "hop-limit", options: { "ttl-set": "ttl-set", "ttl-dec": "ttl-less", "ttl-inc": "ttl-more" } },
  ULOG: {
    verb: "nflog",
    options: {
      "ulog-prefix": "log-prefix",
      "ulog-nlgroup": "log-group",
      "ulog-cprange": "log-range",
      "ulog-qthreshold": "log-threshold",
    },
  },
};
