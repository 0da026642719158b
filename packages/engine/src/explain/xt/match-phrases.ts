import type { ValuePhraseId } from "../../messages/explain/phrase.ts";
import { icmpPart, marksPart, portsPart, setPart, statesPart, tcpFlagsPart, typePart } from "./match-parts.ts";
import type { OptionPart } from "./match-parts.ts";

/** How a match is said: each option by a message or a function of its printed value. */
export interface MatchPhrases {
  /** Said where the match has no option, or whatever its options are (`always`). Its `{value}` is the match's name. */
  readonly bare?: ValuePhraseId;
  readonly always?: true;
  readonly options: Readonly<Record<string, ValuePhraseId | OptionPart>>;
}

const ports = { sport: "source-port", dport: "destination-port" } as const;
const header = "header-whole";

/** Every match of ext/xt/matches.ts and every option of it: a test holds this to that list. */
export const matchPhrases: Readonly<Record<string, MatchPhrases>> = {
  addrtype: {
    options: {
      "src-type": typePart("source-type", "source-local"),
      "dst-type": typePart("destination-type", "destination-local"),
      "limit-iface-in": "type-by-in",
      "limit-iface-out": "type-by-out",
    },
  },
  ah: { bare: header, options: { ahspi: "ah-spi", ahlen: "ah-length", ahres: "ah-reserved" } },
  bpf: { options: { bytecode: "bpf-code", "object-pinned": "bpf-pinned" } },
  cgroup: { options: { path: "cgroup-path", cgroup: "cgroup-class" } },
  cluster: {
    options: {
      "cluster-local-nodemask": "cluster-node",
      "cluster-local-node": "cluster-node",
      "cluster-total-nodes": "cluster-total",
      "cluster-hash-seed": "cluster-seed",
    },
  },
  connbytes: {
    options: { connbytes: "ct-bytes", "connbytes-mode": "ct-bytes-mode", "connbytes-dir": "ct-bytes-direction" },
  },
  connlabel: { options: { label: "ct-label", set: "ct-label-set" } },
  connlimit: {
    options: {
      "connlimit-upto": "ct-limit-upto",
      "connlimit-above": "ct-limit-above",
      "connlimit-mask": "ct-limit-mask",
      "connlimit-saddr": "ct-limit-source",
      "connlimit-daddr": "ct-limit-destination",
    },
  },
  connmark: { options: { mark: marksPart("the-ctmark", true) } },
  conntrack: {
    options: {
      ctstate: statesPart,
      ctproto: "ct-protocol",
      ctorigsrc: "ct-orig-src",
      ctorigdst: "ct-orig-dst",
      ctreplsrc: "ct-repl-src",
      ctrepldst: "ct-repl-dst",
      ctorigsrcport: "ct-orig-sport",
      ctorigdstport: "ct-orig-dport",
      ctreplsrcport: "ct-repl-sport",
      ctrepldstport: "ct-repl-dport",
      ctstatus: "ct-status",
      ctexpire: "ct-expires",
      ctdir: "ct-direction",
    },
  },
  cpu: { options: { cpu: "cpu" } },
  dccp: { bare: header, options: { ...ports, "dccp-types": "dccp-types", "dccp-option": "dccp-option" } },
  devgroup: {
    options: { "src-group": marksPart("the-in-group", false), "dst-group": marksPart("the-out-group", false) },
  },
  dscp: { options: { dscp: "dscp", "dscp-class": "dscp" } },
  dst: { bare: header, options: { "dst-len": "dst-options-length", "dst-opts": "dst-options" } },
  ecn: { options: { "ecn-tcp-ece": "ecn-ece", "ecn-tcp-cwr": "ecn-cwr", "ecn-ip-ect": "ecn-ect" } },
  esp: { bare: header, options: { espspi: "esp-spi" } },
  eui64: { bare: "source-eui64", options: {} },
  frag: {
    bare: header,
    options: {
      fragid: "frag-id",
      fraglen: "frag-length",
      fragres: "frag-reserved",
      fragfirst: "frag-first",
      fragmore: "frag-more",
      fraglast: "frag-last",
    },
  },
  hashlimit: {
    options: {
      "hashlimit-upto": "hashlimit-upto",
      "hashlimit-above": "hashlimit-above",
      "hashlimit-burst": "limit-burst",
      "hashlimit-mode": "hashlimit-mode",
      "hashlimit-name": "hashlimit-name",
      "hashlimit-htable-size": "hashlimit-size",
      "hashlimit-htable-max": "hashlimit-max",
      "hashlimit-htable-gcinterval": "hashlimit-gc",
      "hashlimit-htable-expire": "hashlimit-expire",
      "hashlimit-srcmask": "hashlimit-srcmask",
      "hashlimit-dstmask": "hashlimit-dstmask",
      "hashlimit-rate-match": "hashlimit-rate-match",
      "hashlimit-rate-interval": "hashlimit-interval",
    },
  },
  hbh: { bare: header, options: { "hbh-len": "hop-options-length", "hbh-opts": "hop-options" } },
  helper: { options: { helper: "ct-helper" } },
  hl: { options: { "hl-eq": "ttl-is", "hl-lt": "ttl-below", "hl-gt": "ttl-above" } },
  icmp: { options: { "icmp-type": icmpPart } },
  icmp6: { options: { "icmpv6-type": icmpPart } },
  ipcomp: { bare: header, options: { ipcompspi: "ipcomp-cpi", compres: "ipcomp-reserved" } },
  iprange: { options: { "src-range": "source-net", "dst-range": "destination-net" } },
  ipv6header: { options: { header: "ip6-headers", soft: "ip6-headers-soft" } },
  ipvs: {
    options: {
      ipvs: "ipvs-any",
      proto: "ipvs-protocol",
      vaddr: "ipvs-address",
      vport: "ipvs-port",
      vdir: "ipvs-direction",
      vmethod: "ipvs-method",
      vportctl: "ipvs-control",
    },
  },
  length: { options: { length: "length" } },
  limit: { options: { limit: "limit-rate", "limit-burst": "limit-burst" } },
  mac: { options: { "mac-source": "source-mac" } },
  mark: { options: { mark: marksPart("the-mark", true) } },
  mh: { bare: header, options: { "mh-type": "mobility-type" } },
  multiport: {
    options: {
      sports: portsPart("source-port", "source-ports"),
      dports: portsPart("destination-port", "destination-ports"),
      ports: "either-port",
    },
  },
  nfacct: { options: { "nfacct-name": "accounted" } },
  osf: { options: { genre: "os-fingerprint", ttl: "os-ttl", log: "os-log" } },
  owner: {
    options: {
      "socket-exists": "owner-exists",
      "uid-owner": "owner-uid",
      "gid-owner": "owner-gid",
      "suppl-groups": "owner-groups",
    },
  },
  physdev: {
    options: {
      "physdev-is-in": "in-any-port",
      "physdev-in": "in-port",
      "physdev-is-out": "out-any-port",
      "physdev-out": "out-port",
      "physdev-is-bridged": "is-bridged",
    },
  },
  pkttype: { options: { "pkt-type": "link-type" } },
  policy: {
    options: {
      dir: "ipsec-direction",
      pol: "ipsec-policy",
      strict: "ipsec-strict",
      reqid: "ipsec-reqid",
      spi: "ipsec-spi",
      proto: "ipsec-protocol",
      mode: "ipsec-mode",
      "tunnel-dst": "ipsec-tunnel-dst",
      "tunnel-src": "ipsec-tunnel-src",
    },
  },
  quota: { options: { quota: "quota" } },
  rateest: {
    options: {
      "rateest-delta": "rate-delta",
      rateest: "rate-estimate",
      rateest1: "rate-estimate",
      "rateest-bps1": "rate-first-bps",
      "rateest-pps1": "rate-first-pps",
      "rateest-lt": "rate-less",
      "rateest-gt": "rate-greater",
      "rateest-eq": "rate-equal",
      "rateest-bps": "rate-bps",
      "rateest-pps": "rate-pps",
      "rateest-bps2": "rate-bps",
      "rateest-pps2": "rate-pps",
      rateest2: "rate-second",
    },
  },
  realm: { options: { realm: marksPart("the-realm", false) } },
  recent: {
    options: {
      set: "recent-set",
      rcheck: "recent-check",
      update: "recent-update",
      remove: "recent-remove",
      seconds: "recent-seconds",
      reap: "recent-reap",
      hitcount: "recent-hits",
      rttl: "recent-ttl",
      name: "recent-name",
      mask: "recent-mask",
      rsource: "recent-source",
      rdest: "recent-destination",
    },
  },
  rpfilter: {
    bare: "rp-check",
    always: true,
    options: { loose: "rp-loose", validmark: "rp-mark", "accept-local": "rp-local", invert: () => null },
  },
  rt: {
    bare: header,
    options: {
      "rt-type": "rt-type",
      "rt-segsleft": "rt-segments",
      "rt-len": "rt-length",
      "rt-0-res": "rt-reserved",
      "rt-0-addrs": "rt-addresses",
      "rt-0-not-strict": "rt-loose",
    },
  },
  sctp: { bare: header, options: { ...ports, "chunk-types": "sctp-chunks" } },
  set: {
    options: {
      "match-set": setPart,
      "return-nomatch": "set-nomatch",
      "update-counters": "set-no-counters",
      "update-subcounters": "set-no-subcounters",
      "packets-eq": "set-packets-is",
      "packets-lt": "set-packets-below",
      "packets-gt": "set-packets-above",
      "bytes-eq": "set-bytes-is",
      "bytes-lt": "set-bytes-below",
      "bytes-gt": "set-bytes-above",
    },
  },
  socket: {
    bare: "socket-any",
    always: true,
    options: { transparent: "socket-transparent", nowildcard: "socket-wildcard", "restore-skmark": "socket-mark" },
  },
  srh: {
    bare: "srh-present",
    options: {
      "srh-next-hdr": "srh-next",
      "srh-hdr-len-eq": "srh-length",
      "srh-hdr-len-gt": "srh-length-above",
      "srh-hdr-len-lt": "srh-length-below",
      "srh-segs-left-eq": "srh-left",
      "srh-segs-left-gt": "srh-left-above",
      "srh-segs-left-lt": "srh-left-below",
      "srh-last-entry-eq": "srh-last",
      "srh-last-entry-gt": "srh-last-above",
      "srh-last-entry-lt": "srh-last-below",
      "srh-tag": "srh-tag",
      "srh-psid": "srh-previous",
      "srh-nsid": "srh-next-segment",
      "srh-lsid": "srh-last-segment",
    },
  },
  state: { options: { state: statesPart } },
  statistic: {
    options: {
      mode: "chance-mode",
      probability: "chance-probability",
      every: "chance-every",
      packet: "chance-packet",
    },
  },
  string: {
    options: {
      string: "payload-text",
      "hex-string": "payload-text",
      algo: "payload-algorithm",
      from: "payload-from",
      to: "payload-to",
      icase: "payload-case",
    },
  },
  tcp: {
    bare: header,
    options: { ...ports, "tcp-option": "tcp-option", "tcp-flags": tcpFlagsPart, syn: tcpFlagsPart },
  },
  tcpmss: { options: { mss: "tcp-mss" } },
  time: {
    options: {
      timestart: "time-from",
      timestop: "time-until",
      monthdays: "time-month-days",
      weekdays: "time-week-days",
      datestart: "time-begin",
      datestop: "time-end",
      kerneltz: "time-kernel-zone",
      contiguous: "time-contiguous",
      utc: "time-utc",
    },
  },
  tos: { options: { tos: "tos" } },
  ttl: { options: { "ttl-eq": "ttl-is", "ttl-lt": "ttl-below", "ttl-gt": "ttl-above" } },
  u32: { options: { u32: "u32-bytes" } },
  udp: { bare: header, options: ports },
};
