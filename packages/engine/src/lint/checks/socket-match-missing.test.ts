import { expect, it } from "vitest";
import { saved, told } from "../told.ts";
import { socketMatchMissing } from "./socket-match-missing.ts";

const TPROXY = "-A PREROUTING -p tcp -m tcp --dport 80 -j TPROXY --on-port 3129 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1";

function lint(...mangle: readonly string[]): readonly string[] {
  return told(socketMatchMissing, { "iptables-save.txt": saved({ mangle }) });
}

it("finds TPROXY for TCP without a rule for sockets that are there", () => {
  expect(lint(TPROXY)).toEqual([
    "warning PREROUTING/1: TPROXY takes connections of TCP here, and no rule looks for sockets that are there already",
  ]);
  expect(lint("-A PREROUTING -p tcp -m socket --transparent -j MARK --set-xmark 0x1/0x1", TPROXY)).toEqual([]);
  // As Istio does it.
  expect(
    lint(
      "-A PREROUTING -p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j DIVERT",
      TPROXY,
      "-A DIVERT -j MARK --set-xmark 0x1/0x1",
    ),
  ).toEqual([]);
});

it("says nothing of UDP, nor of a dump that is cut", () => {
  expect(lint(TPROXY.replaceAll("tcp", "udp"))).toEqual([]);
  expect(
    told(socketMatchMissing, { "iptables-save.txt": saved({ mangle: [TPROXY] }).replace("COMMIT\n", "") }),
  ).toEqual([]);
});

it("reads nft", () => {
  const nft = (...rules: readonly string[]): Readonly<Record<string, string>> => ({
    "nft-ruleset.txt": `table ip t {\n\tchain c {\n\t\ttype filter hook prerouting priority mangle; policy accept;\n${rules.map((rule) => `\t\t${rule}\n`).join("")}\t}\n}\n`,
  });
  const tproxy = "tcp dport 80 tproxy to :3129 meta mark set 0x1 accept";
  expect(told(socketMatchMissing, nft(tproxy))).toHaveLength(1);
  expect(
    told(socketMatchMissing, nft("meta l4proto tcp socket transparent 1 meta mark set 0x1 accept", tproxy)),
  ).toEqual([]);
});
