import { describe, expect, it } from "vitest";
import { felixSpellings } from "./fragment-spelling.ts";

describe("Felix's spelling of what iptables-save prints", () => {
  it.each([
    ["-s 10.0.0.0/8", ["--source 10.0.0.0/8"]],
    ["! -d fd00::1/128", ["! --destination fd00::1/128", "! --destination fd00::1"]],
    ["-i cali+", ["--in-interface cali+"]],
    ["-p udp", ["-p udp", "-p 17"]],
    ["! -p ipv6-icmp", ["! -p icmpv6", "! -p ipv6-icmp", "! -p 58"]],
    ["-p 200", ["-p 200"]],
    ["-m comment --comment plain", ['-m comment --comment "plain"']],
    ['-m comment --comment "it\\\'s"', ['-m comment --comment "it\'s"']],
    ["-m mark ! --mark 0x0/0xf0", ["-m mark ! --mark 0/0xf0", "-m mark ! --mark 0x0/0xf0"]],
    ["-m mark --mark 0x5", ["-m mark --mark 0x5/0xffffffff", "-m mark --mark 0x5"]],
    ["-m multiport ! --dports 1,2:3", ["-m multiport ! --destination-ports 1,2:3"]],
    ["-m udp --dport 4789", ["--dport 4789", "-m udp --dport 4789"]],
    ["-m rpfilter --validmark --invert", ["-m rpfilter --invert --validmark"]],
    ["-m rpfilter --validmark --accept-local --invert", ["-m rpfilter --invert --validmark --accept-local"]],
    [
      "-m limit --limit 5/min --limit-burst 7",
      [
        "-m limit --limit 5/min --limit-burst 7",
        "-m limit --limit 5/minute --limit-burst 7",
        "-m limit --limit 5/m --limit-burst 7",
      ],
    ],
    [
      "-m connlimit --connlimit-above 9 --connlimit-mask 0 --connlimit-saddr",
      ["-m connlimit --connlimit-above 9 --connlimit-mask 0"],
    ],
    ['-m u32 --u32 "0x0>>0x16&0x3c@0xc>>0x8=0x1000"', ['-m u32 --u32 "0>>22&0x3C@12>>8=0x1000"']],
    ["-j MARK --set-xmark 0x0/0xf0", ["--jump MARK --set-mark 0/0xf0", "--jump MARK --set-mark 0x0/0xf0"]],
    [
      "-j CONNMARK --save-mark --nfmask 0xf0 --ctmask 0xf0",
      ["--jump CONNMARK --save-mark --mask 0xf0", "--jump CONNMARK --save-mark"],
    ],
    ["-j CT --notrack", ["--jump NOTRACK"]],
    ["-j LOG --log-prefix plain --log-level 5", ['--jump LOG --log-prefix "plain" --log-level 5']],
    [
      '-j NFLOG --nflog-prefix "API0|default.x" --nflog-group 1 --nflog-size 80',
      ["--jump NFLOG --nflog-group 1 --nflog-prefix API0|default.x --nflog-size 80"],
    ],
    ["-j DSCP --set-dscp 0x0a", ["--jump DSCP --set-dscp 10", "--jump DSCP --set-dscp 0x0a"]],
    ["-j MASQUERADE --to-ports 1-2 --random-fully", ["--jump MASQUERADE --to-ports 1-2 --random-fully"]],
    ["-g cali-wl-to-host", ["--goto cali-wl-to-host"]],
  ])("%s", (printed, felix) => {
    expect(felixSpellings(printed)).toEqual(felix);
  });

  it.each(["", "-f", "x", "-p nosuch", "-m nosuch --x", "-m mark --mark 5x", "-m limit --limit 1/week", "-j"])(
    "knows that Felix never writes %j",
    (printed) => {
      expect(felixSpellings(printed)).toEqual([]);
    },
  );
});
